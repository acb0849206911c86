//! All attributes of a queue in human units, the unknown ones too, and its tags.

use leptos::prelude::*;

use crate::model::queue::Encryption;
use crate::model::words;
use crate::server::services::queues::Details;
use crate::ui::parts::{Age, Copy, Empty, Fact, Facts, FailureNotice, Glyph, Section};

/// What the queue is called elsewhere.
pub fn identity(details: &Details) -> impl IntoView + use<> {
    let arn = details.attributes.arn.as_ref().map(ToString::to_string);
    let url = details.url.to_string();
    let policy = details.attributes.policy.clone();
    view! {
        <Section title="Addresses">
            <Facts>
                {arn.map(|arn| view! { <Fact label="ARN"><Copy label="ARN" value=arn/></Fact> })}
                <Fact label="URL">
                    <Copy label="URL" value=url/>
                </Fact>
                {policy.map(|policy| view! { <Fact label="Access policy"><Copy label="access policy" value=policy/></Fact> })}
            </Facts>
        </Section>
    }
}

/// The settings, and what SQS says that this program does not know.
pub fn settings(details: &Details, now_ms: i64) -> impl IntoView + use<> {
    let attributes = &details.attributes;
    let seconds = |value: u32| words::seconds(u64::from(value));
    let encryption = match &attributes.encryption {
        Encryption::None => "None".to_owned(),
        Encryption::SseSqs => "SSE-SQS (a key that SQS owns)".to_owned(),
        Encryption::Kms { key, reuse_seconds } => {
            format!("SSE-KMS with {key}, data key reused for {}", seconds(*reuse_seconds))
        }
    };
    let fifo = attributes.fifo.clone().map(|fifo| {
        let scope = fifo.deduplication_scope.unwrap_or_else(|| "queue".into());
        let limit = fifo.throughput_limit.unwrap_or_else(|| "perQueue".into());
        view! {
            <Fact label="Content-based deduplication">{if fifo.content_based_deduplication { "On" } else { "Off" }}</Fact>
            <Fact label="Deduplication scope">{scope}</Fact>
            <Fact label="Throughput limit">{limit}</Fact>
        }
    });
    let moment = move |at: Option<i64>| at.map(|seconds| view! { <Age at=seconds * 1_000 now=now_ms/> });
    let [visibility, retention, delay, wait] =
        [attributes.visibility_timeout, attributes.retention, attributes.delay, attributes.receive_wait].map(seconds);
    let size = words::bytes(u64::from(attributes.maximum_message_size));
    let (created, modified) = (moment(attributes.created), moment(attributes.modified));
    let unknown: Vec<_> = attributes
        .unknown
        .iter()
        .map(|(name, value)| {
            let (name, value) = (name.clone(), value.clone());
            view! { <Fact label=name><code>{value}</code></Fact> }
        })
        .collect();
    view! {
        <Section title="Attributes">
            <Facts>
                <Fact label="Visibility timeout">{visibility}</Fact>
                <Fact label="Retention">{retention}</Fact>
                <Fact label="Delay">{delay}</Fact>
                <Fact label="Receive wait">{wait}</Fact>
                <Fact label="Maximum message size">{size}</Fact>
                <Fact label="Encryption">{encryption}</Fact>
                {fifo}
                <Fact label="Created">{created}</Fact>
                <Fact label="Settings changed">{modified}</Fact>
                {unknown}
            </Facts>
        </Section>
    }
}

/// The tags.
pub fn tags(details: &Details) -> impl IntoView + use<> {
    let body = match &details.tags {
        Err(failure) => {
            let failure = failure.clone();
            view! { <FailureNotice failure/> }.into_any()
        }
        Ok(tags) if tags.is_empty() => view! { <Empty glyph=Glyph::Info title="No tags"/> }.into_any(),
        Ok(tags) => {
            let facts: Vec<_> = tags
                .iter()
                .map(|(key, value)| {
                    let (key, value) = (key.clone(), value.clone());
                    view! { <Fact label=key>{value}</Fact> }
                })
                .collect();
            view! { <Facts>{facts}</Facts> }.into_any()
        }
    };
    view! { <Section title="Tags">{body}</Section> }
}
