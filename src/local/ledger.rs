//! The oracle: reads an effect log and answers what was lost, what is there twice, and what was disturbed.
//!
//! A message is followed from its arrival in a queue to its end there; in the queue that it moves to it is a new
//! [`Copy`]. What a client sends again under a new id is recognised by the MD5 of its body, so give bodies that should be
//! told apart different texts. Bodies that are equal are counted.
//!
//! Ask for a [`Balance`] with the number of the last entry before the work that is to be judged: what was there by then
//! should be there still, once each.

use std::collections::{BTreeMap, HashMap};

use super::core::{Effect, Kind, Millis};

/// A message in one queue.
#[derive(Clone, Debug)]
pub struct Copy<'a> {
    /// The queue.
    pub queue: &'a str,
    /// Its id there.
    pub message_id: &'a str,
    /// MD5 of its body; empty where the log does not go back to its sending.
    pub md5: &'a str,
    /// Its message group.
    pub group: Option<&'a str>,
    /// Everything that happened to it, from its arrival (sent, or moved here) to its end (deleted, moved, purged or
    /// expired), oldest first.
    pub history: Vec<&'a Effect>,
}

impl Copy<'_> {
    /// How often this happened to it.
    pub fn count(&self, kind: Kind) -> usize {
        self.history.iter().filter(|effect| effect.effect == kind).count()
    }

    /// Whether it is in its queue, after all that is in the log.
    pub fn is_there(&self) -> bool {
        self.was_there(u64::MAX)
    }

    /// Whether it was in its queue after the entry with this number.
    pub fn was_there(&self, seq: u64) -> bool {
        let last = self.history.iter().enumerate().rfind(|(_, effect)| effect.seq <= seq);
        // The first entry is the arrival, also where it is a move.
        last.is_some_and(|(at, effect)| at == 0 || !ends(effect.effect))
    }

    /// Until when its last receive, or the last change of its visibility, hides it; `None` if nothing ever did.
    pub fn hidden_until(&self) -> Option<Millis> {
        self.history.iter().rev().find_map(|effect| effect.until)
    }
}

fn ends(kind: Kind) -> bool {
    matches!(kind, Kind::Deleted | Kind::Moved | Kind::Purged | Kind::Expired)
}

/// Texts by the MD5 of their body, and of how many messages each.
pub type Bodies<'a> = BTreeMap<&'a str, usize>;

/// What is there after some work, against what was there before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance<'a> {
    /// In no queue any more. Who consumes a message loses it too: that is for the test to say.
    pub lost: Bodies<'a>,
    /// There once more than before.
    pub duplicated: Bodies<'a>,
    /// There once more than before because a dial put it back, and not counted as duplicated.
    pub restored: Bodies<'a>,
}

/// All messages of a log.
#[derive(Clone, Debug, Default)]
pub struct Ledger<'a> {
    copies: Vec<Copy<'a>>,
    newest: HashMap<(&'a str, &'a str), usize>,
    swallowed: Vec<&'a Effect>,
    impossible: Vec<&'a Effect>,
}

impl<'a> Ledger<'a> {
    /// Reads a log from its beginning.
    pub fn of(log: &'a [Effect]) -> Self {
        let mut ledger = Self::default();
        for effect in log {
            ledger.read(effect);
        }
        ledger
    }

    fn read(&mut self, effect: &'a Effect) {
        let (queue, id) = (effect.queue.as_str(), effect.message_id.as_str());
        match effect.effect {
            Kind::Sent => {
                let (md5, group) = (effect.md5.as_deref().unwrap_or_default(), effect.group.as_deref());
                return self.arrive(effect, Copy { queue, message_id: id, md5, group, history: Vec::new() });
            }
            Kind::Deduplicated => return self.swallowed.push(effect),
            _ => {}
        }
        let Some(copy) = self.newest.get(&(queue, id)).map(|&at| &mut self.copies[at]) else {
            return self.impossible.push(effect);
        };
        if copy.is_there() == (effect.effect == Kind::Restored) {
            self.impossible.push(effect);
        }
        copy.history.push(effect);
        if let (Kind::Moved, Some(to)) = (effect.effect, &effect.to) {
            let message_id = effect.new_message_id.as_deref().unwrap_or(id);
            let arrived = Copy { queue: to, message_id, md5: copy.md5, group: copy.group, history: Vec::new() };
            self.arrive(effect, arrived);
        }
    }

    fn arrive(&mut self, effect: &'a Effect, mut copy: Copy<'a>) {
        copy.history.push(effect);
        let before = self.newest.insert((copy.queue, copy.message_id), self.copies.len());
        if before.is_some_and(|at| self.copies[at].is_there()) {
            self.impossible.push(effect);
        }
        self.copies.push(copy);
    }

    /// All messages that ever were in a queue, in the order of their arrival.
    pub fn copies(&self) -> &[Copy<'a>] {
        &self.copies
    }

    /// Those that are in this queue, in the order of their arrival.
    pub fn there(&self, queue: &str) -> impl Iterator<Item = &Copy<'a>> {
        self.copies.iter().filter(move |copy| copy.queue == queue && copy.is_there())
    }

    /// What was accepted as the duplicate of an earlier message and not kept: with `md5` and `group` of what was sent.
    /// Its text is lost unless it is that of the earlier one.
    pub fn swallowed(&self) -> &[&'a Effect] {
        &self.swallowed
    }

    /// What SQS does not do and no dial was asked for: something happened to a message that was not there. Empty, or the
    /// server is wrong.
    pub fn impossible(&self) -> &[&'a Effect] {
        &self.impossible
    }

    /// What is there now, against what was there after the entry with this number.
    pub fn balance(&self, since: u64) -> Balance<'a> {
        let mut balance = Balance::default();
        let (mut before, mut now) = (Bodies::new(), Bodies::new());
        for copy in &self.copies {
            let (was, is) = (copy.was_there(since), copy.is_there());
            let back = copy.history.iter().any(|effect| effect.effect == Kind::Restored && effect.seq > since);
            *before.entry(copy.md5).or_default() += usize::from(was);
            *now.entry(copy.md5).or_default() += usize::from(is);
            *balance.restored.entry(copy.md5).or_default() += usize::from(is && back);
        }
        for (md5, before) in before {
            let now = now.get(md5).copied().unwrap_or_default();
            let more = now.saturating_sub(before);
            let restored = balance.restored.get(md5).copied().unwrap_or_default().min(more);
            balance.restored.insert(md5, restored);
            balance.duplicated.insert(md5, more - restored);
            balance.lost.insert(md5, before.saturating_sub(now));
        }
        for bodies in [&mut balance.lost, &mut balance.duplicated, &mut balance.restored] {
            bodies.retain(|_, number| *number > 0);
        }
        balance
    }

    /// The messages that were there after the entry with this number and to which something happened since.
    pub fn disturbed(&self, since: u64) -> impl Iterator<Item = &Copy<'a>> {
        self.copies
            .iter()
            .filter(move |copy| copy.was_there(since) && copy.history.last().is_some_and(|effect| effect.seq > since))
    }
}

#[cfg(test)]
mod tests;
