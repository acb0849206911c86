//! The state: all queues of the one account and Region, and what is shared between them.

use std::collections::BTreeMap;

use super::Millis;
use super::attempts::Attempts;
use super::dedup::Dedup;
use super::deviations::{self, Owed};
use super::effects::{Effect, Effects, Kind};
use super::error::ApiError;
use super::ids::Ids;
use super::journal::{Change, Marks};
use super::message::Message;
use super::moves::Tasks;
use super::queues::Queues;
use super::resting::Resting;
use super::settings::Settings;
use super::shelf::{Counts, Key, Shelf};

/// A queue.
#[derive(Debug)]
pub struct Queue {
    /// What can be set.
    pub settings: Settings,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub created: Millis,
    /// When its attributes last changed.
    pub modified: Millis,
    /// When it was last purged.
    pub purged: Option<Millis>,
    /// Its messages.
    pub shelf: Shelf,
    /// The deduplication ids it remembers.
    pub dedup: Dedup,
    /// Receives that a caller may repeat.
    pub attempts: Attempts,
}

/// The most messages in flight of a queue of either type (API reference, "ChangeMessageVisibility"; developer guide,
/// "FIFO queue quotas").
const IN_FLIGHT: usize = 120_000;

/// Everything the local SQS knows.
#[derive(Debug)]
pub struct State {
    /// By name, sorted: the order of ListQueues.
    pub queues: Queues,
    /// The message move tasks.
    pub tasks: Tasks,
    /// The source of ids.
    pub ids: Ids,
    /// The effect log.
    pub effects: Effects,
    /// The most messages of a queue in flight.
    pub in_flight_limit: usize,
    /// Deleted messages that come back, because a dial wants it.
    pub owed: Vec<Owed>,
    account: String,
    region: String,
    base_url: String,
    /// What URLs begin with instead, for one request.
    known_as: Option<String>,
    /// The names of deleted queues.
    deleted: Resting,
    /// Which of those names changed, while changes are noted.
    resting: Vec<Change>,
    latest: Millis,
    serial: u64,
    stirred: Vec<String>,
}

impl State {
    /// An account without queues. `base_url` is what queue URLs begin with, without a slash at its end.
    pub fn new(account: &str, region: &str, base_url: &str, seed: u64) -> Self {
        Self {
            queues: Queues::default(),
            tasks: Tasks::default(),
            ids: Ids::seeded(seed),
            effects: Effects::default(),
            in_flight_limit: IN_FLIGHT,
            owed: Vec::new(),
            account: account.to_owned(),
            region: region.to_owned(),
            base_url: base_url.to_owned(),
            known_as: None,
            deleted: Resting::default(),
            resting: Vec::new(),
            latest: 0,
            serial: 0,
            stirred: Vec::new(),
        }
    }

    /// Keeps an effect log from now on.
    pub fn keep_effects(&mut self) {
        self.effects = Effects::kept();
    }

    /// The effect log, oldest first; empty unless it is kept.
    pub fn effect_log(&self) -> &[Effect] {
        self.effects.all()
    }

    /// A part of the effect log (see [`Effects::since`]).
    pub fn effects_since(&self, seq: u64, most: usize) -> &[Effect] {
        self.effects.since(seq, most)
    }

    /// Lets time pass: moves what move tasks owe. Answers the time that counts: the latest ever given.
    pub fn advance(&mut self, now: Millis) -> Millis {
        self.latest = self.latest.max(now);
        super::moves::advance(self, self.latest);
        deviations::pay(self, self.latest);
        self.latest
    }

    /// Whether a move task runs, so that time must be let pass even when nobody asks anything.
    pub fn busy(&self) -> bool {
        self.tasks.any_active()
    }

    /// Whether no time has passed: nothing was asked of it yet, nor, where it was read from a store, ever changed.
    pub fn is_new(&self) -> bool {
        self.latest == 0
    }

    /// The queues in which a message may have become receivable since the last call, or will earlier than was to be
    /// expected, for those who wait.
    pub fn take_stirred(&mut self) -> Vec<String> {
        std::mem::take(&mut self.stirred)
    }

    /// Says that a message of this queue may have become receivable, or will earlier than was to be expected.
    pub fn stir(&mut self, name: &str) {
        if self.stirred.last().is_none_or(|last| last != name) {
            self.stirred.push(name.to_owned());
        }
    }

    /// The queue's wait in seconds for a receive that does not say; 0 for an unknown queue.
    pub fn receive_wait(&self, name: &str) -> u64 {
        self.queues.get(name).map_or(0, |queue| queue.settings.wait)
    }

    /// When a message of a queue may next become receivable by the passing of time: a hidden one becomes visible, or the
    /// retention ends of one that others of its group wait for.
    pub fn next_due(&self, name: &str) -> Option<Millis> {
        let queue = self.queues.get(name)?;
        let shown = queue.shelf.next_due();
        let ended = queue.shelf.next_end(queue.settings.retention * 1000);
        shown.into_iter().chain(ended).chain(deviations::next_due(self, name)).min()
    }

    /// How many messages of a queue are where, and how many it holds in all.
    pub fn counts(&self, name: &str) -> Counts {
        self.queues.get(name).map(|queue| queue.shelf.counts()).unwrap_or_default()
    }

    /// A number that never comes again: the key of a message, or the serial of a receive.
    pub fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The URL of a queue.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.known_as.as_deref().unwrap_or(&self.base_url), self.account)
    }

    /// Lets queue URLs begin with another text from now on, without a slash at its end; `None` is the one of the beginning.
    pub fn be_known_as(&mut self, base_url: Option<String>) {
        self.known_as = base_url;
    }

    /// The ARN of a queue.
    pub fn arn(&self, name: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{name}", self.region, self.account)
    }

    /// The name of an existing queue, from its URL. Only the path counts: a client may know this host by another name.
    /// SQS also takes the bare name, though no documentation says so.
    ///
    /// Errors: `InvalidAddress`, `QueueDoesNotExist`.
    pub fn named_by_url(&self, url: &str) -> Result<String, ApiError> {
        let (host, path) = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
            None => ("", url),
        };
        let (account, name) = match path.trim_matches('/').rsplit_once('/') {
            Some((path, name)) => (path.rsplit('/').next().unwrap_or(path), name),
            None if host.is_empty() && !path.contains('/') => (self.account.as_str(), path),
            None => {
                let message = format!("The address {url} is not valid for this endpoint.");
                return Err(ApiError::named("InvalidAddress", message));
            }
        };
        if account == self.account && self.queues.contains_key(name) {
            Ok(name.to_owned())
        } else {
            Err(ApiError::no_queue())
        }
    }

    /// The name of an existing queue, from its ARN.
    pub fn named_by_arn(&self, arn: &str) -> Option<String> {
        let name = arn.rsplit(':').next()?;
        (self.queues.contains_key(name) && self.arn(name) == arn).then(|| name.to_owned())
    }

    /// Brings a queue up to date: shows what was due, drops what is too old.
    pub fn settle(&mut self, name: &str, now: Millis) {
        let Some(queue) = self.queues.get_mut(name) else {
            return;
        };
        queue.shelf.settle(now);
        for message in queue.shelf.expire(now, queue.settings.retention * 1000) {
            self.effects.note(now, Kind::Expired, name, &message.id);
        }
    }

    /// An existing queue by its URL, up to date.
    pub fn reach(&mut self, url: &str, now: Millis) -> Result<(String, &mut Queue), ApiError> {
        let name = self.named_by_url(url)?;
        self.settle(&name, now);
        let queue = self.queues.get_mut(&name).ok_or_else(ApiError::no_queue)?;
        Ok((name, queue))
    }

    /// The queues whose failures go to the queue of this ARN, sorted by name.
    pub fn sources_of<'a>(&'a self, arn: &'a str) -> impl Iterator<Item = &'a str> {
        self.queues
            .iter()
            .filter(move |(_, queue)| queue.settings.redrive.as_ref().is_some_and(|policy| policy.target == arn))
            .map(|(name, _)| name.as_str())
    }

    /// Adds a queue.
    ///
    /// Errors: `QueueDeletedRecently` within 60 seconds of the deletion of its namesake.
    pub fn create(
        &mut self,
        name: &str,
        now: Millis,
        settings: Settings,
        tags: BTreeMap<String, String>,
    ) -> Result<(), ApiError> {
        if self.deleted.holds(name, now) {
            return Err(ApiError::named(
                "QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            ));
        }
        let rested = self.deleted.release(now);
        if self.queues.is_noted() {
            self.resting.extend(rested.into_iter().map(Change::Rested));
        }
        let queue = Queue {
            shelf: Shelf::new(settings.fifo),
            settings,
            tags,
            created: now,
            modified: now,
            purged: None,
            dedup: Dedup::default(),
            attempts: Attempts::default(),
        };
        self.queues.insert(name.to_owned(), queue);
        Ok(())
    }

    /// Takes a queue away with its messages.
    pub fn delete(&mut self, name: &str, now: Millis) {
        if let Some(mut queue) = self.queues.remove(name) {
            self.rest(name.to_owned(), now);
            self.tasks.forget(name);
            self.owed.retain(|owed| !owed.is_of(name));
            for message in queue.shelf.clear() {
                self.effects.note(now, Kind::Purged, name, &message.id);
            }
            self.stir(name);
        }
    }

    /// Keeps a name from being taken for a while.
    pub fn rest(&mut self, name: String, now: Millis) {
        if self.queues.is_noted() {
            self.resting.push(Change::Rests(name.clone(), now));
        }
        self.deleted.add(name, now);
    }

    /// Adds which names rest, or do not any more, to a list of changes.
    pub fn take_resting(&mut self, changes: &mut Vec<Change>) {
        changes.append(&mut self.resting);
    }

    /// The numbers that go up with nearly every request.
    pub fn marks(&self) -> Marks {
        Marks { serial: self.serial, seed: self.ids.seed(), latest: self.latest }
    }

    /// Sets them to what they were.
    pub fn recall(&mut self, marks: Marks) {
        (self.serial, self.ids, self.latest) = (marks.serial, Ids::seeded(marks.seed), marks.latest);
    }

    /// Puts a message into a queue, behind all others, hidden until `delayed` if that is given.
    pub fn put(&mut self, name: &str, message: Message, delayed: Option<Millis>) -> Key {
        let key = self.next_serial();
        if let Some(queue) = self.queues.get_mut(name) {
            queue.shelf.put(key, message, delayed);
        }
        self.stir(name);
        key
    }
}

/// The sequence number of a FIFO message: 20 digits, larger for later messages.
pub fn sequence_number(key: Key) -> String {
    (18_870_451_938_434_301_952_u128 + u128::from(key) * 256).to_string()
}
