//! Bytes as text and back: base64 (RFC 4648, §4) and hexadecimal, for binary message attributes.

/// The letters of base64, each at the place of its value.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes base64 with padding, as the AWS CLI takes it.
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_usize, |group, at| group << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = LETTERS[group >> (18 - 6 * place) & 63];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Reads base64; white space is skipped and the padding may be missing. `None` for anything else.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let stem = letters.strip_suffix(b"==").or_else(|| letters.strip_suffix(b"=")).unwrap_or(&letters);
    if stem.len() < letters.len() && !letters.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(stem.len() * 3 / 4);
    for chunk in stem.chunks(4) {
        let mut group = 0_u32;
        for place in 0..4 {
            let value = match chunk.get(place) {
                Some(letter) => LETTERS.iter().position(|known| known == letter)?,
                None => 0,
            };
            group = group << 6 | u32::try_from(value).ok()?;
        }
        let bytes = group.to_be_bytes();
        match chunk.len() {
            1 => return None,
            length => out.extend_from_slice(&bytes[1..length]),
        }
        // Bits that no byte holds must be zero, or two texts would mean the same bytes.
        if chunk.len() < 4 && bytes[chunk.len()..].iter().any(|byte| *byte != 0) {
            return None;
        }
    }
    Some(out)
}

/// Writes two lower-case digits a byte, as digests are written.
pub fn digits(bytes: &[u8]) -> String {
    pairs(bytes).concat()
}

/// Writes two lower-case digits a byte, separated by spaces so that they can be read.
pub fn hex(bytes: &[u8]) -> String {
    pairs(bytes).join(" ")
}

fn pairs(bytes: &[u8]) -> Vec<String> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hexadecimal digits; white space and a leading `0x` are skipped. `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let digits = digits.strip_prefix(b"0x").unwrap_or(&digits);
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(from_base64(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(from_base64("Zm9v\n YmE").as_deref(), Some(&b"fooba"[..]));
        for wrong in ["Z", "Zh==", "Zg=", "Z===", "Zm9v!", "Zg==Zg==", "é"] {
            assert_eq!(from_base64(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hexadecimal_is_read_as_people_write_it() {
        assert_eq!(from_hex("0xDE ad\nbe ef").as_deref(), Some(&[0xde, 0xad, 0xbe, 0xef][..]));
        assert_eq!(hex(&[0, 255]), "00 ff");
        for wrong in ["f", "0xg0", "+1"] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(from_base64(&base64(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(from_hex(&hex(&bytes)), Some(bytes));
        }
    }
}
