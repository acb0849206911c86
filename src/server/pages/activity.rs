//! Activity: every change made through the console, written down before it happened.

use leptos::prelude::*;

use super::{Here, Page, page};
use crate::model::activity::{Detail, Outcome};
use crate::model::paths::{self, QueuePage};
use crate::model::{Activity, ConnectionName, Failure, Verb, words};
use crate::server::services::activity::{Filter, Log};
use crate::ui::parts::{
    Age, Badge, Button, Cell, CellKind, Column, Copy, Empty, Fact, Facts, Glyph, LinkButton, NameCell, PageHead,
    SearchField, Section, Table, Tone, Variant,
};

/// The audit log.
#[component]
pub fn ActivityPage() -> impl IntoView {
    page(activity)
}

async fn activity(here: Here) -> Result<Page, Failure> {
    let filter = Filter::read(|name| here.query.get(name));
    let log = here.connection.activity(&filter).await?;
    let connection = here.connection.name();
    let kept = if here.connection.remembers() {
        "Kept in the data directory, in SQLite."
    } else {
        "Kept in memory until the console stops. Start it with --data DIR to keep it."
    };
    let crumbs = vec![("Queues".to_owned(), paths::home(connection))];
    let deleted = paths::deleted(connection, None, None);
    let note = words::plural(log.total, "change", "changes");
    let (toolbar, entries) = (toolbar(connection, &filter), entries(connection, &filter, &log, here.now_ms));
    let body = view! {
        <PageHead title="Activity" crumbs/>
        <Section title="Changes made through this console" note>
            {toolbar}
            {entries}
            <p class="soft">
                "Each is written down before it happens. " {kept} " Copies of what was deleted: "
                <a href=deleted>"Recently deleted"</a>
            </p>
        </Section>
    };
    Ok(Page::new("Activity", body))
}

fn toolbar(connection: &ConnectionName, filter: &Filter) -> impl IntoView + use<> {
    let verbs: Vec<_> = Verb::ALL
        .into_iter()
        .map(|verb| {
            let selected = filter.verb == Some(verb);
            view! { <option value=verb.key() selected=selected>{verb.words()}</option> }
        })
        .collect();
    let (text, queue, all) = (filter.text.clone(), filter.queue.clone(), paths::activity(connection));
    let clear = (!filter.is_empty()).then(|| all.clone());
    view! {
        <div class="toolbar">
            <form class="activity-filter" method="get" action=all>
                <SearchField
                    name="text"
                    label="Search the activity"
                    value=text
                    placeholder="Who, facts, command, code or request id"
                    key="/"
                />
                <select class="input" name="verb" aria-label="What was done">
                    <option value="">"Every change"</option>
                    {verbs}
                </select>
                <input
                    class="input"
                    name="queue"
                    value=queue
                    placeholder="Queue"
                    aria-label="Queue"
                    autocomplete="off"
                    spellcheck="false"
                    data-mono=""
                />
                <Button>"Filter"</Button>
            </form>
            {clear.map(|href| view! { <LinkButton href variant=Variant::Plain>"Clear"</LinkButton> })}
        </div>
    }
}

fn entries(connection: &ConnectionName, filter: &Filter, log: &Log, now_ms: i64) -> AnyView {
    let all = paths::activity(connection);
    if log.entries.is_empty() && filter.is_empty() && filter.before.is_none() {
        let home = paths::home(connection);
        return view! {
            <Empty
                glyph=Glyph::Activity
                title="Nothing was changed yet"
                text="Whatever is sent, received, changed or deleted through this console appears here, with its command."
            >
                <LinkButton href=home>"All queues"</LinkButton>
            </Empty>
        }
        .into_any();
    }
    if log.entries.is_empty() {
        return view! {
            <Empty glyph=Glyph::Search title="No change matches">
                <LinkButton href=all>"Show all activity"</LinkButton>
            </Empty>
        }
        .into_any();
    }
    let columns = vec![
        Column::new("Change", CellKind::Name),
        Column::new("Queue", CellKind::Plain),
        Column::new("When", CellKind::Plain),
        Column::new("Outcome", CellKind::Plain),
        Column::new("Who", CellKind::Plain),
        Column::new("Facts", CellKind::Text),
    ];
    let rows: Vec<_> = log.entries.iter().map(|activity| row(connection, activity, now_ms)).collect();
    view! {
        <Table caption="Changes, newest first" columns>
            {rows}
        </Table>
        {turn(&all, filter, log)}
    }
    .into_any()
}

/// The way to what is older, and back to the newest.
fn turn(all: &str, filter: &Filter, log: &Log) -> impl IntoView + use<> {
    let at = |before: &str| {
        let verb = filter.verb.map_or("", Verb::key);
        paths::with_query(all, &[("text", &filter.text), ("verb", verb), ("queue", &filter.queue), ("before", before)])
    };
    let newest = filter.before.map(|_| at(""));
    let older = log.older.map(|before| at(&before.to_string()));
    (newest.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pagination" aria-label="Pages of this list">
                {newest.map(|href| view! { <LinkButton href small=true>"Newest"</LinkButton> })}
                {older.map(|href| view! { <LinkButton href small=true>"Older"</LinkButton> })}
            </nav>
        }
    })
}

fn row(connection: &ConnectionName, activity: &Activity, now_ms: i64) -> impl IntoView + use<> {
    let entry = &activity.entry;
    let queue = entry.queue.as_ref().map(|name| {
        let (href, name) = (paths::queue(connection, name, QueuePage::Overview), name.to_string());
        view! { <a href=href>{name}</a> }
    });
    let (verb, at, who) = (entry.verb.words(), entry.at_ms, entry.who.clone());
    let (outcome, opened) = (outcome(activity), opened(activity));
    view! {
        <tr data-row="">
            <NameCell>{verb}</NameCell>
            <Cell label="Queue">{queue}</Cell>
            <Cell label="When">
                <Age at now=now_ms/>
            </Cell>
            <Cell label="Outcome">{outcome}</Cell>
            <Cell label="Who">{who}</Cell>
            <Cell label="Facts" kind=CellKind::Text>
                {opened}
            </Cell>
        </tr>
    }
}

fn outcome(activity: &Activity) -> impl IntoView + use<> {
    let (tone, glyph, word) = match &activity.outcome {
        None => (Tone::Info, Glyph::Clock, "Under way".to_owned()),
        Some(Outcome::Succeeded { .. }) => (Tone::Ok, Glyph::Check, "Done".to_owned()),
        Some(Outcome::Failed { code, .. }) if code.as_str().is_empty() => {
            (Tone::Danger, Glyph::Error, "Failed".to_owned())
        }
        Some(Outcome::Failed { code, .. }) => (Tone::Danger, Glyph::Error, code.to_string()),
        Some(Outcome::Unknown { .. }) => (Tone::Warn, Glyph::Warning, "Unknown".to_owned()),
    };
    view! {
        <Badge tone glyph>
            {word}
        </Badge>
    }
}

/// The facts in a line; opened, the moment, the request and the command.
fn opened(activity: &Activity) -> impl IntoView + use<> {
    let summary = Some(facts(&activity.entry.detail)).filter(|text| !text.is_empty());
    let result = match &activity.outcome {
        Some(Outcome::Succeeded { detail, .. }) if !detail.is_empty() => Some(facts(detail)),
        _ => None,
    };
    let meaning = match &activity.outcome {
        None => Some("Written down before the change; its answer has not come yet."),
        Some(Outcome::Unknown { code: None, .. }) => {
            Some("The console stopped before the answer came: it may or may not have happened.")
        }
        Some(Outcome::Unknown { .. }) => Some("The answer was lost: it may or may not have happened."),
        _ => None,
    };
    let request = activity.outcome.as_ref().and_then(Outcome::request_id).map(str::to_owned);
    let took = activity
        .finished_ms
        .map(|end| format!("{}\u{A0}ms", words::count((end - activity.entry.at_ms).max(0).unsigned_abs())));
    let (at, line) = (words::moment(activity.entry.at_ms), activity.entry.cli.clone());
    let outcome = activity.outcome_words();
    view! {
        <details>
            <summary>{summary.unwrap_or_else(|| "Command and request".to_owned())}</summary>
            <div class="change">
                <Facts>
                    <Fact label="Time">{at}</Fact>
                    <Fact label="Outcome">{outcome}</Fact>
                    {meaning.map(|meaning| view! { <Fact label="Meaning">{meaning}</Fact> })}
                    {result.map(|result| view! { <Fact label="Result">{result}</Fact> })}
                    {took.map(|took| view! { <Fact label="Took">{took}</Fact> })}
                    {request
                        .map(|id| {
                            view! {
                                <Fact label="AWS request id">
                                    <Copy label="request id" value=id/>
                                </Fact>
                            }
                        })}
                    <Fact label="Command">
                        <Copy label="command" value=line/>
                    </Fact>
                </Facts>
            </div>
        </details>
    }
}

/// `to orders · visible 3`.
fn facts(detail: &Detail) -> String {
    detail.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(" · ")
}
