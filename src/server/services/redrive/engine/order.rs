//! What a redrive was asked to do. It does not change while the redrive runs, and a journal keeps it for the next process.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::lease::Terms;
use crate::model::journal::{QueueNo, RedriveId};
use crate::model::{Draft, MessageId, QueueArn, QueueKind};

/// A redrive: from where, what, to where, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id; part of the deduplication ids.
    pub id: RedriveId,
    /// The queue to take from.
    pub source: Queue,
    /// Which messages.
    pub take: Take,
    /// Where to.
    pub route: Route,
    /// Every queue that [`Self::route`] can lead to.
    pub destinations: Vec<Queue>,
    /// How.
    pub policy: Policy,
    /// For how long messages are hidden.
    pub terms: Terms,
    /// What is sent in place of some messages. Kept apart from the rest, to be forgotten sooner.
    #[serde(skip)]
    pub edits: BTreeMap<MessageId, Edit>,
}

/// A queue, as far as a redrive has to know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its ARN.
    pub arn: QueueArn,
    /// Its kind.
    pub kind: QueueKind,
    /// Its `MaximumMessageSize`, bytes.
    pub max_size: usize,
}

/// Which messages are taken; all others that come by are given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Take {
    /// Whatever is in the queue.
    Everything,
    /// These, chosen when the redrive was planned.
    Chosen(BTreeSet<MessageId>),
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Route {
    /// Each to the queue it failed in, by its `DeadLetterQueueSourceArn`.
    Home,
    /// All to one queue.
    To(QueueNo),
    /// Each as chosen, and home where nothing was.
    Each(BTreeMap<MessageId, QueueNo>),
}

/// What is sent in place of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Counts the edits of this message, from 1: an edit sent anew is another message to deduplication.
    pub revision: u32,
    /// What is sent; its deduplication id is ours.
    pub draft: Arc<Draft>,
}

/// How a redrive goes about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Which first.
    pub sequence: Sequence,
    /// At most so many messages a second; absent: as fast as SQS takes them.
    pub rate: Option<u32>,
    /// After so many messages somebody must say that it goes on.
    pub canary: Option<u32>,
    /// When to stop because messages come back.
    pub stop_rule: Option<StopRule>,
    /// Each message alone in its request: a lost answer leaves one outcome unknown, not ten.
    pub careful: bool,
    /// What to do with a message that may have been sent, where sending it again could make a second copy.
    pub unknown: OnUnknown,
    /// What to do with the messages of a group behind one that could not be sent.
    pub behind: Behind,
    /// Whether originals stay where they are.
    pub keep_originals: bool,
    /// Whether copies say where they come from, where there is room for one more attribute.
    pub provenance: bool,
    /// How many calls of a kind are under way at once.
    pub lanes: u16,
}

/// Which message first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sequence {
    /// As SQS hands them out: oldest first, more or less (exactly in a FIFO group).
    AsTheyCome,
    /// The longest sent first: nothing is sent before all chosen messages have been found.
    OldestFirst,
}

/// When a redrive stops because its messages fail again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopRule {
    /// More than so many per cent of what was sent.
    pub percent: u32,
    /// Not before so many were sent.
    pub at_least: u32,
    /// Only those count that come back within so many milliseconds of being sent.
    pub within_ms: i64,
}

/// What to do where sending again could make a second copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnUnknown {
    /// Send it again; the report says that there may be two.
    Resend,
    /// Leave it where it is; the report says that somebody must decide.
    Hold,
}

/// What becomes of those behind a message that could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Behind {
    /// They stay, so that the group keeps its order.
    Stay,
    /// They go on.
    Go,
}

impl Policy {
    /// What is done unless somebody says otherwise: FIFO never risks a second copy, a standard queue's consumers expect
    /// one (SQS Developer Guide, "At-least-once delivery").
    pub fn of(source: QueueKind) -> Self {
        Self {
            sequence: Sequence::AsTheyCome,
            rate: None,
            canary: None,
            stop_rule: None,
            careful: false,
            unknown: if source == QueueKind::Fifo { OnUnknown::Hold } else { OnUnknown::Resend },
            behind: Behind::Stay,
            keep_originals: false,
            provenance: false,
            lanes: 10,
        }
    }
}

impl Order {
    /// Whether a message was chosen.
    pub fn takes(&self, id: &MessageId) -> bool {
        match &self.take {
            Take::Everything => true,
            Take::Chosen(ids) => ids.contains(id),
        }
    }

    /// A destination. The order is made with all that its route can lead to.
    pub fn queue(&self, no: QueueNo) -> &Queue {
        &self.destinations[usize::from(no.0)]
    }

    /// Whether messages of a group go one after the other: where either end keeps the order of a group.
    pub fn keeps_order(&self, to: QueueNo) -> bool {
        self.source.kind == QueueKind::Fifo || self.queue(to).kind == QueueKind::Fifo
    }
}

/// An order never changes, so its id stands for it.
impl Hash for Order {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}
