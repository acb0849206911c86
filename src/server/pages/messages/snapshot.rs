//! What a look or a hold brought: the one line of truth, the table, and for a hold the bar with its actions.

use leptos::prelude::*;

use super::{
    causes, choose, columns, download, facets, filter_bar, groups, held, hold, inspector, list, origin, saved, table,
};
use crate::model::archive::Archived;
use crate::model::filter::query::{Query, Shown};
use crate::model::filter::saved::Saved;
use crate::model::paths;
use crate::model::{Attributes, Depth, Failure, MessageId, QueueKind, QueueName, QueueUrl, words};
use crate::server::pages::Here;
use crate::server::services::messages::view::view;
use crate::server::services::messages::{Origin, Snapshot, Standing, Stop};
use crate::ui::parts::{Age, Empty, FailureNotice, Glyph, LinkButton, Notice, Section, Tone, Variant};

/// No look and no hold yet, or so long ago that the copy is gone.
pub(super) fn none(depth: Depth) -> impl IntoView {
    let text = format!(
        "Nothing has been received: opening this page costs nothing. The queue has {} visible, {} in flight and {} delayed.",
        words::approximately(depth.visible),
        words::approximately(depth.in_flight),
        words::approximately(depth.delayed),
    );
    view! { <Empty glyph=Glyph::Look title="No snapshot of this queue" text/> }
}

/// The snapshot. The journal is asked which of the messages that are shown are copies.
pub(super) async fn section(
    here: &Here,
    queue: &QueueName,
    (url, keeps): (&QueueUrl, Option<&Archived>),
    attributes: &Attributes,
    snapshot: &Snapshot,
    saved: &Result<Vec<Saved>, Failure>,
) -> AnyView {
    let (query, index) = (list::asked(here), snapshot.index());
    let view = view(snapshot, &query, here.now_ms);
    let shown = view.shown().iter().map(|at| snapshot.entries[*at].message.id.clone());
    let ids: Vec<_> = shown.chain(query.open.as_deref().map(MessageId::new)).collect();
    let origins = origin::of(here, &ids).await;
    let held = Some(snapshot.held(here.now_ms)).filter(|held| *held > 0 || snapshot.is_holding());
    let held = held.filter(|_| snapshot.origin == Origin::Hold && !snapshot.is_running());
    let title = match snapshot.origin {
        Origin::Look | Origin::Peek => "Snapshot",
        Origin::Hold if snapshot.is_holding() => "Held messages",
        Origin::Hold => "Snapshot of a hold",
    };
    let trouble = trouble(snapshot);
    let body = if snapshot.entries.is_empty() {
        empty(snapshot, attributes.depth).into_any()
    } else {
        let base = list::address(here, queue, &Query::default());
        let about = (queue, base.as_str());
        let by = causes::by(&query);
        let (typed, broken) = (query.typed.as_str(), query.fault.is_some());
        let session = snapshot.session.as_str();
        let whole = choose::Whole { session, typed, by: &by, broken, matching: view.rows.len() };
        let fifo = queue.kind() == QueueKind::Fifo;
        let form = !snapshot.is_running();
        let table = || table::table(here, about, attributes, (snapshot, &index, &origins), (&query, &view), form);
        let table = match held {
            _ if query.view == Shown::Causes => causes::causes(here, about, (snapshot, &index), (&query, &view)),
            _ if query.view == Shown::Groups && fifo => {
                groups::groups(here, about, attributes, snapshot, (&query, &view)).into_any()
            }
            Some(count) => held::around(here, queue, (url, keeps), count, whole, table()).into_any(),
            None if snapshot.is_running() => table(),
            None => choose::around(here, queue, whole, table()).into_any(),
        };
        let one_by_one = query.view == Shown::Table;
        let open = one_by_one
            .then(|| inspector::inspector(here, about, (url, attributes), (snapshot, &origins), (&query, &view)))
            .flatten();
        let [seen, folded] = if one_by_one { facets::facets(&base, &query, &view) } else { [None, None] };
        let top = view! {
            {causes::ways(&base, &query, fifo)}
            {filter_bar::bar(&base, &query, &view, (snapshot, &index), here.now_ms)}
            {saved::shown(here, queue, &query, saved)}
            {seen}
            <div class="folds">
                {folded} {one_by_one.then(|| columns::chooser(&base, &query, &view, &index))}
            </div>
        };
        let session = snapshot.session.clone();
        view! {
            <div class="stack" data-gap="small" data-swap=session>
                {top}
                <div class="inspected">
                    <div class="stack" data-gap="small">
                        {table}
                    </div>
                    {open}
                </div>
            </div>
        }
        .into_any()
    };
    let truth = truth(here, attributes, snapshot);
    let files = (!snapshot.entries.is_empty()).then(|| download::menu(here, queue, None).into_any());
    let href = list::asked(here).carry(&paths::import(here.connection.name(), queue, ""));
    let import = view! { <LinkButton href variant=Variant::Plain>"Import…"</LinkButton> };
    view! {
        <Section title action=|| view! { <span class="cluster">{import} {files}</span> }>
            {truth}
            {trouble}
            {body}
        </Section>
    }
    .into_any()
}

/// When, how many of how many, what became of them, and why it ended.
fn truth(here: &Here, attributes: &Attributes, snapshot: &Snapshot) -> impl IntoView + use<> {
    let at = snapshot.finished_ms.unwrap_or(here.now_ms);
    let count = snapshot.entries.len() as u64;
    let visible = attributes.depth.visible;
    let of = match snapshot.origin {
        Origin::Look | Origin::Peek => {
            format!("{} of {}", words::count(count), words::approximately(visible.max(count)))
        }
        Origin::Hold => words::plural(count, "message", "messages"),
    };
    let fate = match (snapshot.origin, snapshot.unreturned() as u64) {
        (Origin::Peek, _) => "read without receiving: nothing was hidden or counted".to_owned(),
        (Origin::Look, 0) => "given back at once".to_owned(),
        (Origin::Look, n) => format!("given back but for {}", words::count(n)),
        (Origin::Hold, _) => {
            let held = words::count(snapshot.held(here.now_ms) as u64);
            match snapshot.released {
                None => format!("{held} still held"),
                Some((_, at_ms)) if held == "0" => format!("released at {}", words::time_of_day(at_ms)),
                Some((_, at_ms)) => format!("released at {} but for {held}", words::time_of_day(at_ms)),
            }
        }
    };
    let end = match &snapshot.stop {
        None => "still receiving",
        Some(Stop::Empty) if snapshot.origin == Origin::Peek => "all that is visible",
        Some(Stop::Empty) => "a long poll found nothing more",
        Some(Stop::Messages) => "as many as were asked for",
        Some(Stop::Bytes) => "as many bytes as a snapshot holds",
        Some(Stop::Time) => "the time was up",
        Some(Stop::CameBack) => "ended when a message came for the second time",
        Some(Stop::Asked) => "stopped",
        Some(Stop::Failed(_)) => "broken off",
    };
    let why = snapshot.released.and_then(|(why, _)| hold::why(why));
    let now = here.now_ms;
    view! {
        <p class="truth">
            <strong>{of}</strong>
            <span><Age at now/>", "<time datetime=words::timestamp(at)>{words::moment(at)}</time></span>
            <span>{fate}</span>
            <span>{end}</span>
            {why.map(|why| view! { <span>{why}</span> })}
        </p>
    }
}

/// What went wrong on the way, if anything did.
fn trouble(snapshot: &Snapshot) -> impl IntoView + use<> {
    let failure = match &snapshot.stop {
        Some(Stop::Failed(failure)) => Some(failure.clone()),
        _ => None,
    };
    let unreturned = snapshot.unreturned() as u64;
    let until = snapshot.entries.iter().filter_map(|entry| match entry.standing {
        Standing::Held { until_ms } => Some(until_ms),
        _ => None,
    });
    let until = until.max().unwrap_or(0);
    let unreturned = (unreturned > 0).then(|| {
        let title = format!("{} could not be given back", words::plural(unreturned, "message", "messages"));
        view! {
            <Notice tone=Tone::Warn title>
                <p>"SQS makes them visible again by itself at " {words::moment(until)} " at the latest."</p>
            </Notice>
        }
    });
    view! {
        {failure.map(|failure| view! { <FailureNotice failure/> })}
        {unreturned}
    }
}

/// An empty answer is not an empty queue, and the page must not say so.
fn empty(snapshot: &Snapshot, depth: Depth) -> impl IntoView + use<> {
    let title = if snapshot.is_running() { "Nothing yet" } else { "An empty answer is not an empty queue" };
    let found = if snapshot.origin == Origin::Peek { "There is" } else { "A long poll found" };
    let text = format!(
        "{found} no message that is visible now. The queue counts {} visible, {} in flight and {} delayed; \
         the counters may lag by a minute. It is empty when all three stay at 0 for a few minutes.",
        words::approximately(depth.visible),
        words::approximately(depth.in_flight),
        words::approximately(depth.delayed),
    );
    view! { <Empty glyph=Glyph::Look title text/> }
}
