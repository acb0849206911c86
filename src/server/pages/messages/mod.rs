//! Messages: look, hold, what came of it, and one message of it. Opening these pages receives nothing.

mod asking;
pub(super) mod body;
mod causes;
mod choose;
mod columns;
mod compare;
pub(super) mod difference;
pub(super) mod download;
mod facets;
pub(super) mod facts;
mod filter_bar;
mod groups;
mod held;
mod hold;
mod identity;
mod inspector;
pub(super) mod list;
mod look;
mod one;
mod origin;
mod place;
mod saved;
mod snapshot;
mod table;

use leptos::prelude::*;

pub use self::compare::ComparePage;
pub use self::one::MessagePage;
use super::queue::head::head as queue_head;
use super::{Here, Page, done, page};
use crate::model::Failure;
use crate::model::form::Done;
use crate::model::paths::QueuePage;

/// Looks into a queue and holds its messages.
#[component]
pub fn MessagesPage() -> impl IntoView {
    page(messages)
}

async fn messages(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let (url, attributes) = tokio::try_join!(here.connection.url(&queue), here.connection.attributes(&queue))?;
    let snapshot = here.connection.snapshot(&queue);
    let (name, submission) = (here.connection.name(), here.submission.as_deref());
    let free = here.connection.offers_peek(&queue).await;
    // Where the store cannot say what is kept the page says nothing of it; a deletion then asks again, and fails.
    let keeps = here.connection.keeps(&queue).await.ok();
    let asking = asking::Asking::new(&here, &queue, &url, &attributes, snapshot.as_deref(), free);
    let holding = snapshot.as_ref().filter(|snapshot| snapshot.is_holding());
    // What a look or a hold brought is said by the snapshot itself.
    let quiet = submission.and_then(|submission| submission.done.as_ref()).is_some_and(|done| {
        matches!(done, Done::Received { .. } | Done::HoldStarted | Done::ReceiveStopped | Done::Extended)
    });
    // Nothing takes the place of what is held, so there is nothing to ask for meanwhile.
    let forms = holding.is_none().then(|| {
        let (look, hold) = (look::form(&asking).into_any(), hold::form(&asking).into_any());
        let (first, second) = if asking.dead && !free { (hold, look) } else { (look, hold) };
        view! {
            {asking.costs()}
            <div class="split">{first} {second}</div>
        }
    });
    let notice = (!quiet).then(|| done::notice(&here)).flatten();
    let shown = match &snapshot {
        Some(snapshot) => {
            let saved = here.connection.saved_filters(&queue).await;
            snapshot::section(&here, &queue, (&url, keeps.as_ref()), &attributes, snapshot, &saved).await
        }
        None => snapshot::none(attributes.depth).into_any(),
    };
    let body = view! {
        {queue_head(name, &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue))}
        {notice}
        {holding.map(|snapshot| hold::section(&here, &queue, snapshot))}
        {forms}
        {shown}
    };
    Ok(Page::new(format!("Messages of {queue}"), body).about(&queue).holding().answering(submission))
}
