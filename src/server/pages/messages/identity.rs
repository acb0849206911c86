//! What a message is known by elsewhere: digests of its body, its trace, and the address of its page.

use axum::http::header::HOST;
use axum::http::request::Parts;
use leptos::prelude::*;

use crate::model::Message;
use crate::server::pages::Here;
use crate::server::services::messages::digests::Digests;
use crate::ui::parts::{Copy, CopyButton, Fact, Facts, Section};

/// Digests and address, and the trace where there is one.
pub(super) fn section(here: &Here, message: &Message, page: &str) -> impl IntoView + use<> {
    let Digests { sha256, md5 } = Digests::of(&message.body);
    let (link, address) = (page.to_owned(), address(here, page));
    view! {
        <Section title="Identity">
            <Facts>
                <Fact label="SHA-256 of the body">
                    <Copy label="SHA-256" value=sha256/>
                </Fact>
                <Fact label="MD5 of the body">
                    <Copy label="MD5" value=md5/>
                </Fact>
                <Fact label="This page">
                    <span class="cluster">
                        <a href=link>"Link to this message"</a>
                        <CopyButton label="link" value=address/>
                    </span>
                </Fact>
            </Facts>
        </Section>
        {trace(message)}
    }
}

/// The header of X-Ray and its parts (X-Ray Developer Guide, "Tracing header").
fn trace(message: &Message) -> Option<impl IntoView + use<>> {
    let header = message.system.get("AWSTraceHeader")?.clone();
    let part = |name: &'static str| {
        let parts = header.split(';').filter_map(|part| part.trim().split_once('='));
        let value = parts.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()?;
        let value = match (name, value.as_str()) {
            ("Sampled", "1") => "1: yes".to_owned(),
            ("Sampled", "0") => "0: no".to_owned(),
            ("Sampled", "?") => "?: not decided yet".to_owned(),
            _ => value,
        };
        Some(view! { <Fact label=name><code class="value">{value}</code></Fact> })
    };
    let parts: Vec<_> = ["Root", "Parent", "Sampled", "Self", "Lineage"].into_iter().filter_map(part).collect();
    Some(view! {
        <Section title="Trace">
            <Facts>
                <Fact label="Header">
                    <Copy label="trace header" value=header/>
                </Fact>
                {parts}
            </Facts>
        </Section>
    })
}

/// A page's address with the name that the console has for everybody, or else the one under which this browser knows it:
/// the guards have let that name in.
fn address(here: &Here, page: &str) -> String {
    if let Some(origin) = here.services.public_origin() {
        return format!("{origin}{page}");
    }
    let Some(parts) = use_context::<Parts>() else { return page.to_owned() };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if header("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    header(HOST.as_str()).map_or_else(|| page.to_owned(), |host| format!("{scheme}://{host}{page}"))
}
