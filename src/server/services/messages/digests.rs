//! Digests of a body, to compare it with what other programs have seen.

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::model::binary;

/// Digests in lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: String,
    /// MD5, as SQS computes it (`MD5OfBody`).
    pub md5: String,
}

impl Digests {
    /// Those of a text.
    pub fn of(text: &str) -> Self {
        Self { sha256: binary::digits(&Sha256::digest(text)), md5: binary::digits(&Md5::digest(text)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_of_nothing() {
        let Digests { sha256, md5 } = Digests::of("");
        assert_eq!(sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(md5, "d41d8cd98f00b204e9800998ecf8427e");
    }
}
