//! A plan: what a redrive would do, worked out before anything is sent. A wish and the messages it is for become an
//! order for the engine; the engine's dry run says what it would come to. Plans lie in memory until they are carried out.

mod destinations;
mod fed;
mod outlook;
mod policy;
mod start;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::destinations::Missing;
pub use self::fed::{Fed, Feeders};
pub use self::outlook::Outlook;
use super::engine::plan::{Plan, plan};
use super::engine::{Edit, Order, Take, Terms};
use crate::model::form::redrive_wish::{Wish, WishForm};
use crate::model::journal::RedriveId;
use crate::model::refusal::Receiving;
use crate::model::{Attributes, Failure, Message, MessageId, QueueArn, QueueName, Refusal};
use crate::server::services::messages::{Chosen, Standing};
use crate::server::services::submissions::Rejection;
use crate::server::services::{Connection, report};

/// How many plans a connection keeps.
const KEPT: usize = 32;
/// The bytes of messages in all of them: they may outlive the sets they come from.
const BYTES: usize = 128 << 20;
/// What a line of a plan takes, bytes, near enough for a bound.
const LINE: usize = 256;

/// What is to be redriven.
#[derive(Clone, Debug)]
pub enum What {
    /// Whatever is in the queue.
    Everything,
    /// A frozen set.
    Chosen(Arc<Chosen>),
    /// Messages of which only the ids are known: the copies that an earlier redrive sent.
    Ids {
        /// The ids.
        ids: BTreeSet<MessageId>,
        /// How they were chosen, in words.
        how: String,
    },
}

/// What a plan is made for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which messages.
    pub what: What,
    /// What is sent in place of some of them.
    pub edits: BTreeMap<MessageId, Edit>,
    /// The redrive that this one is to undo.
    pub undoes: Option<RedriveId>,
}

impl Asked {
    /// These messages as they are.
    pub fn of(what: What) -> Self {
        Self { what, edits: BTreeMap::new(), undoes: None }
    }

    /// How they were chosen, in words.
    pub fn how(&self) -> String {
        match &self.what {
            What::Everything => "the whole queue".to_owned(),
            What::Chosen(chosen) => chosen.how.clone(),
            What::Ids { how, .. } => how.clone(),
        }
    }

    /// How many they are; absent for a whole queue.
    pub fn messages(&self) -> Option<u64> {
        match &self.what {
            What::Everything => None,
            What::Chosen(chosen) => Some(chosen.messages.len() as u64),
            What::Ids { ids, .. } => Some(ids.len() as u64),
        }
    }
}

/// A plan that was worked out.
#[derive(Debug)]
pub struct Planned {
    /// What names it; unguessable, for its page shows messages. The redrive that it leads to has the same name, so that
    /// no plan is carried out twice.
    pub id: String,
    /// The queue that the messages are in.
    pub queue: QueueName,
    /// The wish as it was typed.
    pub typed: WishForm,
    /// What it is for.
    pub asked: Asked,
    /// What the engine is to do.
    pub order: Arc<Order>,
    /// What that comes to.
    pub plan: Plan,
    /// The messages of the plan's lines, in the same order.
    pub messages: Vec<Arc<Message>>,
    /// The queues that messages cannot go back to.
    pub missing: Vec<Missing>,
    /// The queue's attributes at the time.
    pub attributes: Attributes,
    /// Which messages may be gone before it is their turn.
    pub outlook: Outlook,
    /// Who put the messages there, but for those that the console put back.
    pub feeders: Feeders,
    /// Of which messages only the journal says where they failed, and where that was. Of a whole queue: all that may be
    /// there.
    pub remembered: BTreeMap<MessageId, QueueArn>,
    /// When it was worked out, milliseconds since 1970.
    pub at_ms: i64,
}

impl Planned {
    /// How many messages would be sent, as far as they are known: those that cannot be sent are not.
    pub fn sendable(&self) -> u64 {
        (self.plan.lines.len() - self.plan.obstacles + self.plan.unknown.len()) as u64
    }

    /// What receives when it is carried out.
    pub fn receiving(&self) -> Receiving {
        if self.asked.undoes.is_some() { Receiving::Undo } else { Receiving::Redrive }
    }

    /// Bytes of memory, near enough for a bound.
    fn weight(&self) -> usize {
        let messages: usize = self.messages.iter().map(|message| message.weight()).sum();
        let edits: usize = self.asked.edits.values().map(|edit| edit.draft.size()).sum();
        messages + edits + LINE * (self.plan.lines.len() + self.plan.unknown.len() + self.remembered.len())
    }
}

/// The plans of a connection, the newest last.
#[derive(Default)]
pub struct Plans(Mutex<VecDeque<Arc<Planned>>>);

impl Plans {
    fn keep(&self, planned: Planned) -> Arc<Planned> {
        let planned = Arc::new(planned);
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.push_back(Arc::clone(&planned));
        let mut bytes: usize = plans.iter().map(|planned| planned.weight()).sum();
        while plans.len() > KEPT || bytes > BYTES && plans.len() > 1 {
            bytes -= plans.pop_front().map_or(0, |gone| gone.weight());
        }
        planned
    }

    fn find(&self, id: &str) -> Option<Arc<Planned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|planned| planned.id == id).cloned()
    }
}

impl Connection {
    /// What a form means: the messages and edits of the plan it changes, a frozen set, or the whole queue.
    pub fn asked(&self, queue: &QueueName, form: &WishForm) -> Result<Asked, Failure> {
        match (form.plan.as_str(), form.chosen.as_str()) {
            ("", "") => Ok(Asked::of(What::Everything)),
            ("", chosen) => Ok(Asked::of(What::Chosen(self.chosen(queue, chosen)?))),
            (plan, _) => Ok(self.planned(queue, plan)?.asked.clone()),
        }
    }

    /// Works out what a redrive would do. A request for the queue and one for each destination, and none of them
    /// receives.
    pub async fn plan_selective(
        &self,
        queue: &QueueName,
        typed: WishForm,
        wish: &Wish,
        asked: Asked,
    ) -> Result<Arc<Planned>, Rejection> {
        let attributes = self.attributes(queue).await?;
        let arn = attributes.arn.clone().ok_or_else(|| report::lacks(self.name(), queue, "QueueArn"))?;
        let source = destinations::queue(&arn, &attributes);
        let (known, held) = self.known_of(queue, &asked.what);
        let all = !matches!(asked.what, What::Everything);
        let found = self.destinations(&source, &wish.to, &known, all).await?;
        let take = match &asked.what {
            What::Everything => Take::Everything,
            What::Chosen(chosen) => Take::Chosen(chosen.messages.iter().map(|message| message.id.clone()).collect()),
            What::Ids { ids, .. } => Take::Chosen(ids.clone()),
        };
        let id = uuid::Uuid::new_v4().simple().to_string();
        let order = Order {
            id: RedriveId::new(id.clone()),
            policy: policy::policy(wish, source.kind),
            source,
            take,
            route: found.route,
            destinations: found.queues,
            terms: Terms::default(),
            edits: asked.edits.clone(),
        };
        let plan = plan(&order, &known, |id| held.contains(id));
        let messages: Vec<_> = known.into_iter().filter(|message| order.takes(&message.id)).collect();
        let outlook = Outlook::of(&messages, &attributes, order.policy.rate, self.now_ms());
        let strange = messages.iter().filter(|message| !found.remembered.contains_key(&message.id));
        let feeders = Feeders::of(strange.map(AsRef::as_ref));
        Ok(self.desk().plans().keep(Planned {
            id,
            queue: queue.clone(),
            typed,
            asked,
            order: Arc::new(order),
            plan,
            messages,
            missing: found.missing,
            attributes,
            outlook,
            feeders,
            remembered: found.remembered,
            at_ms: self.now_ms(),
        }))
    }

    /// A plan of a queue.
    pub fn planned(&self, queue: &QueueName, id: &str) -> Result<Arc<Planned>, Failure> {
        let found = self.desk().plans().find(id).filter(|planned| planned.queue == *queue);
        found.ok_or(Failure::Refused(Refusal::PlanGone))
    }

    /// The messages that are known of those that are meant, with their neighbours of the snapshot, and which of them are
    /// held here. What is known of the neighbours says what would be overtaken.
    fn known_of(&self, queue: &QueueName, what: &What) -> (Vec<Arc<Message>>, HashSet<MessageId>) {
        let snapshot = self.snapshot(queue);
        let entries = snapshot.iter().flat_map(|snapshot| &snapshot.entries);
        let there = entries.filter(|entry| entry.standing != Standing::Deleted);
        let (mut known, mut held, mut met) = (Vec::new(), HashSet::new(), HashSet::new());
        if let What::Chosen(chosen) = what {
            for message in &chosen.messages {
                met.insert(message.id.clone());
                known.push(Arc::clone(message));
            }
        }
        for entry in there {
            if entry.actionable(self.now_ms()) {
                held.insert(entry.message.id.clone());
            }
            if met.insert(entry.message.id.clone()) {
                known.push(Arc::clone(&entry.message));
            }
        }
        (known, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::QueueKind;
    use crate::server::services::messages::tests::message;
    use crate::server::services::redrive::engine::{Policy, Queue, Route};

    fn planned(id: &str, bytes: usize) -> Planned {
        let queue = Queue { arn: "arn:aws:sqs:eu-west-1:1:d".parse().unwrap(), kind: QueueKind::Standard, max_size: 9 };
        let order = Order {
            id: RedriveId::new(id),
            source: queue,
            take: Take::Everything,
            route: Route::Home,
            destinations: Vec::new(),
            policy: Policy::of(QueueKind::Standard),
            terms: Terms::default(),
            edits: BTreeMap::new(),
        };
        Planned {
            id: id.into(),
            queue: "d".parse().unwrap(),
            typed: WishForm::default(),
            asked: Asked::of(What::Everything),
            order: Arc::new(order),
            plan: Plan::default(),
            messages: vec![Arc::new(message("m", &"x".repeat(bytes), None))],
            missing: Vec::new(),
            attributes: Attributes::default(),
            outlook: Outlook::default(),
            feeders: Feeders::default(),
            remembered: BTreeMap::new(),
            at_ms: 0,
        }
    }

    #[test]
    fn the_oldest_go_first_by_number_and_by_bytes() {
        let plans = Plans::default();
        for n in 0..=KEPT {
            plans.keep(planned(&n.to_string(), 1));
        }
        assert!(plans.find("0").is_none() && plans.find("1").is_some());
        plans.keep(planned("half", BYTES / 2));
        plans.keep(planned("more", BYTES / 2));
        assert!(plans.find("half").is_none() && plans.find("more").is_some());
    }
}
