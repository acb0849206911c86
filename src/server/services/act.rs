//! The one way to change something: permitted first, written down second, done third.

use std::future::Future;
use std::sync::Arc;

use super::connection::Connection;
use super::report;
use crate::model::activity::{ActivityId, Detail, Entry, Outcome, Verb};
use crate::model::cli::Command;
use crate::model::{Code, Failure, QueueName, Refusal};
use crate::server::sqs::{Result as SqsResult, Sqs, SqsError};

/// A change that someone asked for.
#[derive(Clone, Debug)]
pub struct Act {
    /// What kind of change.
    pub verb: Verb,
    /// To which queue.
    pub queue: Option<QueueName>,
    /// Small facts for the audit log; never a body.
    pub detail: Detail,
    /// The equivalent command; bodies replaced by a placeholder. Absent where it did not come so far.
    pub cli: Option<Command>,
}

impl Act {
    /// A change to a queue.
    pub fn on(queue: &QueueName, verb: Verb, cli: Command) -> Self {
        Self { verb, queue: Some(queue.clone()), detail: Detail::new(), cli: Some(cli) }
    }

    /// A change to what the console itself keeps, for which there is no command.
    pub fn here(queue: &QueueName, verb: Verb) -> Self {
        Self { verb, queue: Some(queue.clone()), detail: Detail::new(), cli: None }
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.detail.insert(name.to_owned(), value.to_string());
        self
    }
}

/// The right to change something through a connection. Only [`Connection::permit`] makes one, and [`Connection::act`]
/// is the only way to the changing half of the gateway, so that the check cannot be forgotten.
#[derive(Debug)]
pub(super) struct Permit(());

impl Connection {
    /// Whether this connection lets anything be changed.
    pub fn allowed(&self) -> Result<(), Refusal> {
        if self.read_only() { Err(Refusal::ReadOnly) } else { Ok(()) }
    }

    fn permit(&self) -> Result<Permit, Refusal> {
        self.allowed().map(|()| Permit(()))
    }

    /// Refuses a change that this connection does not let through, before anything is read for it. The attempt is
    /// written down.
    pub async fn require(&self, queue: &QueueName, verb: Verb) -> Result<(), Failure> {
        let Err(refusal) = self.allowed() else { return Ok(()) };
        let attempt = Act { verb, queue: Some(queue.clone()), detail: Detail::new(), cli: None };
        let id = self.intend(attempt).await?;
        self.conclude(id, &refused()).await;
        Err(Failure::Refused(refusal))
    }

    /// Carries out a change: refuses it where the connection is read-only, writes the intent to the audit log,
    /// runs the effect, writes the outcome. A refused attempt is written down, too. Where the log cannot take the
    /// intent, nothing is done. A lost answer is an unknown outcome, never a failure and never a success.
    pub async fn act<T, F>(&self, act: Act, effect: impl FnOnce(Arc<dyn Sqs>) -> F + Send) -> Result<T, Failure>
    where
        F: Future<Output = SqsResult<T>> + Send,
        T: Send,
    {
        self.act_telling(act, effect, |_| Detail::new()).await
    }

    /// The same; `facts` tells the audit log what came of it: counts, never a body.
    pub async fn act_telling<T, F>(
        &self,
        act: Act,
        effect: impl FnOnce(Arc<dyn Sqs>) -> F + Send,
        facts: impl FnOnce(&T) -> Detail + Send,
    ) -> Result<T, Failure>
    where
        F: Future<Output = SqsResult<T>> + Send,
        T: Send,
    {
        let queue = act.queue.clone();
        let id = self.intend(act).await?;
        let (outcome, result) = match self.permit() {
            Err(refusal) => (refused(), Err(Failure::Refused(refusal))),
            Ok(permit) => match effect(self.gateway(permit)).await {
                Ok(answer) => {
                    let detail = facts(&answer.value);
                    (Outcome::Succeeded { request_id: answer.request_id, detail }, Ok(answer.value))
                }
                Err(error) => {
                    let outcome = outcome_of(&error);
                    let unknown = (!error.had_no_effect()).then(|| Failure::OutcomeUnknown(error.code.clone()));
                    let failure = match (report::sqs(error, self.name(), queue.as_ref()), unknown) {
                        // An answer that came but is wrong has words of its own.
                        (failure @ Failure::Refused(_), _) | (failure, None) => failure,
                        (_, Some(unknown)) => unknown,
                    };
                    (outcome, Err(failure))
                }
            },
        };
        self.conclude(id, &outcome).await;
        result
    }

    /// The same for a change to what the console itself keeps: SQS is not asked.
    pub(super) async fn act_here<T>(
        &self,
        act: Act,
        work: impl Future<Output = Result<T, Failure>> + Send,
        facts: impl FnOnce(&T) -> Detail + Send,
    ) -> Result<T, Failure>
    where
        T: Send,
    {
        let id = self.intend(act).await?;
        if let Err(refusal) = self.permit() {
            self.conclude(id, &refused()).await;
            return Err(Failure::Refused(refusal));
        }
        let result = work.await;
        let outcome = match &result {
            Ok(value) => Outcome::Succeeded { request_id: None, detail: facts(value) },
            Err(_) => Outcome::Failed { code: Code::new("StoreFailed"), request_id: None },
        };
        self.conclude(id, &outcome).await;
        result
    }

    async fn intend(&self, act: Act) -> Result<ActivityId, Failure> {
        let entry = Entry {
            at_ms: self.now_ms(),
            who: self.who().to_owned(),
            connection: self.name().clone(),
            queue: act.queue,
            verb: act.verb,
            detail: act.detail,
            cli: act.cli.map_or_else(String::new, |cli| cli.line().to_owned()),
        };
        self.store().intend(&entry).await.map_err(|error| report::not_written(&error))
    }

    /// The effect has happened or not: an outcome that cannot be written must not turn it into something else.
    async fn conclude(&self, id: ActivityId, outcome: &Outcome) {
        if let Err(error) = self.store().conclude(id, outcome, self.now_ms()).await {
            report::store(&error);
        }
    }
}

fn refused() -> Outcome {
    Outcome::Failed { code: Code::new("ReadOnly"), request_id: None }
}

/// What the audit log says of a failed call: that nothing happened, or that nobody knows.
fn outcome_of(error: &SqsError) -> Outcome {
    let request_id = error.request_id.clone();
    if error.had_no_effect() {
        Outcome::Failed { code: error.code.clone(), request_id }
    } else {
        Outcome::Unknown { code: Some(error.code.clone()), request_id }
    }
}
