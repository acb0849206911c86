//! What to know before the click.

use leptos::prelude::*;

use crate::model::paths::{self, QueuePage};
use crate::model::queue::Counter;
use crate::model::redrive::preflight::{Finding, Severity};
use crate::model::{ConnectionName, Failure, QueueName};
use crate::server::services::redrive::Redrivable;
use crate::ui::parts::{Glyph, Icon, LiveCount, Section, Tone};

pub(super) fn before(connection: &ConnectionName, redrivable: &Redrivable) -> impl IntoView + use<> {
    let facts = &redrivable.facts;
    let name = facts.queue.to_string();
    let visible = facts.attributes.depth.visible;
    let sources: Vec<_> = facts
        .sources
        .iter()
        .flatten()
        .enumerate()
        .map(|(i, source): (usize, &QueueName)| {
            let href = paths::queue(connection, source, QueuePage::Overview);
            view! {
                {(i > 0).then_some(", ")}
                <a href=href>{source.to_string()}</a>
            }
        })
        .collect();
    let of = (!sources.is_empty()).then(|| view! { ", dead letters of " {sources} });
    let findings: Vec<_> = redrivable.findings.iter().map(finding).collect();
    let blocked = redrivable.obstacle().is_some();
    let warned = redrivable.findings.iter().filter(|finding| finding.severity == Severity::Warns).count();
    let note = match (blocked, warned) {
        (true, _) => "it cannot be started now".to_owned(),
        (false, 0) => "nothing known speaks against it".to_owned(),
        (false, 1) => "one thing may go wrong".to_owned(),
        (false, n) => format!("{n} things may go wrong"),
    };
    view! {
        <div id="before">
            <Section title="Before you start" note>
                <p>
                    "Messages visible in this queue: "
                    <LiveCount queue=name which=Counter::Visible value=Some(visible)/>
                    {of}
                    "."
                </p>
                <ul class="findings">{findings}</ul>
                <h3>"What a redrive does"</h3>
                <ul>
                    <li>"SQS moves all of them, oldest first, mixed with what is being sent."</li>
                    <li>"Each gets a new message id, a new retention and a receive count of 0."</li>
                    <li>"Consumers that still fail will send them back here."</li>
                    <li>"SQS does it by itself: this page, and this console, can be closed."</li>
                </ul>
            </Section>
        </div>
    }
}

fn finding(finding: &Finding) -> impl IntoView + use<> {
    let (tone, glyph, word) = match finding.severity {
        Severity::Blocks => (Tone::Danger, Glyph::Error, "Prevents it: "),
        Severity::Warns => (Tone::Warn, Glyph::Warning, "May go wrong: "),
        Severity::Tells => (Tone::Neutral, Glyph::Info, ""),
    };
    let (sentence, advice) = (finding.sentence.clone(), finding.advice.clone());
    let page = finding.failure.as_ref().and_then(Failure::page);
    let page = page.map(|(href, label)| view! { " " <a href=href>{label}</a> });
    view! {
        <li class="finding" data-tone=tone.as_str()>
            <Icon glyph/>
            <div>
                <span class="visually-hidden">{word}</span>
                {sentence}
                {(!advice.is_empty()).then(|| view! { <span class="soft">" " {advice}</span> })}
                {page}
            </div>
        </li>
    }
}
