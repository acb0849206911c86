//! Identifiers: message ids, receipt handles and task handles. All come from a seed in the state, so that the same
//! requests at the same times give the same answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::shelf::Key;

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A random number from another (SplitMix64: small, and good enough for names and dials).
pub fn mix(from: u64) -> u64 {
    let mut z = from.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A seeded source of random numbers.
#[derive(Clone, Debug)]
pub struct Ids(u64);

impl Ids {
    /// A source that will always give the same ids for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of a source that goes on where this one is.
    pub fn seed(&self) -> u64 {
        self.0
    }

    /// The next random number.
    pub fn next(&mut self) -> u64 {
        let number = mix(self.0);
        self.0 = self.0.wrapping_add(STEP);
        number
    }

    /// A random UUID (version 4), the form of message ids.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            ((low >> 48) & 0x3fff) | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

/// What a receipt handle stands for: one receive of one message of one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The queue's name.
    pub queue: String,
    /// The message.
    pub key: Key,
    /// Which receive; larger is newer.
    pub serial: u64,
}

impl Receipt {
    /// The opaque text a client gets.
    pub fn encode(&self) -> String {
        STANDARD.encode(format!("receipt {} {} {}", self.queue, self.key, self.serial))
    }

    /// Reads a handle back; `None` when it never was one.
    pub fn decode(handle: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(handle).ok()?).ok()?;
        let mut parts = text.split(' ');
        if parts.next()? != "receipt" {
            return None;
        }
        let receipt = Self {
            queue: parts.next()?.to_owned(),
            key: parts.next()?.parse().ok()?,
            serial: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(receipt)
    }
}

/// The handle of a message move task: base64 of its id and its source, as SQS makes it.
pub fn task_handle(id: &str, source_arn: &str) -> String {
    STANDARD.encode(format!(r#"{{"taskId":"{id}","sourceArn":"{source_arn}"}}"#))
}

/// The task id and the source ARN in a handle; `None` when it never was one.
pub fn read_task_handle(handle: &str) -> Option<(String, String)> {
    let value: serde_json::Value = serde_json::from_slice(&STANDARD.decode(handle).ok()?).ok()?;
    let member = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    Some((member("taskId")?, member("sourceArn")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_uuids() {
        let (mut a, mut b) = (Ids::seeded(7), Ids::seeded(7));
        let first = a.uuid();
        assert_eq!(first, b.uuid());
        assert_ne!(first, a.uuid());
        assert_eq!(first.len(), 36);
        assert_eq!(&first[14..15], "4");
    }

    #[test]
    fn handles_survive_the_round_trip_and_garbage_is_refused() {
        let receipt = Receipt { queue: "orders.fifo".into(), key: 12, serial: 3 };
        assert_eq!(Receipt::decode(&receipt.encode()), Some(receipt));
        for garbage in ["", "INVALID", "cmVjZWlwdCBhIGIgYw==", "cmVjZWlwdA=="] {
            assert_eq!(Receipt::decode(garbage), None, "{garbage}");
        }
        let handle = task_handle("id", "arn:aws:sqs:us-east-1:000000000000:dlq");
        assert_eq!(read_task_handle(&handle), Some(("id".into(), "arn:aws:sqs:us-east-1:000000000000:dlq".into())));
        assert_eq!(read_task_handle("foobar"), None);
    }
}
