//! Two queues of an SQS that does all that SQS may do: leases that end early, deletes that do not stick, messages that
//! come back, deduplication that ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Message, MessageId, ReceiptHandle};

/// Where an original is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Visible,
    /// Received with this handle, hidden until then.
    InFlight(u8, i64),
    Gone,
}

/// A message of the source, and its copies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Original {
    pub place: Place,
    /// How often it may come back after having been deleted.
    pub returns: u8,
    pub copies: u8,
    /// Until when its deduplication id is remembered.
    pub window_ms: Option<i64>,
    /// How many of its sends had an outcome that the engine could not know.
    pub unknown: u8,
    /// Accepted; the acknowledgement is not on the disk.
    pub unsettled: bool,
    /// Somebody else took it out of the queue.
    pub consumed: bool,
}

/// The two queues.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Queues {
    pub fifo: bool,
    /// Groups by turns: message n is of group n modulo this.
    pub groups: u8,
    pub originals: Vec<Original>,
    /// The copies in the order of their arrival.
    pub arrived: Vec<u8>,
}

impl Queues {
    pub fn of(messages: u8, groups: u8, fifo: bool) -> Self {
        let original = Original {
            place: Place::Visible,
            returns: u8::from(!fifo),
            copies: 0,
            window_ms: None,
            unknown: 0,
            unsettled: false,
            consumed: false,
        };
        Self { fifo, groups, originals: vec![original; usize::from(messages)], arrived: Vec::new() }
    }

    /// Leases and windows that have run out by now.
    pub fn pass(&mut self, now_ms: i64) {
        for original in &mut self.originals {
            if matches!(original.place, Place::InFlight(_, until_ms) if until_ms <= now_ms) {
                original.place = Place::Visible;
            }
            original.window_ms = original.window_ms.filter(|until_ms| *until_ms > now_ms);
        }
    }

    /// Somebody else takes a message out of the queue.
    pub fn consume(&mut self, message: u8) {
        let original = &mut self.originals[usize::from(message)];
        (original.place, original.consumed, original.returns) = (Place::Gone, true, 0);
    }

    /// Receives what may be received: on FIFO in order, and nothing of a group in flight. Each gets a handle from `fresh`.
    pub fn receive(&mut self, count: usize, until_ms: i64, fresh: impl Fn(u8) -> u8) -> Vec<(u8, u8)> {
        let groups = usize::from(self.groups);
        let mut blocked = vec![false; groups];
        for (at, original) in self.originals.iter().enumerate() {
            blocked[at % groups] |= self.fifo && matches!(original.place, Place::InFlight(..));
        }
        let visible = self.originals.iter_mut().enumerate();
        let visible = visible.filter(|(at, original)| original.place == Place::Visible && !blocked[at % groups]);
        let receive = |(at, original): (usize, &mut Original)| {
            let at = u8::try_from(at).unwrap();
            let handle = fresh(at);
            original.place = Place::InFlight(handle, until_ms);
            (at, handle)
        };
        visible.take(count).map(receive).collect()
    }

    /// Whether this handle is that of the last receive, and the message still hidden by it.
    pub fn is_current(&self, message: u8, handle: u8) -> bool {
        matches!(self.originals[usize::from(message)].place, Place::InFlight(current, _) if current == handle)
    }

    /// Accepts a copy. A duplicate within the window is accepted, and is nowhere.
    pub fn accept(&mut self, message: u8, until_ms: i64) {
        let fifo = self.fifo;
        let original = &mut self.originals[usize::from(message)];
        if !fifo || original.window_ms.is_none() {
            original.copies += 1;
            original.window_ms = fifo.then_some(until_ms);
            self.arrived.push(message);
        }
    }
}

/// Message n as a receive with this handle returns it.
pub fn message(n: u8, handle: u8, groups: u8, fifo: bool) -> Arc<Message> {
    let mut system = BTreeMap::from([
        ("SentTimestamp".to_owned(), (1_000 + i64::from(n)).to_string()),
        (
            "DeadLetterQueueSourceArn".to_owned(),
            "arn:aws:sqs:eu-west-1:1:to".to_owned() + if fifo { ".fifo" } else { "" },
        ),
    ]);
    if fifo {
        system.insert("MessageGroupId".into(), format!("g{}", n % groups));
        system.insert("SequenceNumber".into(), (100 + u32::from(n)).to_string());
    }
    Arc::new(Message {
        id: id(n),
        receipt_handle: ReceiptHandle::new(format!("{n}/{handle}")),
        body: format!("body {n}"),
        md5_of_body: String::new(),
        md5_of_attributes: None,
        system,
        attributes: BTreeMap::new(),
    })
}

/// The id of message n.
pub fn id(n: u8) -> MessageId {
    MessageId::new(format!("m{n}"))
}

/// The number in an id, and in a handle its second number.
pub fn number(text: &str) -> (u8, u8) {
    let text = text.trim_start_matches(['m', 'c']);
    let (message, handle) = text.split_once('/').unwrap_or((text, "0"));
    (message.parse().unwrap(), handle.parse().unwrap())
}
