//! One queue: its live numbers, what it is, where its failures go, and what is odd about it.

mod attributes;
pub mod head;

use leptos::prelude::*;

use super::{Here, Page, done, page};
use crate::model::health::{Lint, Severity};
use crate::model::paths::{self, QueuePage};
use crate::model::policy::RedriveAllowPolicy;
use crate::model::queue::Counter;
use crate::model::{ConnectionName, Failure, QueueArn, QueueName};
use crate::server::services::queues::Details;
use crate::ui::parts::{
    Fact, Facts, FailureNotice, Figure, Figures, Glyph, LinkButton, LiveCount, Notice, Section, Spark, Tone, Variant,
};

/// A queue.
#[component]
pub fn OverviewPage() -> impl IntoView {
    page(overview)
}

async fn overview(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let details = here.connection.details(&queue).await?;
    let name = here.connection.name();
    let is_dlq =
        details.sources.as_ref().map_or_else(|_| here.connection.is_dead_letter_queue(&queue), |s| !s.is_empty());
    let body = view! {
        {head::head(name, &queue, QueuePage::Overview, is_dlq)}
        {done::notice(&here)}
        {figures(&queue, &details, here.now_ms)}
        {lints(&details.lints)}
        <div class="split">
            {failures(name, &queue, &details, is_dlq)}
            {attributes::identity(&details)}
        </div>
        <div class="split">{attributes::settings(&details, here.now_ms)} {attributes::tags(&details)}</div>
    };
    Ok(Page::new(queue.to_string(), body).about(&queue))
}

fn figures(queue: &QueueName, details: &Details, now: i64) -> impl IntoView + use<> {
    let depth = details.attributes.depth;
    let samples = details.row.as_ref().map(|row| row.series.recent(now).to_vec()).unwrap_or_default();
    let name = queue.to_string();
    let [visible, in_flight, delayed] =
        Counter::ALL.map(|which| view! { <LiveCount queue=name.clone() which value=Some(which.of(depth))/> });
    let spark = {
        let queue = name.clone();
        move || view! { <Spark samples now label="Visible messages over the last 30 minutes" queue large=true/> }
    };
    view! {
        <Figures>
            <Figure label="Visible" spark>
                {visible}
            </Figure>
            <Figure label="In flight">{in_flight}</Figure>
            <Figure label="Delayed">{delayed}</Figure>
        </Figures>
    }
}

/// What is odd about a queue, a notice each; the settings use it for what would become odd.
pub fn lints(lints: &[Lint]) -> impl IntoView + use<> {
    lints
        .iter()
        .map(|lint| {
            let tone = match lint.severity {
                Severity::Note => Tone::Info,
                Severity::Warning => Tone::Warn,
                Severity::Danger => Tone::Danger,
            };
            view! { <Notice tone title=lint.sentence.clone()/> }
        })
        .collect::<Vec<_>>()
}

/// Where failures go, and whose failures arrive, in words.
fn failures(connection: &ConnectionName, queue: &QueueName, details: &Details, is_dlq: bool) -> impl IntoView + use<> {
    let to = |name: &QueueName, page| paths::queue(connection, name, page);
    let link = |name: &QueueName| {
        let (href, name) = (to(name, QueuePage::Overview), name.to_string());
        view! { <a href=href>{name}</a> }
    };
    let goes = match &details.attributes.redrive_policy {
        Some(policy) => {
            let target = policy.dead_letter_target.name();
            let value = details.dead;
            let count =
                value.map(|_| view! { <LiveCount queue=target.to_string() which=Counter::Visible value/> });
            view! {
                <p>
                    "A message that was received " <strong>{policy.max_receive_count}</strong>
                    {if policy.max_receive_count == 1 { " time" } else { " times" }}
                    " without being deleted goes to " {link(&target)} " " {count}
                </p>
            }
            .into_any()
        }
        None if is_dlq => view! {
            <p>"Messages stay until they are redriven, deleted or expire: a dead-letter queue needs none of its own."</p>
        }
        .into_any(),
        None => view! {
            <p>
                "Failures are never set aside. " <a href=to(queue, QueuePage::Settings)>"Add a dead-letter queue"</a>
            </p>
        }
        .into_any(),
    };
    let comes = match &details.sources {
        Err(failure) => {
            let failure = failure.clone();
            Some(view! { <FailureNotice failure/> }.into_any())
        }
        Ok(sources) if sources.is_empty() => None,
        Ok(sources) => {
            let links: Vec<_> = sources.iter().map(|source| view! { <li>{link(source)}</li> }).collect();
            let redrive = to(queue, QueuePage::Redrive);
            Some(
                view! {
                    <p>"Dead-letter queue of"</p>
                    <ul>{links}</ul>
                    <p>
                        <LinkButton href=redrive glyph=Glyph::Redrive variant=Variant::Primary>
                            "Redrive…"
                        </LinkButton>
                    </p>
                }
                .into_any(),
            )
        }
    };
    let allow = details.attributes.redrive_allow_policy.as_ref().map(allowance);
    view! {
        <Section title="Failures">
            <div class="fate">{goes} {comes}</div>
            {allow.map(|words| view! { <Facts><Fact label="Redrive-allow policy">{words}</Fact></Facts> })}
        </Section>
    }
}

fn allowance(policy: &RedriveAllowPolicy) -> String {
    match policy {
        RedriveAllowPolicy::AllowAll => "Any queue may use it as its dead-letter queue.".into(),
        RedriveAllowPolicy::DenyAll => "No queue may use it as its dead-letter queue.".into(),
        RedriveAllowPolicy::ByQueue(arns) => {
            let names: Vec<String> = arns.iter().map(QueueArn::name).map(String::from).collect();
            format!("Only these may use it as their dead-letter queue: {}.", names.join(", "))
        }
    }
}
