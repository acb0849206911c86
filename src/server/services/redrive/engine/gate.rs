//! Why a redrive waits, and what makes it go on.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use super::calls::Call;
use super::command::Command;
use super::event::Now;
use super::order::{Policy, StopRule};
use crate::model::Code;
use crate::model::journal::QueueNo;

/// How long after credentials failed they are tried, milliseconds.
const PROBE_MS: i64 = 10_000;
/// How long after a failed commit it is tried again, milliseconds; twice as long every time.
const COMMIT_MS: i64 = 1_000;
/// The longest of these, milliseconds.
const COMMIT_MAX_MS: i64 = 30_000;

/// A reason to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pause {
    /// Somebody asked for it.
    Asked,
    /// SQS does not accept the credentials. Ends by itself when it does.
    Credentials,
    /// The journal cannot be written. Ends by itself when it can.
    Journal,
    /// The first messages were sent: somebody must say that it goes on.
    Canary,
    /// Too many came back.
    CameBack,
    /// A destination cannot be used.
    Destination,
    /// The source cannot be received from.
    Source,
    /// Its queues cannot be found. Ends by itself when they can.
    Queues,
}

impl Pause {
    /// Whether it ends by itself; else somebody must say that it goes on.
    pub fn ends_by_itself(self) -> bool {
        matches!(self, Self::Credentials | Self::Journal | Self::Queues)
    }
}

/// What SQS has to let us do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// To find its queues.
    Find,
    /// To receive from the source.
    Receive,
    /// To send to a destination.
    Send(QueueNo),
    /// To delete from the source.
    Delete,
}

impl Need {
    /// The right that it takes.
    pub fn right(self) -> &'static str {
        match self {
            Self::Find => "sqs:GetQueueUrl",
            Self::Receive => "sqs:ReceiveMessage",
            Self::Send(_) => "sqs:SendMessage",
            Self::Delete => "sqs:DeleteMessage",
        }
    }

    /// What there is to wait for without it.
    fn pause(self) -> Pause {
        match self {
            Self::Find => Pause::Queues,
            Self::Receive | Self::Delete => Pause::Source,
            Self::Send(_) => Pause::Destination,
        }
    }
}

/// All reasons to wait, and what may lead to one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Gate {
    pauses: BTreeSet<Pause>,
    /// What SQS has refused since somebody last said that it goes on. Kept when it is to end: that is why.
    refusals: BTreeMap<Need, Code>,
    /// How many messages may still be begun with before somebody must say so.
    canary: Option<u32>,
    /// How many were sent, and how many of them came back in time, since the stop rule was last overruled.
    sent: u32,
    returned: u32,
    /// Whether somebody wants it to end: then it waits for nobody any more.
    cancelled: bool,
    pub(super) probe_at_ms: i64,
    probing: bool,
    pub(super) commit_at_ms: i64,
    commit_failures: u32,
}

impl Gate {
    pub fn of(policy: &Policy) -> Self {
        Self {
            pauses: BTreeSet::new(),
            refusals: BTreeMap::new(),
            canary: policy.canary,
            sent: 0,
            returned: 0,
            cancelled: false,
            probe_at_ms: 0,
            probing: false,
            commit_at_ms: 0,
            commit_failures: 0,
        }
    }

    /// Whether messages may be begun with and received.
    pub fn is_open(&self) -> bool {
        self.pauses.is_empty()
    }

    /// Whether it waits for a person, so that messages must not be kept from others meanwhile.
    pub fn lets_go(&self) -> bool {
        self.pauses.iter().any(|pause| !pause.ends_by_itself())
    }

    /// Whether SQS would refuse every call.
    pub fn refuses_calls(&self) -> bool {
        self.pauses.contains(&Pause::Credentials)
    }

    pub fn pauses(&self) -> &BTreeSet<Pause> {
        &self.pauses
    }

    pub fn refusals(&self) -> &BTreeMap<Need, Code> {
        &self.refusals
    }

    /// Waits, unless it is to end: nobody could say then that it goes on. Without the source there is nothing to end with.
    fn pause(&mut self, pause: Pause) {
        if !self.cancelled || pause.ends_by_itself() || pause == Pause::Source {
            self.pauses.insert(pause);
        }
    }

    /// Somebody asks for it, or did before a restart; the reason may have been another one.
    pub fn asked_to_wait(&mut self, rule: Option<StopRule>) {
        self.pause(if self.too_many_came_back(rule) { Pause::CameBack } else { Pause::Asked });
    }

    /// SQS does not let us use a queue.
    pub fn refused(&mut self, need: Need, code: Code) {
        self.pause(need.pause());
        self.refusals.insert(need, code);
    }

    /// Somebody says that it goes on. What ends by itself does not end by that.
    pub fn resume(&mut self) {
        if self.pauses.contains(&Pause::Canary) {
            self.canary = None;
        }
        (self.sent, self.returned) = (0, 0);
        self.refusals.clear();
        self.pauses.retain(|pause| pause.ends_by_itself());
    }

    /// Whether another message may be begun with.
    pub fn lets_another_begin(&self) -> bool {
        self.canary != Some(0)
    }

    pub fn another_begins(&mut self) {
        self.canary = self.canary.map(|left| left.saturating_sub(1));
    }

    /// So many were begun with before a restart.
    pub fn begun_before(&mut self, messages: u32) {
        self.canary = self.canary.map(|left| left.saturating_sub(messages));
    }

    /// Nothing is under way: where the canary has been sent, somebody must look at it.
    pub fn all_is_quiet(&mut self) {
        if self.canary == Some(0) {
            self.pause(Pause::Canary);
        }
    }

    /// A message of before a restart, whether it was sent, and whether its copy came back.
    pub fn sent_before(&mut self, sent: bool, came_back: bool) {
        self.sent += u32::from(sent);
        self.returned += u32::from(came_back);
    }

    /// Somebody wants it to end: it does not wait for anybody any more.
    pub fn cancel(&mut self) {
        self.cancelled = true;
        self.pauses.retain(|pause| pause.ends_by_itself());
    }

    /// Whether SQS does not let us at the source queue.
    pub fn refuses_the_source(&self) -> bool {
        self.pauses.contains(&Pause::Source)
    }

    pub fn one_was_sent(&mut self) {
        self.sent += 1;
    }

    /// A copy came back, so long after it was sent.
    pub fn came_back(&mut self, rule: Option<StopRule>, after_ms: Option<i64>) {
        let Some(rule) = rule else { return };
        if after_ms.is_none_or(|after_ms| after_ms > rule.within_ms) {
            return;
        }
        self.returned += 1;
        if self.too_many_came_back(Some(rule)) {
            self.pause(Pause::CameBack);
        }
    }

    fn too_many_came_back(&self, rule: Option<StopRule>) -> bool {
        rule.is_some_and(|rule| {
            let many = u64::from(self.returned) * 100 > u64::from(rule.percent) * u64::from(self.sent);
            many && self.sent >= rule.at_least
        })
    }

    pub fn credentials_failed(&mut self, now_ms: i64) {
        if self.pauses.insert(Pause::Credentials) {
            self.probe_at_ms = now_ms + PROBE_MS;
        }
    }

    pub fn probed(&mut self, now_ms: i64, good: bool) {
        self.probing = false;
        self.probe_at_ms = now_ms + PROBE_MS;
        if good {
            self.pauses.remove(&Pause::Credentials);
        }
    }

    pub fn journal_failed(&mut self, now_ms: i64) {
        self.pauses.insert(Pause::Journal);
        self.commit_at_ms = now_ms + (COMMIT_MS << self.commit_failures.min(5)).min(COMMIT_MAX_MS);
        self.commit_failures += 1;
    }

    pub fn journal_works(&mut self) {
        self.pauses.remove(&Pause::Journal);
        self.commit_failures = 0;
    }

    pub fn journal_is_failing(&self) -> bool {
        self.pauses.contains(&Pause::Journal)
    }

    pub fn journal_may_be_tried(&self, now_ms: i64) -> bool {
        !self.journal_is_failing() || now_ms >= self.commit_at_ms
    }

    /// When something is tried again.
    pub fn opens_at_ms(&self) -> Option<i64> {
        let probe = (self.refuses_calls() && !self.probing).then_some(self.probe_at_ms);
        let commit = self.journal_is_failing().then_some(self.commit_at_ms);
        probe.into_iter().chain(commit).min()
    }
}

impl Engine {
    /// Tries the credentials, and notices that the canary has been sent.
    pub(super) fn probe(&mut self, now: Now, commands: &mut Vec<Command>) {
        let census = self.rows.census();
        if census.busy == 0 && census.intended == 0 {
            self.gate.all_is_quiet();
        }
        if self.gate.refuses_calls() && !self.gate.probing && now.mono_ms >= self.gate.probe_at_ms {
            self.gate.probing = true;
            commands.push(Command::Probe { call: self.calls.begin(Call::Probe) });
        }
    }
}
