//! Where it is tried out: an SQS with two queues, a clock that can be moved, lives of consoles one after the other, and
//! the oracle that says at the end what was lost and what is there twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use super::disk::Disk;
use super::process::{Doom, Fate, Process, Step, When, Wire};
use super::watch::Watch;
use super::world::{Console, World, about, order};
use crate::local::ledger::Ledger;
use crate::model::MessageId;
use crate::model::journal::{EndedHow, JournalRow, RedriveId};
use crate::server::clock::{Clock, SystemClock};
use crate::server::services::redrive::engine::{Order, Pause, Terms};
use crate::server::services::redrive::selective::{Live, Shown};

/// The machine's clock, and ahead of it.
#[derive(Debug, Default)]
pub(super) struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0.load(Ordering::SeqCst)
    }

    fn mono_ms(&self) -> i64 {
        SystemClock.mono_ms() + self.0.load(Ordering::SeqCst)
    }
}

/// Dice that always fall the same way.
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

/// The name of the redrive.
pub(super) const ID: &str = "r";

/// Two queues and whoever moves from one to the other.
pub(super) struct Stage {
    pub world: World,
    pub clock: Arc<Ahead>,
    pub watch: Arc<Watch>,
    pub fifo: bool,
    since: u64,
    lives: AtomicUsize,
}

/// A console, and the life of its process.
pub(super) struct Life {
    pub console: Console,
    pub process: Arc<Process>,
}

impl Stage {
    /// Two queues of a kind, with so many messages in the first: on FIFO in so many groups.
    pub async fn of(fifo: bool, messages: usize, groups: usize) -> Self {
        let stage = Self::in_world(World::new().await, fifo).await;
        let url = format!("{}/000000000000/{}", stage.world.endpoint, stage.from());
        stage.world.fill(&url, messages, if fifo { groups } else { 0 }).await;
        stage.begins()
    }

    /// The same without messages yet.
    pub async fn in_world(world: World, fifo: bool) -> Self {
        let watch = Watch::new(&world.local);
        let stage = Self { world, clock: Arc::default(), watch, fifo, since: 0, lives: AtomicUsize::new(0) };
        stage.world.queue(stage.from()).await;
        stage.world.queue(stage.to()).await;
        stage
    }

    /// What is there now is what must be there at the end.
    pub fn begins(self) -> Self {
        let since = self.world.local.effects().last().map_or(0, |effect| effect.seq);
        Self { since, ..self }
    }

    pub fn from(&self) -> &'static str {
        if self.fifo { "from.fifo" } else { "from" }
    }

    pub fn to(&self) -> &'static str {
        if self.fifo { "to.fifo" } else { "to" }
    }

    /// The redrive. A machine that is busy may stand still for most of a second: a lease bears that.
    pub fn order(&self) -> Order {
        let order = order(ID, self.from(), self.to());
        Order { terms: Terms { lease_s: 3, reserve_ms: 1_000, ..order.terms }, ..order }
    }

    /// A console begins to live.
    pub fn life(&self, fate: Fate) -> Life {
        let process = Process::new(self.lives.fetch_add(1, Ordering::SeqCst), &self.watch, fate);
        let wire = Wire { process: Arc::clone(&process), inner: Arc::clone(&self.world.gateway) };
        let disk = Disk { process: Arc::clone(&process), inner: Arc::clone(&self.world.store) };
        let console = self.world.console_with(Arc::new(wire), Arc::new(disk), self.clock.clone());
        Life { console, process }
    }

    /// The same, and it begins with the redrive.
    pub async fn starts(&self, order: Order, fate: Fate) -> Life {
        let life = self.life(fate);
        life.console.connection.start_selective(order, about()).await.unwrap();
        life
    }

    /// The same, and it goes on with the redrive.
    pub async fn resumes(&self, fate: Fate) -> Life {
        let life = self.life(fate);
        life.console.connection.resume_selectives().await;
        life
    }

    /// Time passes, for everybody at once: in a runtime of one thread, where nobody is in the middle of something.
    pub fn pass(&self, ms: u32) {
        self.clock.0.fetch_add(ms.into(), Ordering::SeqCst);
        self.world.local.advance_clock(ms.into());
    }

    /// Waits until so many messages were sent, by all lives together.
    pub async fn sent(&self, messages: usize) {
        let wait = async {
            while self.watch.sent() < messages {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        };
        assert!(
            tokio::time::timeout(Duration::from_secs(60), wait).await.is_ok(),
            "{} of {messages}",
            self.watch.sent()
        );
    }

    /// What the oracle says.
    pub async fn verdict(&self, life: &Life) -> Verdict {
        let rows = life.console.rows(ID).await;
        let shown = life.shown().await;
        let log = self.world.local.effects();
        let ledger = Ledger::of(&log);
        let balance = ledger.balance(self.since);
        let mut copies: HashMap<&str, usize> = HashMap::new();
        for copy in ledger.copies().iter().filter(|copy| copy.queue == self.to()) {
            *copies.entry(copy.md5).or_default() += 1;
        }
        let mut verdict = Verdict {
            lost: balance.lost.values().sum(),
            duplicated: 0,
            reported: rows.iter().filter(|row| row.may_be_duplicated()).count(),
            unknown: 0,
            shown,
            wrong: self.watch.seen().wrong.clone(),
        };
        let mut wrong = Vec::new();
        let rows: HashMap<&MessageId, &JournalRow> = rows.iter().map(|row| (&row.id, row)).collect();
        let originals = ledger.copies().iter().filter(|copy| copy.queue == self.from());
        let seen = self.watch.seen();
        for original in originals.clone() {
            let id = MessageId::new(original.message_id);
            let there = copies.get(original.md5).copied().unwrap_or_default();
            let unknown = seen.unknown(&id);
            let reported = rows.get(&id).map_or(0, |row| row.extra as usize);
            verdict.unknown += unknown;
            verdict.duplicated += usize::from(there > 1);
            if there > 1 + unknown {
                wrong.push(format!("{id:?}: {there} copies, and only {unknown} unknown outcomes"));
            }
            if there > 1 + reported {
                wrong.push(format!("{id:?}: {there} copies, and {reported} reported as possible"));
            }
        }
        let histories: HashMap<&str, &Vec<_>> = originals.map(|copy| (copy.message_id, &copy.history)).collect();
        for (at, id) in &seen.sends {
            let history = histories.get(id.as_str()).copied().into_iter().flatten();
            let until = history.rev().filter(|effect| effect.at <= *at).find_map(|effect| effect.until);
            if until.is_none_or(|until| until <= *at) {
                wrong.push(format!("{id:?} was sent at {at}, and held until {until:?}"));
            }
        }
        drop(seen);
        if self.fifo {
            wrong.extend(disordered(&ledger, self.from(), self.to()));
        }
        wrong.extend(ledger.impossible().iter().map(|effect| format!("impossible: {effect:?}")));
        verdict.wrong.extend(wrong);
        verdict
    }
}

/// Copies that arrived before one that stands before them in their group.
fn disordered(ledger: &Ledger<'_>, from: &str, to: &str) -> Vec<String> {
    let originals = ledger.copies().iter().filter(|copy| copy.queue == from);
    let places: BTreeMap<&str, usize> = originals.enumerate().map(|(at, copy)| (copy.md5, at)).collect();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for copy in ledger.copies().iter().filter(|copy| copy.queue == to) {
        let (Some(group), Some(place)) = (copy.group, places.get(copy.md5)) else { continue };
        let before = last.entry(group).or_default();
        if place < before {
            wrong.push(format!("of {group}, {place} arrived after {before}"));
        }
        *before = (*before).max(*place);
    }
    wrong
}

/// What became of everything.
#[derive(Debug)]
pub(super) struct Verdict {
    /// Messages that are nowhere.
    pub lost: usize,
    /// Messages of which there is more than one copy.
    pub duplicated: usize,
    /// Messages of which the report says that there may be.
    pub reported: usize,
    /// Sends that may have made a copy that the journal does not know.
    pub unknown: usize,
    /// What a page shows.
    pub shown: Shown,
    /// What must not be.
    pub wrong: Vec<String>,
}

impl Verdict {
    /// How many messages were moved; the original of some may not have been seen again.
    pub fn moved(&self) -> usize {
        self.shown.counts.sent()
    }

    /// How many SQS says are left.
    pub fn remain(&self) -> u64 {
        match self.shown.kept.ended.map(|ended| ended.how) {
            Some(EndedHow::Finished { may_remain }) => may_remain.unwrap_or_default(),
            other => panic!("{other:?}"),
        }
    }

    /// Nothing is lost, nothing is there more often than it must be, and the report says so.
    pub fn holds(self, what: &str) -> Self {
        assert!(self.lost == 0 && self.wrong.is_empty(), "{what}: {self:#?}");
        self
    }
}

impl Life {
    /// Waits until the process has come to its end, and takes what is left of it away. Whether it came to that: on a busy
    /// machine leases run out, and a redrive may end without the call that was to be its last.
    pub async fn died(self) -> bool {
        let dead = tokio::time::timeout(Duration::from_secs(30), self.process.dead.cancelled()).await;
        self.console.terminated().await;
        dead.is_ok()
    }

    /// Waits until the redrive has ended, and asks the oracle.
    pub async fn ends(&self, stage: &Stage, what: &str) -> Verdict {
        self.console.ended(ID).await;
        stage.verdict(self).await.holds(what)
    }

    /// Waits until this process has no more to do with the redrive.
    pub async fn is_idle(&self) {
        self.console.until(ID, |shown| shown.live.is_none()).await;
    }

    /// What its pages show.
    pub async fn shown(&self) -> Shown {
        self.console.connection.selective(&RedriveId::new(ID)).await.unwrap()
    }

    /// Waits until the redrive waits for this, or for nothing.
    pub async fn pauses(&self, pause: Option<Pause>) -> Shown {
        let waits = |live: &Live| pause.map_or(live.pauses.is_empty(), |pause| live.pauses.contains(&pause));
        let ended = |shown: &Shown| pause.is_none() && shown.kept.ended.is_some();
        self.console.until(ID, |shown| ended(shown) || shown.live.as_ref().is_some_and(waits)).await
    }
}

/// A life that ends at a step, once so many messages have been through it.
pub(super) fn doomed(step: Step, when: When, after: usize) -> Fate {
    Fate { doom: Some(Doom { step, when, after }), ..Fate::default() }
}

/// So many of the numbers below another.
pub(super) fn some(dice: &mut Dice, count: usize, below: usize) -> BTreeSet<usize> {
    let mut some = BTreeSet::new();
    while some.len() < count {
        some.insert(dice.below(below));
    }
    some
}
