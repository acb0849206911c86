//! The order of a standard queue: as good as that of arrival, and fair between the tenants that share the queue.
//!
//! Developer guide, "How Amazon SQS fair queues work": the messages of a `MessageGroupId` are one tenant, and a message
//! without one is a tenant of its own. A tenant with more than a tenth of the messages in flight, and at least 30, is a
//! noisy neighbour: while others have messages to receive, theirs come first. Among noisy ones the one with the fewest
//! in flight comes first. A tenant is quiet again when nothing of it waits any more, or when it has sent nothing for five
//! minutes.
//!
//! Left out: the guide's second measure, a tenth of the "recent" processing time; it does not say what is recent.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, btree_map};
use std::sync::Arc;

use super::Millis;
use super::shelf::{Key, Rank};

/// From this many of its messages in flight a tenant can be noisy.
const MANY: usize = 30;
/// A noisy tenant has more than one of this many messages in flight.
const SHARE: usize = 10;
/// A tenant that sent nothing for so long is quiet.
const SILENCE: Millis = 5 * 60 * 1000;

/// The visible messages of a queue in the order of delivery, and what is needed to know who is noisy. No operation costs
/// more than the logarithm of the number of messages, however many tenants there are.
#[derive(Debug, Default)]
pub struct Tenants {
    /// Visible messages of no group.
    loose: BTreeMap<Rank, Key>,
    by_name: HashMap<Arc<str>, Tenant>,
    /// Quiet tenants with visible messages, by the first of them.
    quiet: BTreeMap<Rank, Arc<str>>,
    /// Noisy tenants with visible messages, by their messages in flight and the first visible one.
    noisy: BTreeMap<(usize, Rank), Arc<str>>,
    /// Noisy tenants by when they last sent.
    silent: BTreeSet<(Millis, Arc<str>)>,
    /// Tenants with many messages in flight, by how many.
    loaded: BTreeSet<(usize, Arc<str>)>,
}

#[derive(Debug, Default)]
struct Tenant {
    /// All messages of the group that are not deleted.
    messages: usize,
    visible: BTreeMap<Rank, Key>,
    in_flight: usize,
    /// When it last sent.
    sent: Millis,
    noisy: bool,
}

impl Tenants {
    /// A message was sent, and is not visible yet.
    pub fn arrive(&mut self, group: Option<&str>, sent: Millis) {
        self.change(group, |tenant| {
            tenant.messages += 1;
            tenant.sent = tenant.sent.max(sent);
        });
    }

    /// A message is gone that was not visible any more.
    pub fn depart(&mut self, group: Option<&str>) {
        self.change(group, |tenant| tenant.messages -= 1);
    }

    /// A message can be received.
    pub fn show(&mut self, group: Option<&str>, rank: Rank, key: Key) {
        if group.is_none() {
            self.loose.insert(rank, key);
        }
        self.change(group, |tenant| {
            tenant.visible.insert(rank, key);
        });
    }

    /// A message cannot be received any more.
    pub fn hide(&mut self, group: Option<&str>, rank: Rank) {
        if group.is_none() {
            self.loose.remove(&rank);
        }
        self.change(group, |tenant| {
            tenant.visible.remove(&rank);
        });
    }

    /// A message is in flight.
    pub fn take(&mut self, group: Option<&str>) {
        self.change(group, |tenant| tenant.in_flight += 1);
    }

    /// A message is not in flight any more.
    pub fn give_back(&mut self, group: Option<&str>) {
        self.change(group, |tenant| tenant.in_flight -= 1);
    }

    /// Finds out who is noisy now, of so many messages in flight in all.
    pub fn judge(&mut self, now: Millis, in_flight: usize) {
        while let Some((_, name)) = self.silent.first().filter(|(sent, _)| sent + SILENCE <= now).cloned() {
            self.change(Some(&name), |tenant| tenant.noisy = false);
        }
        // Fewer than ten can have more than a tenth.
        let greatest = self.loaded.iter().rev().take_while(|(many, _)| many * SHARE > in_flight);
        let names: Vec<_> = greatest.map(|(_, name)| Arc::clone(name)).collect();
        for name in names {
            let waits = |tenant: &Tenant| !tenant.noisy && !tenant.visible.is_empty() && now < tenant.sent + SILENCE;
            if self.by_name.get(&name).is_some_and(waits) {
                self.change(Some(&name), |tenant| tenant.noisy = true);
            }
        }
    }

    /// The next messages to deliver, at most `most`.
    pub fn next(&self, most: usize) -> Vec<Key> {
        if self.by_name.is_empty() {
            return self.loose.values().take(most).copied().collect();
        }
        let loose = self.loose.iter().map(|(&rank, &key)| ((0, rank), key));
        let quiet = self.quiet.iter().map(|(&rank, name)| ((0, rank), name));
        let noisy = self.noisy.iter().map(|(&place, name)| (place, name));
        let quiet = Merged::new(loose, quiet, &self.by_name, 0);
        quiet.chain(Merged::new(std::iter::empty(), noisy, &self.by_name, 1)).take(most).collect()
    }

    fn change(&mut self, group: Option<&str>, change: impl FnOnce(&mut Tenant)) {
        let Some(group) = group else {
            return;
        };
        let (name, mut tenant) = match self.by_name.remove_entry(group) {
            Some((name, tenant)) => {
                self.unlist(&name, &tenant);
                (name, tenant)
            }
            None => (Arc::from(group), Tenant::default()),
        };
        change(&mut tenant);
        tenant.noisy &= !tenant.visible.is_empty();
        self.list(&name, &tenant);
        if tenant.messages > 0 {
            self.by_name.insert(name, tenant);
        }
    }

    fn list(&mut self, name: &Arc<str>, tenant: &Tenant) {
        if let Some((&first, _)) = tenant.visible.first_key_value() {
            if tenant.noisy {
                self.noisy.insert((tenant.in_flight, first), Arc::clone(name));
                self.silent.insert((tenant.sent, Arc::clone(name)));
            } else {
                self.quiet.insert(first, Arc::clone(name));
            }
        }
        if tenant.in_flight >= MANY {
            self.loaded.insert((tenant.in_flight, Arc::clone(name)));
        }
    }

    fn unlist(&mut self, name: &Arc<str>, tenant: &Tenant) {
        if let Some((&first, _)) = tenant.visible.first_key_value() {
            if tenant.noisy {
                self.noisy.remove(&(tenant.in_flight, first));
                self.silent.remove(&(tenant.sent, Arc::clone(name)));
            } else {
                self.quiet.remove(&first);
            }
        }
        if tenant.in_flight >= MANY {
            self.loaded.remove(&(tenant.in_flight, Arc::clone(name)));
        }
    }
}

/// A message's place among those of several tenants: the messages in flight of its tenant, if they count, then its rank.
type Place = (usize, Rank);

/// The messages of several tenants in one row. Only as many tenants are looked into as have messages among those taken.
struct Merged<'a, L: Iterator, T: Iterator> {
    loose: std::iter::Peekable<L>,
    tenants: std::iter::Peekable<T>,
    by_name: &'a HashMap<Arc<str>, Tenant>,
    /// The next message of each tenant looked into, with the index of the rest.
    next: BinaryHeap<Reverse<(Place, Key, usize)>>,
    rests: Vec<btree_map::Iter<'a, Rank, Key>>,
    /// How much one message of a tenant puts off the next.
    step: usize,
}

impl<'a, L, T> Merged<'a, L, T>
where
    L: Iterator<Item = (Place, Key)>,
    T: Iterator<Item = (Place, &'a Arc<str>)>,
{
    fn new(loose: L, tenants: T, by_name: &'a HashMap<Arc<str>, Tenant>, step: usize) -> Self {
        let (loose, tenants) = (loose.peekable(), tenants.peekable());
        Self { loose, tenants, by_name, next: BinaryHeap::new(), rests: Vec::new(), step }
    }

    fn queue(&mut self, load: usize, index: usize) {
        if let Some((&rank, &key)) = self.rests[index].next() {
            self.next.push(Reverse(((load, rank), key, index)));
        }
    }
}

impl<'a, L, T> Iterator for Merged<'a, L, T>
where
    L: Iterator<Item = (Place, Key)>,
    T: Iterator<Item = (Place, &'a Arc<str>)>,
{
    type Item = Key;

    fn next(&mut self) -> Option<Key> {
        let known = self.next.peek().map(|Reverse((place, ..))| *place);
        let fresh = self.tenants.peek().map(|(place, _)| *place);
        if let Some((load, _)) = fresh
            && known.is_none_or(|known| fresh.is_some_and(|fresh| fresh < known))
            && let Some((_, name)) = self.tenants.next()
            && let Some(tenant) = self.by_name.get(name)
        {
            self.rests.push(tenant.visible.iter());
            self.queue(load, self.rests.len() - 1);
        }
        let tenants = self.next.peek().map(|Reverse((place, ..))| *place);
        if let Some((_, key)) = self.loose.next_if(|(place, _)| tenants.is_none_or(|tenants| *place < tenants)) {
            return Some(key);
        }
        let Reverse(((load, _), key, index)) = self.next.pop()?;
        self.queue(load + self.step, index);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends to a group, or to none when it is empty.
    fn send(tenants: &mut Tenants, group: &str, keys: impl IntoIterator<Item = Key>, at: Millis) {
        let group = Some(group).filter(|group| !group.is_empty());
        for key in keys {
            tenants.arrive(group, at);
            tenants.show(group, (key, 0), key);
        }
    }

    fn receive(tenants: &mut Tenants, group: &str, keys: impl IntoIterator<Item = Key>) {
        for key in keys {
            tenants.hide(Some(group), (key, 0));
            tenants.take(Some(group));
        }
    }

    #[test]
    fn quiet_tenants_and_messages_of_no_group_stand_in_one_row() {
        let mut tenants = Tenants::default();
        send(&mut tenants, "a", [1, 4, 7], 0);
        send(&mut tenants, "b", [2, 8], 0);
        send(&mut tenants, "", [3, 5, 6, 9], 0);
        assert_eq!(tenants.next(usize::MAX), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(tenants.next(4), [1, 2, 3, 4]);
    }

    #[test]
    fn thirty_in_flight_and_more_than_a_tenth_make_a_tenant_noisy() {
        for (mine, all, noisy) in [(29, 29, false), (30, 30, true), (30, 299, true), (30, 300, false), (31, 300, true)]
        {
            let mut tenants = Tenants::default();
            send(&mut tenants, "a", 0..100, 0);
            send(&mut tenants, "b", [100], 0);
            receive(&mut tenants, "a", 0..mine);
            tenants.judge(0, all);
            assert_eq!(tenants.next(1), [if noisy { 100 } else { mine }], "{mine} of {all}");
        }
    }

    #[test]
    fn the_noisy_tenant_with_the_fewest_in_flight_comes_first() {
        let mut tenants = Tenants::default();
        send(&mut tenants, "a", 0..50, 0);
        send(&mut tenants, "b", 100..150, 0);
        send(&mut tenants, "", [200], 0);
        receive(&mut tenants, "a", 0..33);
        receive(&mut tenants, "b", 100..131);
        tenants.judge(0, 64);
        assert_eq!(tenants.next(7), [200, 131, 132, 33, 133, 34, 134], "31 in flight against 33, then turn by turn");
    }

    #[test]
    fn a_tenant_is_quiet_again_when_nothing_waits_or_after_five_minutes_of_silence() {
        let noisy = || {
            let mut tenants = Tenants::default();
            send(&mut tenants, "a", 0..40, 1000);
            send(&mut tenants, "b", [50], 1000);
            receive(&mut tenants, "a", 0..30);
            tenants.judge(1000, 30);
            assert_eq!(tenants.next(1), [50]);
            tenants
        };
        let mut silent = noisy();
        silent.judge(1000 + SILENCE - 1, 30);
        assert_eq!(silent.next(1), [50]);
        silent.judge(1000 + SILENCE, 30);
        assert_eq!(silent.next(1), [30]);
        send(&mut silent, "a", [51], 1000 + SILENCE);
        silent.judge(1000 + SILENCE, 30);
        assert_eq!(silent.next(1), [50], "it sends again, and has as many in flight as before");
        let mut drained = noisy();
        receive(&mut drained, "a", 30..40);
        for _ in 0..40 {
            drained.give_back(Some("a"));
        }
        send(&mut drained, "a", [45], 1000);
        drained.judge(1000, 0);
        assert_eq!(drained.next(1), [45]);
    }

    #[test]
    fn a_noisy_tenant_stays_so_while_its_share_falls_and_messages_wait() {
        let mut tenants = Tenants::default();
        send(&mut tenants, "a", 0..40, 0);
        send(&mut tenants, "b", [50], 0);
        receive(&mut tenants, "a", 0..30);
        tenants.judge(0, 30);
        for _ in 0..30 {
            tenants.give_back(Some("a"));
        }
        tenants.judge(1, 0);
        assert_eq!(tenants.next(1), [50]);
    }

    #[test]
    fn tenants_without_messages_are_forgotten() {
        let mut tenants = Tenants::default();
        send(&mut tenants, "a", 0..40, 0);
        receive(&mut tenants, "a", 0..40);
        for _ in 0..40 {
            tenants.give_back(Some("a"));
            tenants.depart(Some("a"));
        }
        assert!(tenants.by_name.is_empty() && tenants.loaded.is_empty() && tenants.silent.is_empty());
    }
}
