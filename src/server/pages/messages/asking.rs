//! What both forms that receive need to know before the click: what it costs here, and why it may be refused.

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::filter::Query;
use crate::model::refusal::Receiving;
use crate::model::{Attributes, ConnectionName, QueueKind, QueueName, QueueUrl, Refusal, words};
use crate::server::pages::Here;
use crate::server::pages::spending::spending;
use crate::server::services::messages::{Price, Snapshot};
use crate::server::services::submissions::Submission;

/// What is known when the forms are shown.
pub(super) struct Asking<'a> {
    pub connection: &'a ConnectionName,
    pub queue: &'a QueueName,
    pub url: &'a QueueUrl,
    pub attributes: &'a Attributes,
    pub submission: Option<&'a Submission>,
    /// Why nothing can be received here at all.
    pub refusal: Option<Refusal>,
    /// Why not even a look that receives nothing can be had: its place is taken.
    pub running: Option<Refusal>,
    /// What a receive costs here.
    pub price: Price,
    /// Whether other queues' failures arrive here.
    pub dead: bool,
    /// Whether a look receives nothing here, because the endpoint shows messages without that.
    pub free: bool,
    /// How many messages of the snapshot can still be acted on: a new one takes their place.
    pub held: usize,
    /// The list that is shown: what comes is shown in the same way.
    pub list: Query,
}

impl<'a> Asking<'a> {
    pub fn new(
        here: &'a Here,
        queue: &'a QueueName,
        url: &'a QueueUrl,
        attributes: &'a Attributes,
        snapshot: Option<&Snapshot>,
        free: bool,
    ) -> Self {
        let running = snapshot
            .filter(|snapshot| snapshot.is_holding())
            .map(|snapshot| if snapshot.is_running() { Refusal::ReceiveRunning } else { Refusal::Holding });
        let price = here.connection.price(queue, attributes);
        Self {
            connection: here.connection.name(),
            queue,
            url,
            attributes,
            submission: here.submission.as_deref(),
            refusal: here
                .connection
                .allowed()
                .err()
                .or_else(|| running.clone())
                .or_else(|| price.used_up(Receiving::Look)),
            running,
            price,
            dead: here.connection.is_dead_letter_queue(queue),
            free,
            held: snapshot.map_or(0, |snapshot| snapshot.held(here.now_ms)),
            list: super::list::asked(here),
        }
    }

    /// What was typed into one of the forms, and the sentences beside its fields; nothing where it was another form
    /// that was sent.
    pub fn typed<F: DeserializeOwned + Serialize + Default>(
        &self,
    ) -> (F, impl Fn(&str) -> Option<String> + use<'a, F>) {
        let sent = self.submission.and_then(|submission| Some((submission, submission.form::<F>()?)));
        let (submission, form) = sent.unzip();
        let sentence = move |field: &str| submission.and_then(|submission| submission.sentence(field));
        (form.unwrap_or_default(), sentence)
    }

    /// What every receive does here, whichever form asks for it; one sentence each.
    pub fn costs(&self) -> impl IntoView + use<> {
        let mut costs = Vec::new();
        let met = if self.free {
            "This endpoint shows messages without receiving them, so a look is free. By a hold"
        } else {
            "SQS has no peek:"
        };
        costs.push(self.budget(met));
        if self.queue.kind() == QueueKind::Fifo {
            costs.push(
                "FIFO shows at most the first ten messages of each group, and the group is blocked for consumers meanwhile.".to_owned(),
            );
        }
        let in_flight = self.attributes.depth.in_flight;
        if in_flight > 0 && self.held == 0 {
            let in_flight = words::approximately(in_flight);
            costs.push(format!(
                "Consumers are at work ({in_flight} in flight) and miss what is looked at while it is read, and what is held until it is released."
            ));
        }
        if self.held > 0 {
            let held = words::plural(self.held as u64, "message", "messages");
            costs.push(format!("The list below gives way to what comes: {held} hidden there can then only wait."));
        }
        let items: Vec<_> = costs.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect();
        view! { <ul class="costs">{items}</ul> }
    }

    /// What the next receive costs, as far as the last look or hold tells.
    fn budget(&self, met: &str) -> String {
        let (Price::Counts { max, received }, Some(policy)) = (self.price, &self.attributes.redrive_policy) else {
            return if self.dead {
                "Free: this dead-letter queue has no redrive policy of its own. However often a message is received, it stays."
                    .to_owned()
            } else {
                format!(
                    "{met} each message met gets one more receive. Without a redrive policy here that moves nothing."
                )
            };
        };
        let (target, next) = (policy.dead_letter_target.name(), received + 1);
        let (of, next) = (words::count(u64::from(max)), words::count(u64::from(next)));
        match received {
            0 => format!("{met} each message met gets one more receive, of {of} before it moves to {target}."),
            _ if received >= max => {
                format!("{met} all {of} receives of a message are used up: the next one would move it to {target}.")
            }
            _ => format!(
                "{met} the next is receive {next} of {of} for the message that had the most; then it moves to {target}."
            ),
        }
    }

    /// What spends the last receives; nothing where there are enough, or none.
    pub fn spending(&self, field: &str, error: Option<String>) -> Option<AnyView> {
        spending(self.queue, self.price.refusal(Receiving::Look).as_ref(), field, error)
    }
}
