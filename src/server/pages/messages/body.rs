//! The body of a message: layer by layer as each reads best, and raw as it is.

use leptos::prelude::*;

use crate::model::{Message, paths, words};
use crate::server::services::messages::layers::{Content, Language, Layer, Layers};
use crate::ui::parts::{Badge, Code, CopyButton, Fact, Facts, Section, Tone, Tongue};

/// Above this many bytes the body is not put into the page a second time for a copy button.
const COPIED_MOST: usize = 256 * 1_024;

/// Which layer is asked for: `layer`, counted from 0, or the first for `view=raw`; else the one worth reading.
pub(in crate::server::pages) fn asked(layers: &Layers, layer: &str, view: &str) -> usize {
    match layer.parse::<usize>() {
        Ok(at) => at.min(layers.0.len() - 1),
        Err(_) if view == "raw" => 0,
        Err(_) => layers.best(),
    }
}

/// One layer of the body, with the way to the others. The first is the body itself, byte for byte.
pub(in crate::server::pages) fn section(
    message: &Message,
    layers: &Layers,
    at: usize,
    page: &str,
) -> impl IntoView + use<> {
    let layer = &layers.0[at];
    let (text, language, cut) = if at == 0 {
        (message.body.clone(), layer.shown().language, false)
    } else {
        let shown = layer.shown();
        (shown.text, shown.language, shown.cut)
    };
    let note = format!("{}, {}", language.word(), words::bytes(layer.content.size() as u64));
    let copy = match &layer.content {
        Content::Text(text) => (text.len() <= COPIED_MOST).then(|| text.to_string()),
        Content::Bytes(_) => None,
    };
    let label = if at == 0 { "body".to_owned() } else { layer.name.to_owned() };
    let digest = (at == 0).then(|| {
        let md5 = format!("MD5 {}", message.md5_of_body);
        view! {
            <code class="soft">{md5}</code>
            <Badge tone=Tone::Ok>"verified"</Badge>
        }
    });
    let raw = (at == 0).then(|| {
        view! {
            <p class="cluster">
                <span class="soft">"Raw: what was sent, byte for byte. It is what every action uses."</span>
                <span class="cluster">{digest}</span>
            </p>
        }
    });
    let copy = copy.map(|value| view! { <CopyButton label value/> }.into_any());
    let cut = cut.then(|| "What is shown here stops before the end: it is too much to read.".to_owned());
    let notes: Vec<_> =
        layer.notes.iter().cloned().chain(cut).map(|note| view! { <p class="layer-note">{note}</p> }).collect();
    let tongue = match language {
        Language::Json => Tongue::Json,
        Language::Xml => Tongue::Xml,
        Language::Text | Language::Bytes => Tongue::Plain,
    };
    let trail = (layers.0.len() > 1).then(|| trail(layers, at, page));
    view! {
        <Section title="Body" note action=|| copy>
            {trail}
            {raw}
            {notes}
            <Code text tongue/>
        </Section>
    }
}

/// The layers from the outside in, and the two that are asked for most.
fn trail(layers: &Layers, at: usize, page: &str) -> impl IntoView + use<> {
    let current = |here: bool| here.then_some("true");
    let crumb = |(n, layer): (usize, &Layer)| {
        let href = paths::with_query(page, &[("layer", &n.to_string())]);
        let (name, current) = (layer.name, current(n == at));
        view! {
            <li>
                <a href=href aria-current=current>
                    {name}
                </a>
            </li>
        }
    };
    let crumbs: Vec<_> = layers.0.iter().enumerate().map(crumb).collect();
    let (pretty, raw) = (page.to_owned(), paths::with_query(page, &[("view", "raw")]));
    let (is_pretty, is_raw) = (current(at == layers.best()), current(at == 0));
    view! {
        <div class="cluster">
            <nav aria-label="Layers of the body">
                <ol class="layers">{crumbs}</ol>
            </nav>
            <nav class="views push" aria-label="Views of the body">
                <a href=pretty aria-current=is_pretty>
                    "Pretty"
                </a>
                <a href=raw aria-current=is_raw>
                    "Raw"
                </a>
            </nav>
        </div>
    }
}

/// What the envelopes say, each under its own name.
pub(in crate::server::pages) fn envelopes(layers: &Layers) -> impl IntoView + use<> {
    let section = |layer: &Layer| {
        let fact = |(label, value): &(&'static str, String)| {
            let (label, value) = (*label, value.clone());
            view! { <Fact label=label><code class="value">{value}</code></Fact> }
        };
        let facts: Vec<_> = layer.facts.iter().map(fact).collect();
        view! {
            <Section title=layer.name>
                <Facts>{facts}</Facts>
            </Section>
        }
    };
    layers.0.iter().filter(|layer| !layer.facts.is_empty()).map(section).collect::<Vec<_>>()
}
