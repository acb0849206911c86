//! The names of things, parsed once and never stringly again.
//!
//! A value of one of these types is known to be well formed, so that it can go into a URL, a page or a call
//! without another check.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::queue::QueueKind;

/// The longest queue name, in characters, `.fifo` included (SQS API Reference, `CreateQueue`).
pub const QUEUE_NAME_MAX: usize = 80;

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameError {
    /// Nothing was given.
    Empty,
    /// Longer than [`QUEUE_NAME_MAX`].
    TooLong,
    /// Something other than letters, digits, `-` and `_` (and a closing `.fifo`).
    Characters,
}

impl NameError {
    /// A sentence for the person who typed it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "Give the queue a name.",
            Self::TooLong => "A queue name has at most 80 characters, “.fifo” included.",
            Self::Characters => {
                "Use only letters, digits, hyphens and underscores; a FIFO queue's name ends in “.fifo”."
            }
        }
    }
}

/// A queue's name: 1–80 of `[A-Za-z0-9_-]`, a FIFO queue's ends in `.fifo` (SQS API Reference, `CreateQueue`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QueueName(String);

impl QueueName {
    /// The name as SQS spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Standard or FIFO: SQS says it in the name.
    pub fn kind(&self) -> QueueKind {
        if self.0.ends_with(".fifo") { QueueKind::Fifo } else { QueueKind::Standard }
    }
}

impl FromStr for QueueName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let stem = text.strip_suffix(".fifo").unwrap_or(text);
        if stem.is_empty() {
            return Err(NameError::Empty);
        }
        if !stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(NameError::Characters);
        }
        if text.len() > QUEUE_NAME_MAX {
            return Err(NameError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for QueueName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map_err(NameError::sentence)
    }
}

impl From<QueueName> for String {
    fn from(name: QueueName) -> Self {
        name.0
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection's name, the first segment of every URL: 1–40 of `[a-z0-9-]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionName(String);

impl ConnectionName {
    /// The first path segments that are the console's own, so that no connection may take them.
    pub const RESERVED: [&'static str; 13] = [
        "api", "events", "pkg", "fonts", "assets", "healthz", "readyz", "favicon", "login", "logout", "metrics",
        "palette", "static",
    ];

    /// The name as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectionName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > 40 {
            return Err("a connection's name has 1 to 40 characters");
        }
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err("a connection's name has only lower-case letters, digits and hyphens");
        }
        if Self::RESERVED.contains(&text) {
            return Err("this name is a path of the console itself");
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ConnectionName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ConnectionName> for String {
    fn from(name: ConnectionName) -> Self {
        name.0
    }
}

impl fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A queue's ARN, `arn:<partition>:sqs:<region>:<account>:<name>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QueueArn(String);

impl QueueArn {
    /// The ARN as SQS spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn part(&self, index: usize) -> &str {
        self.0.split(':').nth(index).unwrap_or_default()
    }

    /// The region it names.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account that owns the queue.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// The queue's name.
    pub fn name(&self) -> QueueName {
        QueueName(self.part(5).to_owned())
    }

    /// The ARN of another queue in the same account and region.
    #[must_use]
    pub fn sibling(&self, name: &QueueName) -> Self {
        let stem = self.0.rsplit_once(':').map_or("", |(stem, _)| stem);
        Self(format!("{stem}:{name}"))
    }
}

impl FromStr for QueueArn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            ["arn", partition, "sqs", region, account, name]
                if !partition.is_empty()
                    && [partition, region, account]
                        .iter()
                        .all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
                    && name.parse::<QueueName>().is_ok() =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err("An SQS ARN reads arn:aws:sqs:<region>:<account>:<queue name>."),
        }
    }
}

impl TryFrom<String> for QueueArn {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<QueueArn> for String {
    fn from(arn: QueueArn) -> Self {
        arn.0
    }
}

impl fmt::Display for QueueArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Texts that SQS makes and that are only ever handed back to it.
macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as SQS gave it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as SQS gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque! {
    /// A queue's URL. Not built by us: endpoints disagree about hosts and paths.
    QueueUrl
}
opaque! {
    /// The id SQS gave a message when it was sent.
    MessageId
}
opaque! {
    /// The handle of one receive of one message; needed to delete it or to change its visibility.
    ReceiptHandle
}
opaque! {
    /// The handle of a running message move task; SQS returns it only while the task runs.
    TaskHandle
}

impl QueueUrl {
    /// The queue's name: the last segment of the URL.
    pub fn name(&self) -> Option<QueueName> {
        self.0.rsplit('/').next().and_then(|name| name.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_name_is_parsed_by_the_rules_of_create_queue() {
        assert_eq!("orders".parse::<QueueName>().unwrap().kind(), QueueKind::Standard);
        assert_eq!("TradeStatus.fifo".parse::<QueueName>().unwrap().kind(), QueueKind::Fifo);
        assert_eq!("".parse::<QueueName>(), Err(NameError::Empty));
        assert_eq!(".fifo".parse::<QueueName>(), Err(NameError::Empty));
        assert_eq!("a b".parse::<QueueName>(), Err(NameError::Characters));
        assert_eq!("a.fifo.fifo".parse::<QueueName>(), Err(NameError::Characters));
        assert_eq!("x".repeat(81).parse::<QueueName>(), Err(NameError::TooLong));
        assert!(format!("{}.fifo", "x".repeat(75)).parse::<QueueName>().is_ok());
        assert_eq!(format!("{}.fifo", "x".repeat(76)).parse::<QueueName>(), Err(NameError::TooLong));
    }

    #[test]
    fn an_arn_gives_up_its_parts() {
        let arn: QueueArn = "arn:aws-cn:sqs:cn-north-1:123456789012:orders".parse().unwrap();
        assert_eq!((arn.region(), arn.account(), arn.name().as_str()), ("cn-north-1", "123456789012", "orders"));
        let sibling = arn.sibling(&"orders-dlq".parse().unwrap());
        assert_eq!(sibling.as_str(), "arn:aws-cn:sqs:cn-north-1:123456789012:orders-dlq");
        for wrong in ["", "orders", "arn:aws:sns:eu-west-1:1:x", "arn:aws:sqs:eu-west-1:1:a b", "arn:aws:sqs:e<:1:x"] {
            assert!(wrong.parse::<QueueArn>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_connection_may_not_take_a_path_of_the_console() {
        assert!("prod-eu".parse::<ConnectionName>().is_ok());
        for wrong in ["", "Prod", "a/b", "api", "events"] {
            assert!(wrong.parse::<ConnectionName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_queue_url_knows_its_queue() {
        let name = |url: &str| QueueUrl::new(url).name().map(String::from);
        assert_eq!(name("http://127.0.0.1:4566/000000000000/orders"), Some("orders".into()));
        assert_eq!(name("http://x/"), None);
    }
}
