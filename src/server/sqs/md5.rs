//! The checksums by which SQS proves that a message arrived as it was sent.
//!
//! The Rust SDK does not check them, other SDKs do (SQS Developer Guide, "Calculating the MD5 message digest for message
//! attributes").

use std::collections::BTreeMap;

use md5::{Digest, Md5};

use crate::model::{AttributeValue, MessageAttribute, binary};

/// `MD5OfMessageBody` of a body: 32 lower-case hex digits.
pub(super) fn of_body(body: &str) -> String {
    binary::digits(&Md5::digest(body))
}

/// `MD5OfMessageAttributes`: over the attributes in order of their names, each as name, data type, one byte for the
/// form of the value (1 text, 2 binary) and value; every part but that byte preceded by its length in 4 bytes.
pub(super) fn of_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> String {
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        part(&mut digest, name.as_bytes());
        part(&mut digest, attribute.data_type.as_bytes());
        match &attribute.value {
            AttributeValue::Text(text) => {
                digest.update([1]);
                part(&mut digest, text.as_bytes());
            }
            AttributeValue::Binary(bytes) => {
                digest.update([2]);
                part(&mut digest, bytes);
            }
        }
    }
    binary::digits(&digest.finalize())
}

fn part(digest: &mut Md5, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a message has at most 1 MiB");
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_md5_of_its_bytes() {
        assert_eq!(of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
    }

    #[test]
    fn attributes_are_digested_in_order_of_their_names() {
        let text =
            |value: &str| MessageAttribute { data_type: "String".into(), value: AttributeValue::Text(value.into()) };
        let one = BTreeMap::from([("test".to_owned(), text("a string"))]);
        let spelled: Vec<u8> =
            [&[0, 0, 0, 4][..], &b"test"[..], &[0, 0, 0, 6], b"String", &[1], &[0, 0, 0, 8], b"a string"].concat();
        assert_eq!(of_attributes(&one), binary::digits(&Md5::digest(spelled)));
        let binary = MessageAttribute { data_type: "Binary".into(), value: AttributeValue::Binary(vec![1, 2]) };
        let two = BTreeMap::from([("test".to_owned(), binary)]);
        assert_ne!(of_attributes(&one), of_attributes(&two));
    }
}
