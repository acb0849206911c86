//! Sealing a record with a key: XChaCha20-Poly1305 (RFC 8439 with the longer nonce), so that whoever reads the file
//! without the key learns nothing of the message, and whoever changes it is found out.

use std::fmt;

use chacha20poly1305::aead::{Aead as _, Generate as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};

use crate::model::archive::CopyId;
use crate::model::binary;
use crate::model::{ConnectionName, QueueName};

/// The bytes of a nonce: so many that they can be drawn at random for every record.
pub const NONCE: usize = 24;

/// A nonce, drawn from the system's randomness.
pub fn nonce() -> [u8; NONCE] {
    XNonce::generate().into()
}

/// A key that seals records.
pub struct Key {
    cipher: XChaCha20Poly1305,
    fingerprint: String,
}

impl Key {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"the fingerprint of an archive key").chain_update(bytes).finalize();
        let fingerprint = binary::digits(&digest[..8]);
        Self { cipher: XChaCha20Poly1305::new(bytes.into()), fingerprint }
    }

    /// What tells this key from another without giving it away.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Seals a record. The nonce is written before it, and must never be used twice with a key. `None` only for what is
    /// longer than the cipher allows, some 256 GiB.
    pub fn seal(&self, about: &About<'_>, record: &[u8], nonce: [u8; NONCE]) -> Option<Vec<u8>> {
        let about = about.bytes();
        let payload = Payload { msg: record, aad: &about };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed record. `None` where it was sealed with another key or for another copy, or was changed.
    pub fn open(&self, about: &About<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let about = about.bytes();
        self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &about }).ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

/// Which copy a record belongs to: it opens for no other.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The copy.
    pub id: &'a CopyId,
    /// Its connection.
    pub connection: &'a ConnectionName,
    /// Its queue.
    pub queue: &'a QueueName,
}

impl About<'_> {
    /// None of the three contains a line break, so no two copies share these bytes.
    fn bytes(&self) -> Vec<u8> {
        format!("{}\n{}\n{}", self.id, self.connection, self.queue).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_with_its_key_for_its_copy_alone() {
        let [id, other]: [CopyId; 2] = ["0", "1"].map(|digit| digit.repeat(32).parse().unwrap());
        let (connection, queue): (ConnectionName, QueueName) = ("local".parse().unwrap(), "orders".parse().unwrap());
        let about = About { id: &id, connection: &connection, queue: &queue };
        let key = Key::new(&[7; 32]);
        let sealed = key.seal(&about, b"secret", [1; NONCE]).unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(key.open(&about, &sealed).unwrap(), b"secret");
        assert_eq!(Key::new(&[8; 32]).open(&about, &sealed), None, "another key");
        assert_eq!(key.open(&About { id: &other, ..about }, &sealed), None, "another copy");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(&about, &changed), None, "byte {at}");
        }
        assert_eq!(key.open(&about, &sealed[..20]), None);
        assert_ne!(key.seal(&about, b"secret", [2; NONCE]).unwrap(), sealed);
    }

    #[test]
    fn a_fingerprint_tells_keys_apart_and_says_nothing_else() {
        let (key, other) = (Key::new(&[7; 32]), Key::new(&[8; 32]));
        assert_ne!(key.fingerprint(), other.fingerprint());
        assert_eq!(key.fingerprint().len(), 16);
        assert!(!format!("{key:?}").contains("0707"));
    }
}
