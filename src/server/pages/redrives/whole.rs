//! The whole queue with the console's own engine: where SQS refuses, or where it cannot do what is wanted.

use leptos::prelude::*;

use super::super::Here;
use super::list;
use super::wish::{Subject, form};
use crate::model::{Failure, QueueName, words};
use crate::server::services::Connection;
use crate::ui::parts::{Disclosure, Section};

/// The section of a queue's redrive page, with the redrives of that queue.
pub async fn section(here: &Here, queue: &QueueName, sources: &[QueueName], depth: u64) -> AnyView {
    let homes = match sources {
        [] => "No queue names this one as its dead-letter queue: choose a queue.".to_owned(),
        all => all.iter().map(QueueName::as_str).collect::<Vec<_>>().join(", "),
    };
    let subject = Subject {
        queue,
        typed: None,
        chosen: "",
        whole: true,
        plan: "",
        homes,
        has_home: !sources.is_empty(),
        count: words::about(depth, "message", "messages"),
        primary: false,
    };
    let failed = here
        .submission
        .as_deref()
        .is_some_and(|submission| submission.form::<crate::model::form::redrive_wish::WishForm>().is_some());
    let form = form(here, &subject).into_any();
    let earlier = earlier(&here.connection, queue).await.unwrap_or_default();
    let earlier = (!earlier.is_empty()).then(|| {
        let table = list::table(here, &earlier);
        view! { <Section title="The console's last">{table}</Section> }
    });
    let note = "a canary, a stop rule, any destination; also where SQS refuses";
    let view = view! {
        <Section title="Redrive with the console" note>
            <p class="soft">
                "Message by message, with a journal and a report: each is deleted here only once its copy was accepted. To redrive some of them, or edited ones, choose them under Messages."
            </p>
            <Disclosure summary="The whole queue" open=failed>
                {form}
            </Disclosure>
        </Section>
        {earlier}
    };
    view.into_any()
}

async fn earlier(
    connection: &Connection,
    queue: &QueueName,
) -> Result<Vec<crate::server::services::redrive::selective::Shown>, Failure> {
    /// How many are shown; the list of all has the rest.
    const SHOWN: u32 = 10;
    connection.selectives(Some(queue), 0, SHOWN).await
}
