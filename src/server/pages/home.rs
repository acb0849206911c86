//! Home: what needs attention, and all queues.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Here, Page, page, redrives};
use crate::model::listing::{ATTENTION, Column as By, ListQuery, Row};
use crate::model::paths::{self, QueuePage};
use crate::model::queue::Counter;
use crate::model::{ConnectionName, Failure, QueueArn, words};
use crate::server::services::overview::{Attention, Overview};
use crate::server::services::poller::{Census, Liveness, QueueRow};
use crate::server::services::redrive::selective::Shown;
use crate::ui::parts::{
    Cell, CellKind, Column, Empty, FailureNotice, Glyph, KindBadge, LinkButton, LiveCount, Meter, NameCell, Notice,
    Order, Pagination, SearchField, Section, Spark, Table, Tip, Tone, Variant,
};

/// How old the numbers of a page may be, milliseconds.
const FRESH_MS: i64 = 10_000;

/// All queues of a connection.
#[component]
pub fn HomePage() -> impl IntoView {
    page(home)
}

async fn home(here: Here) -> Result<Page, Failure> {
    let census = here.connection.poller().fresh(FRESH_MS).await?;
    let overview = Overview::of(census);
    let query = ListQuery::read(|name| here.query.get(name));
    let name = here.connection.name().clone();
    let now = here.services.now_ms();
    let selected = query.select(overview.rows());
    let shown = query.page_of(&selected).0.iter().filter_map(|row| overview.census().rows.get(&row.name));
    let selective = here.connection.open_selectives().await.unwrap_or_default();
    let read_at = shown.filter_map(|row| row.read_at).min();
    let body = view! {
        <h1 class="visually-hidden">"Queues"</h1>
        {trouble(overview.census())}
        {super::done::notice(&here)}
        {attention(&name, &overview.attention(), now)}
        {redriving(&here, &overview, &selective)}
        {all(&name, &overview, &query, now)}
    };
    let listed =
        paths::with_query("", &[("filter", &query.filter), ("sort", &query.sort_key()), ("page", &here.query("page"))]);
    Ok(Page::new("Queues", body).read_at(read_at).listing(listed.trim_start_matches('?').to_owned()))
}

/// Why the numbers below may be old, or the list wrong.
fn trouble(census: &Census) -> Option<AnyView> {
    match (&census.liveness, &census.list_failure) {
        (Liveness::Offline(failure), _) | (_, Some(failure)) => {
            let failure = failure.clone();
            Some(view! { <FailureNotice failure/> }.into_any())
        }
        (Liveness::Behind, None) => {
            let title = "The numbers come later than they should";
            let notice = view! {
                <Notice tone=Tone::Warn title>
                    <p>"SQS throttles this account or answers slowly. The console asks less often until that ends."</p>
                </Notice>
            };
            Some(notice.into_any())
        }
        _ => None,
    }
}

fn attention(connection: &ConnectionName, found: &[Attention], now: i64) -> impl IntoView + use<> {
    let rows: Vec<_> =
        found.iter().take(ATTENTION).map(|attention| attention_row(connection, attention, now)).collect();
    let more = found.len().checked_sub(ATTENTION + 1).map(|beyond| {
        let pairs = [("filter", "is:dlq visible>0"), ("sort", "-visible")];
        let href = paths::with_query(&paths::home(connection), &pairs);
        view! {
            <p>
                <a href=href>{format!("{} more", words::count(beyond as u64 + 1))}</a>
            </p>
        }
    });
    let note = words::plural(found.len() as u64, "dead-letter queue", "dead-letter queues");
    (!found.is_empty()).then(|| {
        let columns = vec![
            Column::new("Dead-letter queue", CellKind::Name),
            Column::new("Messages", CellKind::Number),
            Column::new("30 min", CellKind::Plain),
            Column::new("From", CellKind::Text),
            Column::new("Kept for", CellKind::Number),
            Column::unseen("Actions", CellKind::Actions),
        ];
        view! {
            <Section title="Needs attention" note>
                <Table caption="Dead-letter queues with messages" columns>
                    {rows}
                </Table>
                {more}
            </Section>
        }
    })
}

fn attention_row(connection: &ConnectionName, attention: &Attention, now: i64) -> impl IntoView + use<> {
    let row = &attention.row;
    let href = |page| paths::queue(connection, &row.name, page);
    let sources: Vec<_> = attention
        .sources
        .iter()
        .enumerate()
        .map(|(i, source)| {
            let href = paths::queue(connection, source, QueuePage::Overview);
            view! {
                {(i > 0).then_some(", ")}
                <a href=href>{source.to_string()}</a>
            }
        })
        .collect();
    let kept = row.attributes.as_ref().map(|attributes| words::seconds(u64::from(attributes.retention)));
    let (overview, messages, redrive) =
        (href(QueuePage::Overview), href(QueuePage::Messages), href(QueuePage::Redrive));
    let (name, visible, spark) =
        (row.name.to_string(), counter(row, Counter::Visible, now), spark(row, Some(Tone::Warn), now));
    view! {
        <tr data-row="">
            <NameCell>
                <a href=overview data-open="">
                    {name}
                </a>
            </NameCell>
            <Cell label="Messages" kind=CellKind::Number>
                {visible}
            </Cell>
            <Cell label="30 min">{spark}</Cell>
            <Cell label="From" kind=CellKind::Text>
                {sources}
            </Cell>
            <Cell label="Kept for" kind=CellKind::Number>
                {kept}
            </Cell>
            <Cell kind=CellKind::Actions>
                <LinkButton href=messages variant=Variant::Plain small=true glyph=Glyph::Look>
                    "Look"
                </LinkButton>
                <LinkButton href=redrive variant=Variant::Plain small=true glyph=Glyph::Redrive>
                    "Redrive…"
                </LinkButton>
            </Cell>
        </tr>
    }
}

/// The redrives that SQS is working on, and those of this console.
fn redriving(here: &Here, overview: &Overview, selective: &[Shown]) -> Option<impl IntoView + use<>> {
    let connection = here.connection.name();
    let own = redrives::list::running(here, selective);
    let running: Vec<_> = overview
        .census()
        .running_tasks()
        .map(|(queue, task)| {
            let (name, href) = (queue.to_string(), paths::queue(connection, queue, QueuePage::Redrive));
            let label = name.clone();
            let started = task.started;
            let (moved, max) = (task.moved, task.to_move.unwrap_or_default().max(task.moved));
            let words = super::redrive::moved(task);
            let pace = overview.census().tasks.get(queue).map(|tasks| tasks.pace(task)).unwrap_or_default();
            view! {
                <div class="running" data-task=name data-started=started>
                    <a href=href>{label}</a>
                    <Meter value=moved max label="Messages moved"/>
                    <span class="nowrap">
                        <span data-moved="">{words}</span>
                        " "
                        <span class="soft" data-pace="">{pace}</span>
                    </span>
                </div>
            }
        })
        .collect();
    let all = paths::redrives(connection);
    let action = || view! { <a href=all>"All redrives"</a> };
    (!running.is_empty() || !own.is_empty())
        .then(|| view! { <Section title="Redriving" action>{own} {running}</Section> })
}

fn all(connection: &ConnectionName, overview: &Overview, query: &ListQuery, now: i64) -> impl IntoView + use<> {
    let selected = query.select(overview.rows());
    let total = overview.census().rows.len() as u64;
    let (shown, number, pages) = query.page_of(&selected);
    let first = selected.len().min((number - 1) * crate::model::listing::PAGE + 1) as u64;
    let last = first + (shown.len() as u64).saturating_sub(1);
    let rows: Vec<_> = shown.iter().filter_map(|row| queue_row(connection, overview, row, now)).collect();
    let at = |page: usize| {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let pairs = [("filter", query.filter.as_str()), ("sort", &query.sort_key()), ("page", &page)];
        paths::with_query(&paths::home(connection), &pairs)
    };
    let note = if selected.len() as u64 == total {
        words::count(total)
    } else {
        format!("{} of {}", words::count(selected.len() as u64), words::count(total))
    };
    let columns = columns(connection, query);
    let table = match (total, shown.is_empty()) {
        (0, _) => no_queues(connection).into_any(),
        (_, true) => no_match(connection, &query.filter).into_any(),
        _ => view! {
            <Table caption="All queues" columns>
                {rows}
            </Table>
            {(pages > 1)
                .then(|| {
                    view! {
                        <Pagination
                            first
                            last
                            total=selected.len() as u64
                            previous=(number > 1).then(|| at(number - 1))
                            next=(number < pages).then(|| at(number + 1))
                        />
                    }
                })}
        }
        .into_any(),
    };
    let new_queue = paths::new_queue(connection);
    let (filter, sort, home) = (query.filter.clone(), query.sort_key(), paths::home(connection));
    view! {
        <section class="section">
            <div class="toolbar" data-list="">
                <h2>"All queues"</h2>
                <span class="section-note">{note}</span>
                <form method="get" action=home data-filter="">
                    {(!sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=sort/> })}
                    <SearchField
                        name="filter"
                        label="Filter queues"
                        value=filter
                        placeholder="name, is:fifo, is:dlq, dlq:no, visible>100"
                        key="/"
                    />
                </form>
                <LinkButton href=new_queue variant=Variant::Primary glyph=Glyph::Plus>
                    "New queue"
                </LinkButton>
            </div>
            {table}
        </section>
    }
}

fn columns(connection: &ConnectionName, query: &ListQuery) -> Vec<Column> {
    let sorted = |by: By| {
        let order = (query.sort == by).then_some(if query.descending { Order::Descending } else { Order::Ascending });
        let numbers_first = !matches!(by, By::Name | By::Type);
        let descending = match order {
            Some(Order::Ascending) => true,
            Some(Order::Descending) => false,
            None => numbers_first,
        };
        let next = ListQuery { sort: by, descending, ..ListQuery::default() }.sort_key();
        let pairs = [("filter", query.filter.as_str()), ("sort", next.as_str())];
        (paths::with_query(&paths::home(connection), &pairs), order)
    };
    let column = |label: &str, kind, by| {
        let (href, order) = sorted(by);
        Column::new(label, kind).sort(href, order)
    };
    vec![
        column("Name", CellKind::Name, By::Name),
        column("Type", CellKind::Plain, By::Type),
        column("Visible", CellKind::Number, By::Visible),
        column("In flight", CellKind::Number, By::InFlight),
        column("Delayed", CellKind::Number, By::Delayed),
        Column::new("30 min", CellKind::Plain),
        column("Dead letters", CellKind::Plain, By::Dead),
        column("Visibility", CellKind::Number, By::Visibility),
        column("Retention", CellKind::Number, By::Retention),
    ]
}

fn queue_row(connection: &ConnectionName, overview: &Overview, row: &Row, now: i64) -> Option<impl IntoView + use<>> {
    let known = overview.census().rows.get(&row.name)?;
    let lints = known.attributes.as_ref().map(|attributes| overview.lints(&row.name, attributes)).unwrap_or_default();
    let sentences: Vec<String> = lints.into_iter().map(|lint| lint.sentence).collect();
    let seconds = |value: Option<u32>| value.map(|seconds| words::seconds(u64::from(seconds)));
    let failed = known.failure.as_ref().map(Failure::title);
    let (name, href) = (row.name.to_string(), paths::queue(connection, &row.name, QueuePage::Overview));
    let kind = row.name.kind();
    let [visible, in_flight, delayed] = Counter::ALL.map(|which| counter(known, which, now));
    let (spark, dead) = (spark(known, None, now), dead(connection, overview, known, now));
    let (visibility, retention) = (seconds(row.visibility_timeout), seconds(row.retention));
    Some(view! {
        <tr data-row="">
            <NameCell>
                <a href=href data-open="">
                    {name}
                </a>
                {failed.map(|text| view! { <Tip glyph=Glyph::Error text tone=Tone::Danger/> })}
                {(!sentences.is_empty())
                    .then(|| view! { <Tip glyph=Glyph::Warning text=sentences.join(" ") tone=Tone::Warn/> })}
            </NameCell>
            <Cell label="Type">
                <KindBadge kind/>
            </Cell>
            <Cell label="Visible" kind=CellKind::Number>
                {visible}
            </Cell>
            <Cell label="In flight" kind=CellKind::Number>
                {in_flight}
            </Cell>
            <Cell label="Delayed" kind=CellKind::Number>
                {delayed}
            </Cell>
            <Cell label="30 min">{spark}</Cell>
            <Cell label="Dead letters">{dead}</Cell>
            <Cell label="Visibility" kind=CellKind::Number>
                {visibility}
            </Cell>
            <Cell label="Retention" kind=CellKind::Number>
                {retention}
            </Cell>
        </tr>
    })
}

/// Where the failures of a queue go, and how many are there.
fn dead(connection: &ConnectionName, overview: &Overview, row: &QueueRow, now: i64) -> AnyView {
    if row.attributes.is_none() {
        return view! { <span class="soft">"–"</span> }.into_any();
    }
    let Some(target) = row.dead_letter_target() else {
        let of_sources = !overview.sources_of(row).is_empty();
        let word = if of_sources { "is one" } else { "none" };
        return view! { <span class="soft">{word}</span> }.into_any();
    };
    let elsewhere = |own: &QueueArn| (own.account(), own.region()) != (target.account(), target.region());
    if row.arn().is_some_and(elsewhere) {
        return view! { <span class="mono">{target.to_string()}</span> }.into_any();
    }
    let name = target.name();
    let count = overview.dead_letter_queue_of(row).map(|dlq: &Arc<QueueRow>| counter(dlq, Counter::Visible, now));
    view! {
        <a href=paths::queue(connection, &name, QueuePage::Overview)>{name.to_string()}</a>
        " "
        {count}
    }
    .into_any()
}

fn counter(row: &QueueRow, which: Counter, now: i64) -> impl IntoView + use<> {
    let value = row.attributes.as_ref().map(|attributes| which.of(attributes.depth));
    view! { <LiveCount queue=row.name.to_string() which value stale=row.is_stale(now)/> }
}

fn spark(row: &QueueRow, tone: Option<Tone>, now: i64) -> impl IntoView + use<> {
    let samples = row.series.recent(now).to_vec();
    let counts = || samples.iter().map(|(_, count)| *count);
    let label = match (counts().min(), counts().max(), counts().next_back()) {
        (Some(least), Some(most), Some(newest)) => format!(
            "Visible, last 30 minutes: {} to {}, now {}",
            words::count(least),
            words::count(most),
            words::count(newest)
        ),
        _ => "Visible, last 30 minutes: not known yet".to_owned(),
    };
    view! { <Spark samples now label queue=row.name.to_string() tone=tone.unwrap_or_default()/> }
}

fn no_queues(connection: &ConnectionName) -> impl IntoView + use<> {
    let href = paths::new_queue(connection);
    view! {
        <Empty glyph=Glyph::Queue title="There are no queues here" text="This account has none in this region.">
            <LinkButton href glyph=Glyph::Plus>
                "New queue"
            </LinkButton>
        </Empty>
    }
}

fn no_match(connection: &ConnectionName, filter: &str) -> impl IntoView + use<> {
    let href = paths::home(connection);
    view! {
        <Empty glyph=Glyph::Search title=format!("No queue matches “{filter}”")>
            <LinkButton href>"Show all queues"</LinkButton>
        </Empty>
    }
}
