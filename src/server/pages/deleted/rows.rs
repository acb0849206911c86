//! The list of copies. A body is text, whatever it holds.

use leptos::prelude::*;

use super::typed;
use crate::model::archive::KeptCopy;
use crate::model::{paths, words};
use crate::server::pages::Here;
use crate::server::services::archive::list::{Deleted, Opened};
use crate::ui::parts::{Age, Badge, Cell, CellKind, Column, Glyph, NameCell, Table, Tone};

/// How much of a body is shown.
const EXCERPT: usize = 120;

/// A row per copy; with marks on the page of a queue, with the queues on that of all.
pub(super) fn table(here: &Here, found: &Deleted, of_queue: bool) -> impl IntoView + use<> {
    let mut columns = Vec::new();
    if of_queue {
        columns.push(Column::marks("Mark all on this page"));
    }
    columns.push(Column::new("Message", CellKind::Name));
    if !of_queue {
        columns.push(Column::new("Queue", CellKind::Plain));
    }
    for label in ["Removed", "Sent"] {
        columns.push(Column::new(label, CellKind::Plain));
    }
    columns.push(Column::new("Size", CellKind::Number));
    for label in ["Kept for", "State"] {
        columns.push(Column::new(label, CellKind::Plain));
    }
    columns.push(Column::new("Body", CellKind::Text));
    let marked = typed(here).ids;
    let rows: Vec<_> = found
        .copies
        .iter()
        .map(|(copy, opened)| row(here, copy, opened, of_queue, marked.contains(&copy.id.to_string())))
        .collect();
    view! {
        <Table caption="Copies of removed messages, newest first" columns>
            {rows}
        </Table>
    }
}

fn row(here: &Here, copy: &KeptCopy, opened: &Opened, of_queue: bool, checked: bool) -> impl IntoView + use<> {
    let (now, connection) = (here.now_ms, here.connection.name());
    let id = copy.message.to_string();
    let short: String = id.chars().take(8).collect();
    let href = paths::kept_copy(connection, &copy.id);
    let mark = of_queue.then(|| {
        let (value, label) = (copy.id.to_string(), format!("Mark {id}"));
        view! {
            <Cell kind=CellKind::Mark>
                <input class="choice-mark" type="checkbox" name="ids[]" value=value checked=checked aria-label=label data-select=""/>
            </Cell>
        }
    });
    let queue = (!of_queue).then(|| {
        let (href, name) = (paths::deleted(connection, Some(&copy.queue), None), copy.queue.to_string());
        view! { <Cell label="Queue"><a href=href>{name}</a></Cell> }
    });
    let deletion = paths::deleted(connection, Some(&copy.queue), Some(&copy.deletion));
    let (word, removed) = (copy.reason.word(), copy.at_ms);
    let sent = copy.sent_ms.map(|at| view! { <Age at now/> });
    let (size, left, state) = (words::bytes(copy.size), left(copy, now), state(copy, opened));
    let body = match opened {
        Opened::Message(message) => view! { <span class="excerpt">{excerpt(&message.body)}</span> }.into_any(),
        Opened::Large => view! { <span class="soft">"large; open it to read"</span> }.into_any(),
        Opened::OtherKey | Opened::Damaged => view! { <span class="soft">"cannot be read"</span> }.into_any(),
    };
    view! {
        <tr data-row="">
            {mark}
            <NameCell>
                <a class="mono" href=href title=id data-open="">
                    {short}
                </a>
            </NameCell>
            {queue}
            <Cell label="Removed">
                <a href=deletion title="All of this deletion">
                    {word} " " <Age at=removed now/>
                </a>
            </Cell>
            <Cell label="Sent">{sent}</Cell>
            <Cell label="Size" kind=CellKind::Number>
                {size}
            </Cell>
            <Cell label="Kept for">{left}</Cell>
            <Cell label="State">{state}</Cell>
            <Cell label="Body" kind=CellKind::Text>
                {body}
            </Cell>
        </tr>
    }
}

/// How much longer the copy is kept.
pub(super) fn left(copy: &KeptCopy, now_ms: i64) -> String {
    words::span((copy.expires_ms - now_ms).max(0).unsigned_abs() / 1_000)
}

/// Whether it can be restored, and whether it was.
pub(super) fn state(copy: &KeptCopy, opened: &Opened) -> impl IntoView + use<> {
    let closed = match opened {
        Opened::OtherKey => Some("sealed with another key"),
        Opened::Damaged => Some("damaged"),
        Opened::Message(_) | Opened::Large => None,
    };
    let closed = closed.map(|word| view! { <Badge tone=Tone::Danger>{word}</Badge> });
    let restored = copy.restored.as_ref().map(|restored| match &restored.message {
        Some(id) => {
            let title = format!("as {id}");
            view! { <span title=title><Badge tone=Tone::Ok glyph=Glyph::Check>"restored"</Badge></span> }.into_any()
        }
        None => view! { <Badge tone=Tone::Warn>"perhaps restored"</Badge> }.into_any(),
    });
    view! { <span class="cluster">{closed} {restored}</span> }
}

/// The beginning of a body on one line.
fn excerpt(body: &str) -> String {
    let mut text: String = body.chars().take(EXCERPT).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    if body.chars().nth(EXCERPT).is_some() {
        text.push('…');
    }
    text
}
