//! The messages of one queue and the indices over them, so that no operation looks at all of them: what is visible, in
//! the order of delivery; what becomes visible, by time; and what is oldest, by the start of its retention.

mod noted;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Millis;
use super::groups::Groups;
use super::message::Message;
use super::tenants::Tenants;

/// A message's place in the order of arrival, unique in the state.
pub type Key = u64;

/// Whether a message can be received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not yet: sent with a delay that ends at this time.
    Delayed(Millis),
    /// Yes.
    Visible,
    /// Not now: received, and hidden until this time.
    InFlight(Millis),
}

/// The newest receive of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastReceive {
    /// Which receive; the handle carries it.
    pub serial: u64,
    /// When.
    pub at: Millis,
    /// Until when it hides the message; the time of the receive if it was released, or never hidden.
    pub until: Millis,
}

impl LastReceive {
    /// Whether the message is visible again by a request, and not by the passing of time.
    pub fn is_released(&self) -> bool {
        self.until <= self.at
    }
}

/// A message on the shelf.
#[derive(Clone, Debug)]
pub struct Held {
    /// The message.
    pub message: Message,
    /// Whether it can be received.
    pub place: Place,
    /// Its newest receive.
    pub receive: Option<LastReceive>,
    /// Its rank in a standard queue's order of delivery.
    rank: Rank,
}

/// The place in a standard queue's order. The first number is a key: a message sent to the back stands behind the newest
/// one of that moment.
pub type Rank = (Key, u64);

/// The three counters a queue shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// `ApproximateNumberOfMessages`.
    pub visible: usize,
    /// `ApproximateNumberOfMessagesNotVisible`.
    pub in_flight: usize,
    /// `ApproximateNumberOfMessagesDelayed`.
    pub delayed: usize,
}

/// The order in which visible messages are delivered.
#[derive(Debug)]
enum Order {
    Standard(Tenants),
    Fifo(Groups),
}

/// All messages of a queue.
#[derive(Debug)]
pub struct Shelf {
    held: HashMap<Key, Held>,
    order: Order,
    due: BTreeSet<(Millis, Key)>,
    aged: BTreeSet<(Millis, Key)>,
    counts: Counts,
    newest: Key,
    sent_back: u64,
    /// The messages that changed, and whether they are new, while changes are noted. What time alone changes is not one.
    noted: Option<BTreeMap<Key, bool>>,
}

/// The keys of all messages by what can be done with them; only [`Listing::next`] has the order of delivery, the others
/// have that of arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Those in flight.
    pub in_flight: Vec<Key>,
    /// Those of a FIFO queue that are visible and wait behind a hidden one of their group.
    pub waiting: Vec<Key>,
    /// Those that can be received.
    pub next: Vec<Key>,
    /// Those with a delay that has not ended.
    pub delayed: Vec<Key>,
}

/// From this receive on a standard queue offers a message last (developer guide, "Available CloudWatch metrics": a
/// message received three times or more without being deleted is moved to the back of the queue).
const POISON: u32 = 3;

impl Shelf {
    /// An empty shelf.
    pub fn new(fifo: bool) -> Self {
        Self {
            held: HashMap::new(),
            order: if fifo { Order::Fifo(Groups::default()) } else { Order::Standard(Tenants::default()) },
            due: BTreeSet::new(),
            aged: BTreeSet::new(),
            counts: Counts::default(),
            newest: 0,
            sent_back: 0,
            noted: None,
        }
    }

    /// Adds a message, hidden until `delayed` if that is given.
    pub fn put(&mut self, key: Key, message: Message, delayed: Option<Millis>) {
        self.mark(key, true);
        self.newest = self.newest.max(key);
        self.aged.insert((message.enqueued, key));
        match &mut self.order {
            Order::Standard(tenants) => tenants.arrive(message.group.as_deref(), message.sent),
            Order::Fifo(groups) => groups.add(message.group.as_deref().unwrap_or_default(), key),
        }
        let place = delayed.map_or(Place::Visible, Place::Delayed);
        self.held.insert(key, Held { message, place, receive: None, rank: (key, 0) });
        self.enter(key, place);
    }

    /// A message, wherever it is.
    pub fn get(&self, key: Key) -> Option<&Held> {
        self.held.get(&key)
    }

    /// Makes visible what was due by now.
    pub fn settle(&mut self, now: Millis) {
        while let Some(&(due, key)) = self.due.first()
            && due <= now
        {
            self.relay(key, Place::Visible);
        }
        if let Order::Standard(tenants) = &mut self.order {
            tenants.judge(now, self.counts.in_flight);
        }
    }

    /// Takes away the messages whose retention has ended.
    pub fn expire(&mut self, now: Millis, retention: Millis) -> Vec<Message> {
        let mut gone = Vec::new();
        while let Some(&(enqueued, key)) = self.aged.first()
            && enqueued + retention <= now
        {
            gone.extend(self.remove(key));
        }
        gone
    }

    /// The next messages to deliver, at most `most`. They stay where they are.
    pub fn next(&self, most: usize) -> Vec<Key> {
        match &self.order {
            Order::Standard(tenants) => tenants.next(most),
            Order::Fifo(groups) => groups.next(most),
        }
    }

    /// Counts a receive of a message and hides it.
    pub fn receive(&mut self, key: Key, receive: LastReceive) -> Option<&Held> {
        self.mark(key, false);
        let held = self.held.get_mut(&key)?;
        held.receive = Some(receive);
        held.message.receives += 1;
        held.message.first_received.get_or_insert(receive.at);
        self.relay(key, Place::InFlight(receive.until));
        self.held.get(&key)
    }

    /// Hides a message in flight until another time; at once visible when that is not in the future.
    pub fn hide(&mut self, key: Key, now: Millis, until: Millis) {
        if let Some(receive) = self.held.get_mut(&key).and_then(|held| held.receive.as_mut()) {
            receive.until = if until > now { until } else { receive.at };
            self.mark(key, false);
            self.relay(key, if until > now { Place::InFlight(until) } else { Place::Visible });
        }
    }

    /// Changes the delay of all delayed messages, as a FIFO queue does when its delay changes.
    pub fn delay_again(&mut self, now: Millis, delay: Millis) {
        let delayed: Vec<_> = self
            .held
            .iter()
            .filter(|(_, held)| matches!(held.place, Place::Delayed(_)))
            .map(|(&key, held)| (key, held.message.sent + delay))
            .collect();
        for (key, until) in delayed {
            self.mark(key, false);
            self.relay(key, if until > now { Place::Delayed(until) } else { Place::Visible });
        }
    }

    /// Takes a message away.
    pub fn remove(&mut self, key: Key) -> Option<Message> {
        let place = self.held.get(&key)?.place;
        self.leave(key, place);
        let held = self.held.remove(&key)?;
        self.mark(key, false);
        self.aged.remove(&(held.message.enqueued, key));
        match &mut self.order {
            Order::Standard(tenants) => tenants.depart(held.message.group.as_deref()),
            Order::Fifo(groups) => groups.remove(held.message.group.as_deref().unwrap_or_default(), key),
        }
        Some(held.message)
    }

    /// Takes all messages away, in the order of their arrival.
    pub fn clear(&mut self) -> Vec<Message> {
        let fifo = matches!(self.order, Order::Fifo(_));
        let mut emptied = std::mem::replace(self, Self::new(fifo));
        self.noted = emptied.noted.take();
        emptied.held.keys().for_each(|&key| self.mark(key, false));
        let mut all: Vec<_> = emptied.held.into_iter().collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all.into_iter().map(|(_, held)| held.message).collect()
    }

    /// All messages, at the cost of a walk over them.
    pub fn listing(&self) -> Listing {
        let mut listing = Listing { next: self.next(usize::MAX), ..Listing::default() };
        let receivable: HashSet<Key> = listing.next.iter().copied().collect();
        for (&key, held) in &self.held {
            match held.place {
                Place::Delayed(_) => listing.delayed.push(key),
                Place::InFlight(_) => listing.in_flight.push(key),
                Place::Visible if !receivable.contains(&key) => listing.waiting.push(key),
                Place::Visible => {}
            }
        }
        for keys in [&mut listing.in_flight, &mut listing.waiting, &mut listing.delayed] {
            keys.sort_unstable();
        }
        listing
    }

    /// How many messages are where.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// When the next hidden message becomes visible.
    pub fn next_due(&self) -> Option<Millis> {
        self.due.first().map(|(due, _)| *due)
    }

    /// When the retention of the oldest message ends.
    pub fn next_end(&self, retention: Millis) -> Option<Millis> {
        self.aged.first().map(|(enqueued, _)| enqueued + retention)
    }

    /// All messages, in no order.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = (Key, &Held)> {
        self.held.iter().map(|(&key, held)| (key, held))
    }

    fn relay(&mut self, key: Key, to: Place) {
        let Some(held) = self.held.get_mut(&key) else {
            return;
        };
        let from = std::mem::replace(&mut held.place, to);
        if to == Place::Visible && from != to && held.message.receives_here() >= POISON {
            self.sent_back += 1;
            held.rank = (self.newest, self.sent_back);
            // An entry of the order is found by its rank, so a visible message never changes it: this one was hidden.
        }
        self.leave(key, from);
        self.enter(key, to);
    }

    fn leave(&mut self, key: Key, place: Place) {
        match place {
            Place::Delayed(until) => {
                self.due.remove(&(until, key));
                self.counts.delayed -= 1;
            }
            Place::InFlight(until) => {
                self.due.remove(&(until, key));
                self.counts.in_flight -= 1;
                self.fly(key, false);
            }
            Place::Visible => {
                self.counts.visible -= 1;
                self.show(key, false);
            }
        }
    }

    fn enter(&mut self, key: Key, place: Place) {
        match place {
            Place::Delayed(until) => {
                self.due.insert((until, key));
                self.counts.delayed += 1;
            }
            Place::InFlight(until) => {
                self.due.insert((until, key));
                self.counts.in_flight += 1;
                self.fly(key, true);
            }
            Place::Visible => {
                self.counts.visible += 1;
                self.show(key, true);
            }
        }
    }

    fn fly(&mut self, key: Key, in_flight: bool) {
        if let (Order::Standard(tenants), Some(held)) = (&mut self.order, self.held.get(&key)) {
            let group = held.message.group.as_deref();
            if in_flight { tenants.take(group) } else { tenants.give_back(group) }
        }
    }

    fn show(&mut self, key: Key, visible: bool) {
        let Some(held) = self.held.get(&key) else {
            return;
        };
        match &mut self.order {
            Order::Standard(tenants) if visible => tenants.show(held.message.group.as_deref(), held.rank, key),
            Order::Standard(tenants) => tenants.hide(held.message.group.as_deref(), held.rank),
            Order::Fifo(groups) => {
                groups.show(held.message.group.as_deref().unwrap_or_default(), key, visible);
            }
        }
    }
}
