//! What a redrive writes down, and what is read back after a crash.
//!
//! A [`Record`] is one change of one message; a [`JournalRow`] is what all records of a message come to. The redrive
//! engine makes records, a store keeps them, and nobody else has to understand them. [`JournalRow::apply`] is the one
//! definition of what a record means: a store may fold in SQL, and is tested against it.

mod kept;

use serde::{Deserialize, Serialize};

pub use self::kept::{Ended, EndedHow, KeptRedrive, Origin, PutBack};
use super::failure::Code;
use super::ids::MessageId;

/// The id of a redrive: part of every deduplication id that it makes, so it is never used twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedriveId(String);

impl RedriveId {
    /// Takes the text, which the caller knows to be unique.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which of a redrive's destinations, counted from 0 in the order of its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QueueNo(pub u16);

/// One change of one message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// The message, by its id in the source queue.
    pub id: MessageId,
    /// What changed.
    pub change: Change,
}

/// What can change. The order of a message's changes is the order of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Change {
    /// It is about to be sent. Every network attempt has such a record of its own, on the disk before the send begins.
    Intend(Intent),
    /// The last attempt certainly had no effect: SQS said no, or it was never made.
    Refused {
        /// What SQS said; empty where the attempt was not made.
        code: Code,
        /// How many attempts have been refused, this one included: a record that is written twice says the same.
        refused: u32,
        /// [`Intent::extra`] without this attempt.
        extra: u32,
    },
    /// SQS accepted it, and the checksums agree. On the disk before the original may be deleted.
    Sent {
        /// The id of the copy.
        copy: MessageId,
        /// When, milliseconds since 1970.
        at_ms: i64,
    },
    /// The original was deleted.
    Done,
    /// This redrive has no more to do with it.
    Closed(Closing),
    /// Its copy was seen in the source queue again.
    CameBack,
}

/// What is written down before a send.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intent {
    /// Where to.
    pub to: QueueNo,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// How many copies there may be beside the one that is wanted, if this attempt succeeds: attempts before this one
    /// whose outcome is unknown and that no deduplication covers.
    pub extra: u32,
    /// When the first of the attempts was made whose outcome is not known to be a no, milliseconds since 1970.
    pub first_ms: i64,
    /// The message group.
    pub group: Option<String>,
    /// Its place in the group.
    pub sequence: Option<u128>,
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// It may have been sent.
    Intended,
    /// It was sent: never again, only deleted.
    Sent,
    /// It was sent, and the original deleted. Should it come by again it is deleted again (SQS API Reference,
    /// `DeleteMessage`: a standard queue may return a message that was deleted).
    Done,
    /// It is not this redrive's any more.
    Closed(Closing),
}

/// Why a redrive is done with a message that it did not move.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Closing {
    /// It cannot be sent there.
    Obstacle(Obstacle),
    /// SQS refused it for good.
    Refused(Code),
    /// It stands behind a message of its group that was not sent.
    Blocked {
        /// That message.
        by: MessageId,
    },
    /// Whether it was sent is unknown, and sending it again could make a second copy: somebody must decide.
    Undecided,
    /// SQS's checksums differ from the message's: the copy may be damaged, so the original was kept.
    Damaged {
        /// The copy.
        copy: MessageId,
    },
    /// SQS answered with the id of another message's copy: it swallowed this one as a duplicate.
    Swallowed {
        /// The other message's copy.
        copy: MessageId,
    },
    /// It was sent and the original kept, as asked.
    Kept,
    /// It was sent, SQS refused to delete its original, and nobody wanted to wait any longer. Should it come by to a later
    /// redrive, that deletes it.
    NotDeleted,
    /// It was sent; its original was to be deleted and was not seen again.
    NotSeenAgain,
    /// It was never sent, and did not come by again: it expired, or another consumer took it.
    Gone,
    /// Whether it was sent is unknown, and it did not come by again.
    GoneUndecided,
    /// It was chosen, and never came by.
    NotFound,
    /// So many others stand in the queue that it was not met, or not again.
    NotReached,
    /// An earlier redrive had sent it as this copy and did not come to delete it here: somebody must decide.
    SentEarlier {
        /// The copy.
        copy: MessageId,
    },
    /// The redrive was cancelled before it was sent.
    Cancelled,
    /// An earlier redrive had sent it and deleted it; it came by again, and was deleted again.
    SentBefore,
}

impl Closing {
    /// Whether the message stays in the source unsent, so that those behind it in its group would overtake it.
    pub fn blocks(&self) -> bool {
        matches!(
            self,
            Self::Obstacle(_)
                | Self::Refused(_)
                | Self::Undecided
                | Self::Damaged { .. }
                | Self::Swallowed { .. }
                | Self::NotReached
        )
    }
}

/// Why a message cannot be sent somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Obstacle {
    /// It does not say which queue it failed in: SQS did not move it here.
    NoSource,
    /// The queue it failed in is not among the redrive's destinations.
    UnknownSource,
    /// It would be sent to the queue it is in.
    SameQueue,
    /// A FIFO queue takes no message without a group (SQS API Reference, `SendMessage`).
    NoGroup,
    /// A group id has 1–128 letters, digits and punctuation.
    GroupShape,
    /// A message has at least one character.
    Empty,
    /// It has a character that SQS does not take (SQS API Reference, `SendMessage`).
    Characters,
    /// It has more than ten message attributes.
    TooManyAttributes,
    /// It is larger than the destination allows.
    TooLarge {
        /// Its bytes.
        size: usize,
        /// The most there may be.
        most: usize,
    },
}

/// What is known of one message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JournalRow {
    /// Its id in the source queue.
    pub id: MessageId,
    /// Where it goes, once that is known.
    pub to: Option<QueueNo>,
    /// Its message group.
    pub group: Option<String>,
    /// Its place in the group.
    pub sequence: Option<u128>,
    /// How many attempts were about to be made.
    pub attempts: u32,
    /// How many of them certainly had no effect.
    pub refused: u32,
    /// How many copies there may be beside the one that is wanted.
    pub extra: u32,
    /// When the first attempt was made that may have had an effect, milliseconds since 1970.
    pub first_ms: i64,
    /// How far it is.
    pub stage: Stage,
    /// The id of its copy.
    pub copy: Option<MessageId>,
    /// When that was sent, milliseconds since 1970.
    pub sent_ms: Option<i64>,
    /// Whether the copy was seen in the source queue again.
    pub came_back: bool,
}

impl JournalRow {
    /// The row of a message before its first record.
    pub fn new(id: MessageId) -> Self {
        Self {
            id,
            to: None,
            group: None,
            sequence: None,
            attempts: 0,
            refused: 0,
            extra: 0,
            first_ms: 0,
            stage: Stage::Intended,
            copy: None,
            sent_ms: None,
            came_back: false,
        }
    }

    /// What a record makes of it.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Intend(intent) => {
                self.to = Some(intent.to);
                self.group = intent.group;
                self.sequence = intent.sequence;
                self.attempts = intent.attempt;
                self.extra = intent.extra;
                self.first_ms = intent.first_ms;
                self.stage = Stage::Intended;
            }
            Change::Refused { refused, extra, .. } => {
                self.refused = refused;
                self.extra = extra;
            }
            Change::Sent { copy, at_ms } => {
                self.stage = Stage::Sent;
                self.copy = Some(copy);
                self.sent_ms = Some(at_ms);
            }
            Change::Done => self.stage = Stage::Done,
            Change::Closed(closing) => self.stage = Stage::Closed(closing),
            Change::CameBack => self.came_back = true,
        }
    }

    /// How many attempts may have had an effect.
    pub fn open_attempts(&self) -> u32 {
        self.attempts.saturating_sub(self.refused)
    }

    /// The id of its copy; also of one that may be damaged.
    pub fn copy_made(&self) -> Option<&MessageId> {
        match &self.stage {
            Stage::Closed(Closing::Damaged { copy }) => Some(copy),
            _ => self.copy.as_ref(),
        }
    }

    /// How many there may be beside the one that is wanted, originals included that stay although they were to go.
    pub fn possible_duplicates(&self) -> u32 {
        let stays = matches!(
            self.stage,
            Stage::Closed(
                Closing::Damaged { .. } | Closing::NotDeleted | Closing::Undecided | Closing::SentEarlier { .. }
            )
        );
        self.extra + u32::from(stays)
    }

    /// Whether there may be more than one.
    pub fn may_be_duplicated(&self) -> bool {
        self.possible_duplicates() > 0
    }

    /// Whether a redrive that goes on has something left to do with it.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Intended | Stage::Sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_that_was_refused_leaves_nothing_open() {
        let mut row = JournalRow::new(MessageId::new("a"));
        let intent = |attempt| {
            let (group, sequence) = (Some("g".to_owned()), Some(7));
            Change::Intend(Intent { to: QueueNo(0), attempt, extra: 0, first_ms: 5, group, sequence })
        };
        row.apply(intent(1));
        assert_eq!((row.open_attempts(), row.is_open()), (1, true), "it may have been sent");
        row.apply(Change::Refused { code: Code::new("Throttled"), refused: 1, extra: 0 });
        assert_eq!(row.open_attempts(), 0);
        row.apply(intent(2));
        row.apply(Change::Sent { copy: MessageId::new("b"), at_ms: 9 });
        assert_eq!((row.open_attempts(), &row.stage, row.copy.is_some()), (1, &Stage::Sent, true));
        row.apply(Change::Done);
        assert!(!row.is_open() && !row.may_be_duplicated());
    }
}
