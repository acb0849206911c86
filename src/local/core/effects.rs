//! The effect log: everything that happened to a message, in order, so that a test can prove what was lost, what came
//! twice, and that a look disturbed nothing it should not have.
//!
//! A queue settles when it is asked something: an expiry, and a message that a dial lets come back, are noted at the
//! first request after their time, with the time of that request.

use serde::{Deserialize, Serialize};

use super::Millis;

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Accepted by a queue.
    Sent,
    /// Accepted as the duplicate of an earlier one, whose id this is, and not kept.
    Deduplicated,
    /// Handed to a receiver.
    Received,
    /// Its visibility was changed; `until` in the past means released.
    Hidden,
    /// Deleted by a receiver.
    Deleted,
    /// Moved to another queue, by exceeding its receives or by a move task.
    Moved,
    /// Deleted with the rest of its queue's messages, or with the queue.
    Purged,
    /// Its retention ended.
    Expired,
    /// Deleted and there again. Only a dial does this.
    Restored,
    /// In flight and visible all the same. Only a dial does this.
    Revealed,
    /// Handed twice to one receiver in one answer. Only a dial does this.
    Repeated,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Its number: the first is 1, and none is left out.
    pub seq: u64,
    /// When, in epoch milliseconds.
    pub at: Millis,
    /// The number of the request that did it; `None` for what time alone did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u64>,
    /// What.
    pub effect: Kind,
    /// The queue it was in.
    pub queue: String,
    /// The message.
    pub message_id: String,
    /// MD5 of its body, when it was sent: the same text keeps it wherever it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// Its message group, when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Until when it is hidden, in epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Which receive handed it out: the one that is noted here, or the one whose handle was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<u64>,
    /// How often it was received, with this receive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receives: Option<u32>,
    /// The queue it went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The id it has there, when that is a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_message_id: Option<String>,
}

/// The log; keeps nothing unless it was switched on.
#[derive(Debug, Default)]
pub struct Effects {
    kept: Option<Vec<Effect>>,
    requests: u64,
    request: Option<u64>,
}

/// The entry just written, for its details; nothing where no log is kept.
#[derive(Debug)]
pub struct Noted<'a>(Option<&'a mut Effect>);

impl Noted<'_> {
    /// Which receive.
    pub fn receipt(mut self, serial: u64) -> Self {
        if let Some(effect) = &mut self.0 {
            effect.receipt = Some(serial);
        }
        self
    }

    /// How often the message was received.
    pub fn receives(mut self, receives: u32) -> Self {
        if let Some(effect) = &mut self.0 {
            effect.receives = Some(receives);
        }
        self
    }

    /// What was sent: the MD5 of the body, and the message group.
    pub fn content(mut self, md5: &str, group: Option<&str>) -> Self {
        if let Some(effect) = &mut self.0 {
            effect.md5 = Some(md5.to_owned());
            effect.group = group.map(str::to_owned);
        }
        self
    }
}

impl Effects {
    /// A log that keeps what it is told.
    pub fn kept() -> Self {
        Self { kept: Some(Vec::new()), ..Self::default() }
    }

    /// A request begins: what follows is its doing. A receive that waits is a new one each time it looks.
    pub fn begin_request(&mut self) {
        self.requests += 1;
        self.request = Some(self.requests);
    }

    /// The request is over: what follows is the doing of time.
    pub fn end_request(&mut self) {
        self.request = None;
    }

    /// Adds an entry.
    pub fn note(&mut self, at: Millis, effect: Kind, queue: &str, message_id: &str) -> Noted<'_> {
        let Some(kept) = &mut self.kept else {
            return Noted(None);
        };
        kept.push(Effect {
            // A log of more entries than this machine can number does not fit into it.
            seq: u64::try_from(kept.len()).unwrap_or(u64::MAX).saturating_add(1),
            at,
            request: self.request,
            effect,
            queue: queue.to_owned(),
            message_id: message_id.to_owned(),
            md5: None,
            group: None,
            until: None,
            receipt: None,
            receives: None,
            to: None,
            new_message_id: None,
        });
        Noted(kept.last_mut())
    }

    /// Adds that a message is hidden until a time, by a receive or by a change of its visibility.
    pub fn hidden(&mut self, at: Millis, effect: Kind, queue: &str, message_id: &str, until: Millis) -> Noted<'_> {
        let mut noted = self.note(at, effect, queue, message_id);
        if let Some(effect) = &mut noted.0 {
            effect.until = Some(until);
        }
        noted
    }

    /// Adds a move; `new_id` is the id the message has in its new queue.
    pub fn moved(&mut self, at: Millis, queue: &str, message_id: &str, to: &str, new_id: &str) {
        if let Some(effect) = self.note(at, Kind::Moved, queue, message_id).0 {
            effect.to = Some(to.to_owned());
            effect.new_message_id = (new_id != message_id).then(|| new_id.to_owned());
        }
    }

    /// All entries, oldest first.
    pub fn all(&self) -> &[Effect] {
        self.kept.as_deref().unwrap_or_default()
    }

    /// The entries after the one with this number, oldest first, at most so many. 0 is before the first.
    pub fn since(&self, seq: u64, most: usize) -> &[Effect] {
        let all = self.all();
        let from = usize::try_from(seq).unwrap_or(usize::MAX).min(all.len());
        &all[from..from.saturating_add(most).min(all.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_numbered_paged_and_paired_with_their_request() {
        let mut log = Effects::kept();
        log.begin_request();
        log.note(1, Kind::Sent, "q", "a").content("5d", Some("g"));
        log.hidden(2, Kind::Received, "q", "a", 9).receipt(7).receives(1);
        log.end_request();
        log.note(3, Kind::Expired, "q", "a");
        log.begin_request();
        log.moved(4, "q", "b", "r", "b");
        assert_eq!(
            log.all().iter().map(|effect| (effect.seq, effect.request)).collect::<Vec<_>>(),
            [(1, Some(1)), (2, Some(1)), (3, None), (4, Some(2)),]
        );
        let numbers = |since, most| log.since(since, most).iter().map(|effect| effect.seq).collect::<Vec<_>>();
        assert_eq!(
            (numbers(0, 2), numbers(2, 9), numbers(4, 9), numbers(9, 9)),
            (vec![1, 2], vec![3, 4], vec![], vec![])
        );
        let received = &log.all()[1];
        assert_eq!((received.until, received.receipt, received.receives), (Some(9), Some(7), Some(1)));
        assert_eq!(log.all()[0].group.as_deref(), Some("g"));
    }

    #[test]
    fn nothing_is_kept_unless_it_is_asked_for() {
        let mut log = Effects::default();
        log.note(1, Kind::Sent, "q", "a").content("5d", None).receipt(1).receives(1);
        assert_eq!(log.since(0, 9), []);
    }
}
