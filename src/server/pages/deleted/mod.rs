//! Recently deleted: the copies of what was removed, of a queue or of a whole connection, and the way back.

mod actions;
mod one;
mod rows;

use leptos::prelude::*;

pub use self::one::KeptCopyPage;
use super::queue::head::head as queue_head;
use super::{Here, Page, done, page};
use crate::model::archive::Archived;
use crate::model::form::undo::CopiesForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueName, words};
use crate::server::services::Connection;
use crate::server::services::archive::list::{Deleted, PAGE};
use crate::ui::parts::{Button, Empty, Glyph, LinkButton, Notice, PageHead, Pagination, Section, Tone};

/// What was deleted from a queue.
#[component]
pub fn DeletedPage() -> impl IntoView {
    page(deleted)
}

/// What was deleted through a connection.
#[component]
pub fn AllDeletedPage() -> impl IntoView {
    page(all_deleted)
}

async fn deleted(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let (deletion, number) = (here.query("of"), here.query("page").parse().unwrap_or(1));
    let of = Some(deletion.as_str()).filter(|deletion| !deletion.is_empty());
    let found = here.connection.recently_deleted(Some(&queue), of, number).await?;
    let connection = here.connection.name();
    let dead = here.connection.is_dead_letter_queue(&queue);
    let title = if of.is_some() { "One deletion" } else { "Recently deleted" };
    let note = words::plural(found.total, "copy", "copies");
    let all = paths::deleted(connection, Some(&queue), None);
    let every = of.map(|_| view! { <LinkButton href=all.clone()>"All recently deleted"</LinkButton> });
    let list = if found.copies.is_empty() {
        empty(&found).into_any()
    } else {
        let table = rows::table(&here, &found, true);
        actions::around(&here, &queue, &found, of, table.into_any()).into_any()
    };
    let turn = turn(&here, Some(&queue), of, &found);
    let body = view! {
        {queue_head(connection, &queue, QueuePage::Deleted, dead)}
        {done::notice(&here)}
        {truth(&here.connection, &found)}
        <Section title note>
            {list}
            {turn}
            {every}
        </Section>
        {opting(&here, &queue, &found)}
    };
    Ok(Page::new(format!("Recently deleted · {queue}"), body).answering(here.submission.as_deref()))
}

async fn all_deleted(here: Here) -> Result<Page, Failure> {
    let found = here.connection.recently_deleted(None, None, here.query("page").parse().unwrap_or(1)).await?;
    let crumbs = vec![("Queues".to_owned(), paths::home(here.connection.name()))];
    let note = words::plural(found.total, "copy", "copies");
    let list =
        if found.copies.is_empty() { empty(&found).into_any() } else { rows::table(&here, &found, false).into_any() };
    let turn = turn(&here, None, None, &found);
    let body = view! {
        <PageHead title="Recently deleted" crumbs/>
        {truth(&here.connection, &found)}
        <Section title="Of all queues" note>
            {list}
            {turn}
            <p class="soft">"A queue's own page restores and forgets."</p>
        </Section>
    };
    Ok(Page::new("Recently deleted", body))
}

/// How long, how much, how safe, and what was dropped.
fn truth(connection: &Connection, found: &Deleted) -> impl IntoView + use<> {
    let keeping = connection.keeping();
    let kept = match keeping.days {
        0 => "No copies are kept (archive-days is 0)".to_owned(),
        days => format!("Copies are kept for {}", words::plural(u64::from(days), "day", "days")),
    };
    let full = format!("{} of {} used, by all queues", words::bytes(found.archive.bytes), words::bytes(keeping.most));
    let sealed = match &keeping.key {
        Some(key) => format!("sealed with the key {}", key.fingerprint()),
        None => "in clear: REDRIVE_ARCHIVE_KEY seals them".to_owned(),
    };
    let place = if connection.remembers() {
        "in the data directory"
    } else {
        "in memory until the console stops; --data DIR keeps them"
    };
    let dropped = found.archive.dropped_ms.map(|at| {
        let count = words::plural(found.archive.dropped, "copy was", "copies were");
        let title = format!("{count} dropped before the time, to make room");
        let text = format!("The last at {}. archive-mib says how much there may be.", words::moment(at));
        view! {
            <Notice tone=Tone::Warn title>
                <p>{text}</p>
            </Notice>
        }
    });
    view! {
        <p class="truth">
            <strong>{kept}</strong>
            <span>{place}</span>
            <span>{sealed}</span>
            <span>{full}</span>
        </p>
        {dropped}
    }
}

fn empty(found: &Deleted) -> impl IntoView + use<> {
    let text = if found.archive.opted_out {
        "No copies are kept for this queue."
    } else {
        "What is deleted through this console is copied first, and waits here to be restored."
    };
    view! { <Empty glyph=Glyph::Trash title="Nothing was deleted recently" text/> }
}

fn turn(here: &Here, queue: Option<&QueueName>, of: Option<&str>, found: &Deleted) -> Option<impl IntoView + use<>> {
    let rows = u64::from(PAGE);
    if found.total <= rows && found.page == 1 {
        return None;
    }
    let base = paths::deleted(here.connection.name(), queue, of);
    let link = |n: u64| paths::with_query(&base, &[("page", &n.to_string())]);
    let previous = (found.page > 1).then(|| link(found.page - 1));
    let next = (found.page * rows < found.total).then(|| link(found.page + 1));
    let (first, last) = ((found.page - 1) * rows + 1, (found.page * rows).min(found.total));
    Some(view! { <Pagination first last total=found.total previous next/> })
}

/// Whether copies are kept for this queue, and the way to change it.
fn opting(here: &Here, queue: &QueueName, found: &Deleted) -> impl IntoView + use<> {
    let (off, days) = (found.archive.opted_out, here.connection.keeping().days);
    let now = match (days, off) {
        (0, _) => Archived::Off,
        (_, true) => Archived::OptedOut,
        (days, false) => Archived::Kept { deletion: String::new(), days },
    };
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let (keep, label) = if off { ("on", "Keep copies for this queue") } else { ("", "Keep no copies for this queue") };
    let glyph = if off { Glyph::Check } else { Glyph::Stop };
    let hint = if off {
        "From then on what is deleted from it can be restored."
    } else {
        "Keep none where messages must not be stored anywhere else; the copies that are there stay until they expire or are forgotten."
    };
    view! {
        <Section title="Copies of this queue's messages">
            <form class="form" method="post" action=paths::api("deleted/keep")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name/>
                <input type="hidden" name="keep" value=keep/>
                <p>{now.sentence()} " " <span class="soft">{hint}</span></p>
                <div class="form-actions">
                    <Button glyph reason>
                        {label}
                    </Button>
                </div>
            </form>
        </Section>
    }
}

/// What was typed into the form of copies, where it came back.
fn typed(here: &Here) -> CopiesForm {
    here.submission.as_deref().and_then(|submission| submission.form()).unwrap_or_default()
}

/// The sentence beside a field of it.
fn sentence(here: &Here, field: &str) -> Option<String> {
    let submission = here.submission.as_deref().filter(|submission| submission.form::<CopiesForm>().is_some())?;
    submission.sentence(field)
}
