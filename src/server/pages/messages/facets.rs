//! What the messages of a list have in common: each value is a link that asks for it, with how many messages have it.

use leptos::prelude::*;

use crate::model::filter::query::Query;
use crate::model::words;
use crate::server::services::messages::view::{Choice, Facet, View};
use crate::ui::parts::Disclosure;

/// How many properties are always seen.
const SEEN: usize = 3;

/// The facets of a list at this address: those that are always seen, and the others behind a fold.
pub(super) fn facets(base: &str, query: &Query, view: &View) -> [Option<AnyView>; 2] {
    let mut lines: Vec<AnyView> = view.facets.iter().map(|facet| line(base, query, facet)).collect();
    let more = lines.split_off(SEEN.min(lines.len()));
    let count = more.len();
    let more = (count > 0).then(|| {
        let summary = format!("{} more", words::count(count as u64));
        view! {
            <Disclosure summary note="properties to filter by".to_owned()>
                <div class="facets">{more}</div>
            </Disclosure>
        }
    });
    let seen = (!view.facets.is_empty()).then(|| view! { <div class="facets">{lines}</div> }.into_any());
    [seen, more.map(IntoAny::into_any)]
}

fn line(base: &str, query: &Query, facet: &Facet) -> AnyView {
    let values: Vec<_> = facet.values.iter().map(|choice| chip(base, query, choice)).collect();
    let more = (facet.more > 0).then(|| {
        let text = format!("and {} more", words::count(facet.more as u64));
        view! { <span class="soft">{text}</span> }
    });
    let name = facet.name.clone();
    view! {
        <div class="facet">
            <span class="facet-name" title=name.clone()>
                {name.clone()}
            </span>
            <span class="facet-values">{values} {more}</span>
        </div>
    }
    .into_any()
}

/// A value; the one that is asked for already takes its term away.
fn chip(base: &str, query: &Query, choice: &Choice) -> AnyView {
    let on = query.filter.has(&choice.term);
    let filter = if on { query.filter.without(&choice.term) } else { query.filter.with(choice.term.clone()) };
    let href = query.filtered(filter).link(base);
    let title = if on { "Do not filter by this".to_owned() } else { choice.term.to_string() };
    let (label, count) = (choice.label.clone(), words::count(choice.count as u64));
    view! {
        <a class="facet-value" href=href title=title aria-current=on.then_some("true")>
            <span class="facet-label">{label}</span>
            <span class="facet-count">{count}</span>
        </a>
    }
    .into_any()
}
