//! The engine in a world: two queues, a journal, calls under way, and a process that may be killed. Everything that can
//! happen next is an [`Action`]; what must be true afterwards is in [`World::violation`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{CallNo, Command, DeleteOutcome, End, Engine, Event, Now, Order, Terms};
use super::sqs::{Place, Queues, id, number};
use crate::model::journal::{Change, JournalRow, Record, Stage};
use crate::model::{MessageId, ReceiptHandle};

/// What is broken on purpose between the engine and the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    /// The shell deletes before it sends.
    DeleteFirst,
    /// The store says that a commit is on the disk before it is.
    ReportsEarly,
    /// The store loses intents.
    DropsIntents,
    /// The store reads back what was sent as if it had only been intended.
    ForgetsSent,
    /// The shell repeats a send whose answer was lost, and says nothing.
    RepeatsSilently,
    /// The shell takes a missing answer for a yes.
    TakesSilenceForYes,
    /// The store drops a row once it is done.
    DropsDone,
    /// The shell sends somebody else's deduplication id.
    ReusesDeduplication,
}

/// The clock of an exploration goes in steps of this.
const GRID_MS: i64 = 30_000;

/// What stays the same.
#[derive(Debug)]
pub struct Setup {
    pub order: Arc<Order>,
    /// For how long SQS swallows duplicates; `None`: for ever.
    pub window_ms: Option<i64>,
    pub twist: Option<Twist>,
}

/// What the shell was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Receive { call: CallNo, issued_ms: i64, lease_ms: i64 },
    Commit(Arc<[Record]>),
    Send { call: CallNo, messages: Vec<u8>, handles: Vec<u8> },
    Delete { call: CallNo, handles: Vec<(u8, u8)> },
    Renew { call: CallNo, handles: Vec<(u8, u8)>, lease_ms: i64 },
    GiveBack { call: CallNo, handles: Vec<(u8, u8)> },
    Count { call: CallNo },
    Probe { call: CallNo },
}

/// A call under way.
#[derive(Clone, Debug)]
pub struct Flight {
    pub ask: Ask,
    /// For how long it has been under way: every call has a deadline.
    pub waited_ms: i64,
}

/// What came of it.
#[derive(Debug)]
pub enum Answer {
    Received(Vec<(u8, u8)>),
    ReceiveFailed(bool),
    Committed,
    CommitFailed,
    Sent(Vec<Sent>),
    Deleted(Vec<DeleteOutcome>),
    Renewed(Vec<bool>),
    GaveBack,
    Counted(u64),
    Probed(bool),
}

/// What came of one entry of a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Yes,
    Damaged,
    Later,
    Credentials,
    Never,
    Unknown,
}

/// How a call fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    Fine,
    /// Refused without effect.
    Refused,
    /// Lost on the way there.
    LostRequest,
    /// Lost on the way back.
    LostAnswer,
    /// A delete that is said to have happened, and did not.
    DidNotStick,
    /// Credentials have expired: refused without effect until they are renewed.
    Expired,
    /// One entry is refused for good, the others are fine.
    OneRefused,
    /// One entry arrives damaged.
    OneDamaged,
    /// What a twist adds.
    Twisted,
}

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A call reaches SQS or the disk, and the engine hears of it.
    Call(usize, Luck),
    /// The lease of a message ends before its time.
    Expire(u8),
    /// A deleted message comes back.
    Return(u8),
    /// Time passes until something is due.
    Pass,
    /// kill -9. Of the calls under way these still reach SQS or the disk, one bit each.
    Kill(u32),
    /// The console starts again.
    Restart,
    /// What the store said was on the disk reaches it.
    Flush,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct World {
    pub setup: Arc<Setup>,
    pub now_ms: i64,
    /// How far the wall clock is ahead of the monotonic one.
    pub wall_ahead_ms: i64,
    pub queues: Queues,
    pub journal: BTreeMap<MessageId, JournalRow>,
    /// What earlier redrives have left.
    pub earlier: Vec<JournalRow>,
    pub engine: Option<Engine>,
    pub flights: Vec<Flight>,
    pub limbo: Vec<Record>,
    pub kills: u8,
    pub faults: u8,
    pub ended: Option<End>,
    pub expired: bool,
    pub broken: Option<&'static str>,
}

impl World {
    pub fn new(setup: Setup, queues: Queues, kills: u8, faults: u8) -> Self {
        let mut world = Self {
            setup: Arc::new(setup),
            now_ms: 900_000,
            wall_ahead_ms: 1_000_000_000,
            queues,
            journal: BTreeMap::new(),
            earlier: Vec::new(),
            engine: None,
            flights: Vec::new(),
            limbo: Vec::new(),
            kills,
            faults,
            ended: None,
            expired: false,
            broken: None,
        };
        world.restart();
        world
    }

    pub fn now(&self) -> Now {
        Now { mono_ms: self.now_ms, wall_ms: self.now_ms + self.wall_ahead_ms }
    }

    pub fn terms(&self) -> &Terms {
        &self.setup.order.terms
    }

    fn restart(&mut self) {
        let mut rows: Vec<JournalRow> = self.journal.values().cloned().collect();
        if self.setup.twist == Some(Twist::ForgetsSent) {
            for row in rows.iter_mut().filter(|row| row.copy.is_some()) {
                row.stage = Stage::Intended;
            }
        }
        self.engine = Some(Engine::new(Arc::clone(&self.setup.order), rows, self.earlier.clone(), self.now()));
        self.tell(Event::Tick);
    }

    /// Kills the process: calls under way are not answered any more, and what they did is unknown to the next one.
    fn kill(&mut self) {
        self.engine = None;
        self.flights.clear();
        self.limbo.clear();
        for original in &mut self.queues.originals {
            original.unknown += u8::from(std::mem::take(&mut original.unsettled));
        }
    }

    /// Tells the engine something, and takes its commands.
    pub fn tell(&mut self, event: Event) {
        let now = self.now();
        let Some(engine) = &mut self.engine else { return };
        for command in engine.step(now, event) {
            let ask = self.ask(command);
            self.flights.extend(ask.map(|ask| Flight { ask, waited_ms: 0 }));
        }
    }

    fn ask(&mut self, command: Command) -> Option<Ask> {
        let pairs = |handles: &[ReceiptHandle]| handles.iter().map(|handle| number(handle.as_str())).collect();
        Some(match command {
            Command::Receive { call, lease_s, .. } => {
                Ask::Receive { call, issued_ms: self.now_ms, lease_ms: i64::from(lease_s) * 1_000 }
            }
            Command::Commit { records } => Ask::Commit(records),
            Command::Send { call, entries, .. } => {
                let numbers = entries.iter().map(|entry| {
                    let message = entry.parcel().message();
                    if entry.parcel().draft().body != message.body {
                        self.broken = Some("F: a body was changed");
                    }
                    number(message.receipt_handle.as_str())
                });
                let (messages, handles): (Vec<u8>, Vec<u8>) = numbers.unzip();
                self.check_send(&messages, &handles);
                Ask::Send { call, messages, handles }
            }
            Command::Delete { call, entries } => {
                Ask::Delete { call, handles: entries.iter().map(|entry| number(entry.handle().as_str())).collect() }
            }
            Command::Renew { call, handles, lease_s } => {
                Ask::Renew { call, handles: pairs(&handles), lease_ms: i64::from(lease_s) * 1_000 }
            }
            Command::GiveBack { call, handles } => Ask::GiveBack { call, handles: pairs(&handles) },
            Command::Count { call } => Ask::Count { call },
            Command::Probe { call } => Ask::Probe { call },
            Command::End(end) => {
                self.ended = Some(end);
                return None;
            }
        })
    }

    /// Lets something happen.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::Call(at, luck) => {
                self.faults -= u8::from(luck != Luck::Fine && self.faults < u8::MAX);
                let ask = self.flights.remove(at).ask;
                let answer = self.arrive(&ask, luck);
                let event = self.event(&ask, answer);
                self.tell(event);
            }
            Action::Expire(message) => self.queues.originals[usize::from(message)].place = Place::Visible,
            Action::Return(message) => {
                let original = &mut self.queues.originals[usize::from(message)];
                original.place = Place::Visible;
                original.returns -= 1;
            }
            Action::Pass => {
                // Timers may be late. On a grid there are fewer moments to tell apart.
                let next_ms = self.next_ms().unwrap_or(self.now_ms).max(self.now_ms + 1);
                self.pass((next_ms + GRID_MS - 1) / GRID_MS * GRID_MS - self.now_ms);
            }
            Action::Kill(reaching) => {
                self.kills -= u8::from(self.kills < u8::MAX);
                for (at, flight) in self.flights.clone().iter().enumerate() {
                    if reaching & 1 << at != 0 {
                        self.arrive(&flight.ask, Luck::Fine);
                    }
                }
                self.kill();
            }
            Action::Restart => self.restart(),
            Action::Flush => {
                for record in std::mem::take(&mut self.limbo) {
                    self.write(&record);
                }
            }
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, by_ms: i64) {
        self.now_ms += by_ms;
        for flight in &mut self.flights {
            flight.waited_ms += by_ms;
        }
        self.queues.pass(self.now_ms);
        self.tell(Event::Tick);
    }

    /// When something is due next.
    pub fn next_ms(&self) -> Option<i64> {
        let wake = self.engine.as_ref().and_then(|engine| engine.wake_at_ms(self.now()));
        let leases = self.queues.originals.iter().filter_map(|original| match original.place {
            Place::InFlight(_, until_ms) => Some(until_ms),
            _ => None,
        });
        let windows = self.queues.originals.iter().filter_map(|original| original.window_ms);
        let windows = windows.filter(|_| self.setup.window_ms.is_some());
        wake.into_iter().chain(leases).chain(windows).map(|ms| ms.max(self.now_ms)).min()
    }

    pub fn write(&mut self, record: &Record) {
        match &record.change {
            Change::Intend(_) if self.setup.twist == Some(Twist::DropsIntents) => return,
            Change::Done if self.setup.twist == Some(Twist::DropsDone) => {
                self.journal.remove(&record.id);
                return;
            }
            Change::Sent { .. } | Change::Closed(_) => {
                self.queues.originals[usize::from(number(record.id.as_str()).0)].unsettled = false;
            }
            _ => {}
        }
        let row = self.journal.entry(record.id.clone()).or_insert_with(|| JournalRow::new(record.id.clone()));
        row.apply(record.change.clone());
    }

    /// A handle that neither the engine nor a call under way has for this message.
    pub fn fresh_handle(&self, message: u8) -> u8 {
        let mut used = Vec::new();
        if let Some(engine) = &self.engine
            && let Some(no) = engine.rows.find(&id(message))
            && let Some(hold) = &engine.rows[no].hold
        {
            used.push(number(hold.message.receipt_handle.as_str()));
        }
        for flight in &self.flights {
            match &flight.ask {
                Ask::Delete { handles, .. } | Ask::Renew { handles, .. } | Ask::GiveBack { handles, .. } => {
                    used.extend(handles);
                }
                Ask::Send { messages, handles, .. } => {
                    used.extend(messages.iter().copied().zip(handles.iter().copied()));
                }
                _ => {}
            }
        }
        (0..u8::MAX).find(|handle| !used.contains(&(message, *handle))).unwrap()
    }
}
