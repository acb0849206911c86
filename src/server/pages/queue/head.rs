//! What stands above every page of a queue: its name, its type, and the way to its other pages.

use leptos::prelude::*;

use crate::model::paths::{self, QueuePage};
use crate::model::{ConnectionName, QueueName};
use crate::ui::parts::{CopyButton, DeadLetterBadge, KindBadge, PageHead, Tab, Tabs};

/// The head and the tabs. Redrive is offered on dead-letter queues only; its page says why elsewhere.
pub fn head(
    connection: &ConnectionName,
    queue: &QueueName,
    here: QueuePage,
    dead_letters: bool,
) -> impl IntoView + use<> {
    let tab = |label: &str, page| Tab::new(label, paths::queue(connection, queue, page), page == here);
    let mut tabs =
        vec![tab("Overview", QueuePage::Overview), tab("Messages", QueuePage::Messages), tab("Send", QueuePage::Send)];
    if dead_letters || here == QueuePage::Redrive {
        tabs.push(tab("Redrive", QueuePage::Redrive));
    }
    tabs.push(tab("Settings", QueuePage::Settings));
    // Only from where it matters: the row of tabs is long enough.
    if matches!(here, QueuePage::Messages | QueuePage::Deleted | QueuePage::Danger) {
        tabs.push(tab("Recently deleted", QueuePage::Deleted));
    }
    tabs.push(tab("Danger", QueuePage::Danger));
    let crumbs = vec![("Queues".to_owned(), paths::home(connection))];
    let (name, kind, label) = (queue.to_string(), queue.kind(), format!("Pages of {queue}"));
    view! {
        <PageHead title=name.clone() crumbs>
            <CopyButton label="name" value=name/>
            <KindBadge kind/>
            {dead_letters.then(|| view! { <DeadLetterBadge/> })}
        </PageHead>
        <Tabs label tabs/>
    }
}
