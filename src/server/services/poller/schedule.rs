//! What to read next and when to wake: pure decisions over the queues, those who watch them, and the ceiling.
//!
//! The time is a parameter (monotonic milliseconds), and nothing here waits or calls. The next thing to read is the
//! one longest overdue of the highest tier; each tier leaves part of the ceiling and of the calls under way to those
//! above it, so a queue in focus is never behind a sweep of thousands.

use std::collections::{BTreeSet, HashMap};

use super::ceiling::{CALLS, Ceiling};
use super::view::View;
use crate::model::QueueName;

/// What can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Job {
    /// The list of queues.
    List,
    /// The attributes of a queue.
    Row(QueueName),
    /// The message move tasks of a dead-letter queue.
    Tasks(QueueName),
}

/// How closely something is watched; the order is the priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// A page is about it.
    Focus,
    /// A table on a page shows it.
    Listed,
    /// Nobody looks at it, but at the connection.
    Rest,
}

impl Tier {
    const ALL: [Self; 3] = [Self::Focus, Self::Listed, Self::Rest];

    /// Milliseconds between two reads.
    pub(super) const fn cadence(self) -> i64 {
        match self {
            Self::Focus => 2_000,
            Self::Listed => 10_000,
            Self::Rest => 60_000,
        }
    }

    /// The calls of the last second it may fill; what is left belongs to the tiers above, the last one to people.
    pub(super) const fn share(self) -> usize {
        match self {
            Self::Focus => CALLS - 1,
            Self::Listed => CALLS - 2,
            Self::Rest => CALLS - 4,
        }
    }

    /// The calls that may be under way when it begins another.
    const fn slots(self) -> usize {
        match self {
            Self::Focus => 16,
            Self::Listed => 12,
            Self::Rest => 8,
        }
    }
}

/// Milliseconds between two reads of the list, and of what fails by itself alone.
const SLOW_MS: i64 = 60_000;
/// Queues that one `ListQueues` request returns.
const PAGE: usize = 1_000;

/// What the driver does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Read this now. It counts as under way until [`Schedule::done`].
    Start(Job),
    /// Nothing before this moment, unless something changes.
    WakeAt(i64),
    /// Nothing until something changes.
    Sleep,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    tier: Tier,
    due: i64,
    read: Option<i64>,
    /// When it was planned, or hastened: due then, while it was not read.
    added: i64,
    under_way: bool,
    fails: bool,
    /// Of move tasks: one is running.
    active: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Interest {
    focus: u32,
    listed: u32,
}

/// The plan of one connection.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    plans: HashMap<Job, Plan>,
    agenda: BTreeSet<(Tier, i64, Job)>,
    interest: HashMap<QueueName, Interest>,
    watchers: usize,
    under_way: usize,
    queues: usize,
    pub(super) ceiling: Ceiling,
}

impl Schedule {
    /// Whether anybody watches.
    pub(super) fn is_watched(&self) -> bool {
        self.watchers > 0
    }

    /// Plans to read something, at once.
    pub(super) fn add(&mut self, job: Job, now: i64) {
        if self.plans.contains_key(&job) {
            return;
        }
        self.queues += usize::from(matches!(job, Job::Row(_)));
        let plan =
            Plan { tier: Tier::Rest, due: now, read: None, added: now, under_way: false, fails: false, active: false };
        self.plans.insert(job.clone(), plan);
        self.replan(&job);
    }

    /// Stops reading something.
    pub(super) fn remove(&mut self, job: &Job) {
        if let Some(plan) = self.plans.remove(job) {
            self.agenda.remove(&(plan.tier, plan.due, job.clone()));
            self.under_way -= usize::from(plan.under_way);
            self.queues -= usize::from(matches!(job, Job::Row(_)));
        }
    }

    /// Makes something due now.
    pub(super) fn hasten(&mut self, job: &Job, now: i64) {
        if let Some(plan) = self.plans.get_mut(job) {
            plan.read = None;
            plan.added = now;
            self.replan(job);
        }
    }

    /// Someone begins to look (`after` alone), looks elsewhere (both), or leaves (`before` alone).
    /// What nobody waited for until now is not late, however old it is.
    pub(super) fn turn(&mut self, before: Option<&View>, after: Option<&View>, now: i64) {
        let awakes = self.watchers == 0;
        self.watchers += usize::from(after.is_some());
        self.watchers -= usize::from(before.is_some());
        if let Some(view) = after {
            for name in &view.listed {
                self.interest.entry(name.clone()).or_default().listed += 1;
            }
            if let Some(name) = &view.focus {
                self.interest.entry(name.clone()).or_default().focus += 1;
            }
        }
        if let Some(view) = before {
            for name in &view.listed {
                self.lose(name, |interest| interest.listed -= 1);
            }
            if let Some(name) = &view.focus {
                self.lose(name, |interest| interest.focus -= 1);
            }
        }
        for name in [before, after].into_iter().flatten().flat_map(|view| view.listed.iter().chain(&view.focus)) {
            self.replan(&Job::Row(name.clone()));
            self.replan(&Job::Tasks(name.clone()));
        }
        let late: Vec<_> = self.agenda.iter().take_while(|entry| entry.0 < Tier::Rest && awakes).cloned().collect();
        let looked_at = after.into_iter().flat_map(|view| view.listed.iter().chain(&view.focus));
        let looked_at = looked_at.flat_map(|name| [Job::Row(name.clone()), Job::Tasks(name.clone())]);
        for job in late.into_iter().map(|(_, _, job)| job).chain(looked_at) {
            self.not_before(&job, now);
        }
    }

    fn not_before(&mut self, job: &Job, now: i64) {
        if let Some(plan) = self.plans.get_mut(job)
            && plan.due < now
            && self.agenda.remove(&(plan.tier, plan.due, job.clone()))
        {
            plan.due = now;
            self.agenda.insert((plan.tier, plan.due, job.clone()));
        }
    }

    fn lose(&mut self, name: &QueueName, one: impl Fn(&mut Interest)) {
        if let Some(interest) = self.interest.get_mut(name) {
            one(interest);
            if interest.focus == 0 && interest.listed == 0 {
                self.interest.remove(name);
            }
        }
    }

    /// Whether a page is about this queue.
    pub(super) fn is_in_focus(&self, name: &QueueName) -> bool {
        self.interest.get(name).is_some_and(|interest| interest.focus > 0)
    }

    /// Sets whether one of the tasks runs, which brings the next read forward.
    pub(super) fn set_active(&mut self, name: &QueueName, active: bool) {
        let job = Job::Tasks(name.clone());
        if let Some(plan) = self.plans.get_mut(&job) {
            plan.active = active;
            self.replan(&job);
        }
    }

    /// What to do at `now`. In trouble (`probe_from`) nothing starts before that moment, and one call at a time after.
    pub(super) fn next(&mut self, now: i64, probe_from: Option<i64>) -> Next {
        if self.watchers == 0 {
            return Next::Sleep;
        }
        if let Some(from) = probe_from {
            if now < from {
                return Next::WakeAt(from);
            }
            if self.under_way > 0 {
                return Next::Sleep;
            }
        }
        let mut wake: Option<i64> = None;
        for tier in Tier::ALL {
            let Some((due, job)) = self.first(tier) else { continue };
            let mut at = due;
            if due <= now {
                if self.under_way >= tier.slots() {
                    break;
                }
                at = self.ceiling.opens(now, tier.share(), self.cost(&job));
                if at <= now {
                    self.start(&job, now);
                    return Next::Start(job);
                }
            }
            wake = Some(wake.map_or(at, |earlier| earlier.min(at)));
        }
        wake.map_or(Next::Sleep, Next::WakeAt)
    }

    fn first(&self, tier: Tier) -> Option<(i64, Job)> {
        // `List` is the smallest job, so this is where the tier begins.
        let (found, due, job) = self.agenda.range((tier, i64::MIN, Job::List)..).next()?;
        (*found == tier).then(|| (*due, job.clone()))
    }

    fn start(&mut self, job: &Job, now: i64) {
        let cost = self.cost(job);
        self.ceiling.record(now, cost);
        if let Some(plan) = self.plans.get_mut(job) {
            self.agenda.remove(&(plan.tier, plan.due, job.clone()));
            plan.under_way = true;
            self.under_way += 1;
        }
    }

    /// The requests that a job makes.
    pub(super) fn cost(&self, job: &Job) -> usize {
        match job {
            Job::List => self.queues / PAGE + 1,
            Job::Row(_) | Job::Tasks(_) => 1,
        }
    }

    /// A job that was started is finished; `fails` slows one that cannot work down.
    pub(super) fn done(&mut self, job: &Job, now: i64, fails: bool) {
        if let Some(plan) = self.plans.get_mut(job) {
            self.under_way -= usize::from(std::mem::take(&mut plan.under_way));
        }
        self.seen(job, now, fails);
    }

    /// Something was read outside the plan, so that it need not be read again right away.
    pub(super) fn seen(&mut self, job: &Job, now: i64, fails: bool) {
        if let Some(plan) = self.plans.get_mut(job) {
            plan.read = Some(now);
            plan.fails = fails;
            self.replan(job);
        }
    }

    fn replan(&mut self, job: &Job) {
        let interest = match job {
            Job::List => Interest::default(),
            Job::Row(name) | Job::Tasks(name) => self.interest.get(name).copied().unwrap_or_default(),
        };
        let Some(plan) = self.plans.get_mut(job) else { return };
        self.agenda.remove(&(plan.tier, plan.due, job.clone()));
        plan.tier = tier(job, interest, plan.active);
        plan.due = plan.read.map_or(plan.added, |read| read + cadence(job, plan));
        if !plan.under_way {
            self.agenda.insert((plan.tier, plan.due, job.clone()));
        }
    }

    /// The queues whose last read, good or bad, is more than `age` ago, or that were never read.
    pub(super) fn older_than(&self, age: i64, now: i64) -> impl Iterator<Item = &QueueName> {
        self.plans.iter().filter_map(move |(job, plan)| match job {
            Job::Row(name) if plan.read.is_none_or(|read| now - read > age) => Some(name),
            _ => None,
        })
    }

    /// By how many milliseconds the most overdue thing that somebody looks at is late.
    pub(super) fn lag(&self, now: i64) -> i64 {
        [Tier::Focus, Tier::Listed]
            .into_iter()
            .filter_map(|tier| self.first(tier))
            .map(|(due, _)| now.saturating_sub(due))
            .max()
            .unwrap_or(0)
            .max(0)
    }

    /// The calls a minute that the plan amounts to at present.
    pub(super) fn pace(&self) -> u32 {
        if self.watchers == 0 {
            return 0;
        }
        let looked_at: i64 = self
            .interest
            .keys()
            .filter_map(|name| self.plans.get(&Job::Row(name.clone())))
            .map(|plan| 60_000 / plan.tier.cadence())
            .sum();
        let tasks: i64 = self
            .plans
            .iter()
            .filter(|(job, _)| matches!(job, Job::Tasks(_)))
            .map(|(job, plan)| 60_000 / cadence(job, plan))
            .sum();
        let rest = self.queues.saturating_sub(self.interest.len()) + self.cost(&Job::List);
        let all = usize::try_from(looked_at + tasks).unwrap_or(usize::MAX).saturating_add(rest);
        u32::try_from(all.min(CALLS * 60)).unwrap_or(u32::MAX)
    }
}

fn tier(job: &Job, interest: Interest, active: bool) -> Tier {
    match (job, interest) {
        (Job::List, _) => Tier::Listed,
        (_, Interest { focus: 1.., .. }) => Tier::Focus,
        // A running task is on its way somewhere: pages show it in a list at least.
        (Job::Tasks(_), _) if active => Tier::Listed,
        (Job::Row(_), Interest { listed: 1.., .. }) => Tier::Listed,
        _ => Tier::Rest,
    }
}

fn cadence(job: &Job, plan: &Plan) -> i64 {
    match job {
        _ if plan.fails => SLOW_MS,
        Job::List => SLOW_MS,
        Job::Row(_) => plan.tier.cadence(),
        Job::Tasks(_) if plan.active => plan.tier.cadence(),
        // In focus, one that begins elsewhere shows soon; nobody waits for the others.
        Job::Tasks(_) => plan.tier.cadence().max(Tier::Listed.cadence()),
    }
}

#[cfg(test)]
mod tests;
