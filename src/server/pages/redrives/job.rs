//! A selective redrive: how far it is, why it waits, what became of each message, and how to take it back.

use leptos::prelude::*;

use super::super::{Here, Page, done, page};
use super::state::State;
use super::{pauses, report, undo};
use crate::model::journal::{EndedHow, RedriveId};
use crate::model::paths::{self, QueuePage};
use crate::model::{ConnectionName, Failure, QueueArn, words};
use crate::server::services::redrive::engine::Order;
use crate::server::services::redrive::engine::report::Standing;
use crate::server::services::redrive::selective::{Live, Shown};
use crate::ui::parts::{Age, Glyph, Icon, Meter, Notice, PageHead, Refresh, Section, Tone};

/// So often a page without a script is loaded again while it runs, seconds.
const REFRESH: u32 = 2;

/// A selective redrive.
#[component]
pub fn RedriveJobPage() -> impl IntoView {
    page(job)
}

async fn job(here: Here) -> Result<Page, Failure> {
    let id = RedriveId::new(here.params.get("redrive").unwrap_or_default());
    let shown = here.connection.selective(&id).await?;
    let order = here.connection.selective_order(&id).await.ok();
    let (queue, state) = (shown.kept.queue(), State::of(&shown));
    let rows = report::section(&here, &shown).await?;
    let undos = here.connection.undos(&id).await?;
    let undo = undo::section(&here, &shown, order.as_ref(), &undos).await?;
    let undone = match &shown.kept.undoes {
        Some(undone) => here.connection.selective(undone).await.ok(),
        None => None,
    };
    let title = if shown.kept.undoes.is_some() { "Taking back" } else { "Redrive" };
    let name = here.connection.name();
    let href = paths::queue(name, &queue, QueuePage::Overview);
    let (from, to, badge) = (queue.to_string(), destinations(name, &shown.kept.destinations), state.badge());
    let crumbs = vec![("Redrives".to_owned(), paths::redrives(name))];
    // What somebody told it says nothing any more once it has ended.
    let told = here.submission.as_deref().is_some_and(|submission| submission.done.is_some());
    let notice = if state.is_open() || !told { done::notice(&here) } else { None };
    let body = view! {
        <PageHead title crumbs>
            <a href=href>{from}</a>
            <Icon glyph=Glyph::ArrowRight/>
            {to}
            {badge}
        </PageHead>
        {notice}
        {truth(&here, &shown, undone.as_ref())}
        {fleeting(&here, state)}
        {undo::notices(&here, &shown, &undos)}
        {pauses::notices(&here, &shown, order.as_ref())}
        {elsewhere(state)}
        {progress(&here, &shown, order.as_ref(), state)}
        {outcome(&here, &shown)}
        {rows}
        {undo}
    };
    let title = format!("{title} · {queue} · {}", state.word());
    Ok(Page::new(title, body).about(&queue).following(id.as_str()).answering(here.submission.as_deref()))
}

/// The queues, by name.
pub fn destinations(connection: &ConnectionName, arns: &[QueueArn]) -> impl IntoView + use<> {
    let links: Vec<_> = arns
        .iter()
        .map(|arn| {
            let name = arn.name();
            let href = paths::queue(connection, &name, QueuePage::Overview);
            view! { <a href=href>{name.to_string()}</a> }
        })
        .collect();
    view! { <span class="cluster">{links}</span> }
}

fn truth(here: &Here, shown: &Shown, undone: Option<&Shown>) -> impl IntoView + use<> {
    let kept = &shown.kept;
    let count = kept.messages.map_or_else(|| "All messages".to_owned(), |n| words::plural(n, "message", "messages"));
    let edited = (kept.edits > 0).then(|| {
        let edited = words::plural(kept.edits, "message edited", "messages edited");
        view! { <span>{edited}</span> }
    });
    let undoes = undone.map(|undone| takes_back(here, undone));
    let (started, now) = (kept.started_ms, here.now_ms);
    let ended = kept.ended.map(|ended| view! { <span>"ended " <Age at=ended.at_ms now/></span> });
    let goes_on = kept.is_open().then(|| view! { <span>"goes on when this page is closed"</span> });
    let (how, who) = (kept.how.clone(), kept.who.clone());
    view! {
        <p class="truth">
            <strong>{count}</strong>
            <span>{how}</span>
            {undoes}
            {edited}
            <span>"started " <Age at=started now/> " by " {who}</span>
            {ended}
            {goes_on}
        </p>
    }
}

/// What it takes back, with the way there.
pub fn takes_back(here: &Here, undone: &Shown) -> impl IntoView + use<> {
    let (kept, now) = (&undone.kept, here.now_ms);
    let href = paths::redrive(here.connection.name(), &kept.id);
    let (label, at, who) = (format!("the redrive of {}", kept.queue()), kept.started_ms, kept.who.clone());
    view! {
        <span>"takes back " <a href=href>{label}</a> ", started " <Age at now/> " by " {who}</span>
    }
}

/// Says that it does not survive the console, while there is something to survive for.
fn fleeting(here: &Here, state: State) -> Option<impl IntoView> {
    (state.is_open() && !here.connection.remembers()).then(|| {
        let title = "It ends with the console";
        view! {
            <Notice tone=Tone::Warn title>
                <p>{super::start::FORGETFUL}</p>
            </Notice>
        }
    })
}

/// Says why nothing happens where this process does not carry it out.
fn elsewhere(state: State) -> Option<impl IntoView> {
    (state == State::Elsewhere).then(|| {
        let title = "This console does not carry it out at the moment";
        view! {
            <Notice tone=Tone::Warn title>
                <p>
                    "It goes on with the next start of a console that keeps this data and may change queues. Everything that was sent is written down; nothing is sent twice for it."
                </p>
            </Notice>
        }
    })
}

/// How far it is, and the buttons.
fn progress(here: &Here, shown: &Shown, order: Option<&Order>, state: State) -> impl IntoView + use<> {
    let counts = &shown.counts;
    // One that could not begin again yet has counted nothing: the journal has.
    let counting = shown.live.as_ref().filter(|live| live.census.seen > 0 || counts.sent() == 0);
    let sent = counting.map_or(counts.sent(), |live| live.census.sent) as u64;
    let headline = counting.map_or_else(|| words(shown), Live::said);
    let (total, of) = (total(shown, sent), of(shown));
    let running = state.is_open();
    let live = shown.live.is_some();
    let waits = matches!(state, State::Waiting | State::Trying);
    let reload = (running && live).then_some(if waits { "going-on" } else { "" });
    let told = here.submission.as_deref().is_some_and(|submission| submission.done.is_some());
    let refresh = running.then(|| {
        let href = paths::redrive(here.connection.name(), &shown.kept.id);
        // What waits for somebody does so for long, unless it was told something a moment ago.
        let seconds = if state == State::Waiting && !told { 5 * REFRESH } else { REFRESH };
        view! { <Refresh href seconds/> }
    });
    // What has ended is told by the page itself.
    let progress = live.then(|| shown.kept.id.as_str().to_owned());
    let controls = pauses::controls(here, shown, order, state);
    let tone = waits.then_some(Tone::Warn);
    let meter = match tone {
        Some(tone) => view! { <Meter label="Messages sent" value=sent max=total tone/> }.into_any(),
        None => view! { <Meter label="Messages sent" value=sent max=total/> }.into_any(),
    };
    view! {
        <Section title="Progress">
            <div class="receiving" data-progress=progress data-reload=reload>
                {meter}
                <p class="cluster" role="status">
                    <span>
                        <strong data-progress-count="">{words::count(sent)}</strong>
                        {of}
                    </span>
                    <span class="soft" data-state="">
                        {headline}
                    </span>
                </p>
            </div>
            {refresh}
            {controls}
        </Section>
    }
}

/// How much there is to do, where that is known. How many a whole queue has is known once it was emptied.
fn total(shown: &Shown, sent: u64) -> Option<u64> {
    let emptied = matches!(shown.kept.ended.map(|ended| ended.how), Some(EndedHow::Finished { .. }));
    shown.kept.messages.or_else(|| emptied.then(|| sent.max(shown.counts.all() as u64)))
}

/// What stands behind the number of those that were sent.
fn of(shown: &Shown) -> String {
    let met = words::plural(shown.counts.all() as u64, "message", "messages");
    match (shown.kept.messages, shown.kept.ended.map(|ended| ended.how)) {
        (Some(messages), _) => format!(" of {} sent", words::count(messages)),
        (None, None) => " sent so far".to_owned(),
        (None, Some(EndedHow::Finished { .. })) => format!(" sent, of {met} that it found"),
        (None, Some(EndedHow::Cancelled)) => {
            format!(" sent, of {met} that it had found until it was cancelled; how many were left is not known")
        }
    }
}

/// What it came to, where nothing counts it live.
fn words(shown: &Shown) -> String {
    let counts = &shown.counts;
    let said = Standing::ALL.into_iter().map(|standing| (counts.of(standing), standing.words()));
    let said: Vec<_> = said
        .chain([(counts.came_back, "came back")])
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", words::count(n as u64)))
        .collect();
    if said.is_empty() { "nothing was there to move".to_owned() } else { said.join(", ") }
}

/// What is worth a notice once it has ended.
fn outcome(here: &Here, shown: &Shown) -> Vec<AnyView> {
    let Some(ended) = shown.kept.ended else { return Vec::new() };
    let counts = &shown.counts;
    let count = |n: usize| words::plural(n as u64, "message", "messages");
    let mut notices: Vec<(Tone, String, &'static str)> = Vec::new();
    if let EndedHow::Finished { may_remain: Some(remain @ 1..) } = ended.how {
        let title = format!("{} may remain in the queue", words::about(remain, "message", "messages"));
        notices.push((Tone::Warn, title, "Three long polls found nothing more, yet SQS counts some: in flight with a consumer, delayed, or the counters are behind."));
    }
    if counts.unknown > 0 {
        let title = format!("{} for somebody to decide", count(counts.unknown));
        let text = if shown.is_forgotten(here.now_ms) {
            "Nobody knows whether these were sent, or whether their copies are whole."
        } else {
            "Nobody knows whether these were sent, or whether their copies are whole. Each says below what to look for."
        };
        notices.push((Tone::Danger, title, text));
    }
    if counts.possible_duplicates > 0 {
        let title = format!("{} may be there twice", count(counts.possible_duplicates));
        let text = if shown.is_forgotten(here.now_ms) {
            "A second copy may have arrived, or the original may be here still beside its copy."
        } else {
            "A second copy may have arrived, or the original may be here still beside its copy. Each says below which it is."
        };
        notices.push((Tone::Warn, title, text));
    }
    if counts.came_back > 0 {
        let title = format!("{} came back", count(counts.came_back));
        notices.push((
            Tone::Warn,
            title,
            "Their copies failed again while this redrive ran. They are in the queue again, as new messages.",
        ));
    }
    notices
        .into_iter()
        .map(|(tone, title, text)| view! { <Notice tone title><p>{text}</p></Notice> }.into_any())
        .collect()
}
