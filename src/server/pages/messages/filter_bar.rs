//! The filter above a list of messages: the field, what is wrong with it and where, what can be said, and how many match.

use leptos::prelude::*;

use crate::model::filter::query::Query;
use crate::model::filter::{Fault, Filter, Pattern, Test, Wanted};
use crate::model::words;
use crate::server::services::messages::Snapshot;
use crate::server::services::messages::examples::{Example, examples};
use crate::server::services::messages::index::Index;
use crate::server::services::messages::view::View;
use crate::ui::parts::{Button, Disclosure, FieldError, LinkButton, SearchField, Variant};

/// How many places and names are suggested.
const SUGGESTED: usize = 40;

/// The bar of a list at this address.
pub(super) fn bar(
    base: &str,
    query: &Query,
    view: &View,
    (snapshot, index): (&Snapshot, &Index),
    now_ms: i64,
) -> impl IntoView + use<> {
    let examples = examples(snapshot, now_ms);
    let (action, typed) = (base.to_owned(), query.typed.clone());
    let clear = (!typed.is_empty()).then(|| {
        let href = query.filtered(Filter::default()).link(base);
        view! { <LinkButton href variant=Variant::Plain>"Clear"</LinkButton> }
    });
    let (all, rows) = (words::count(view.total as u64), words::count(view.rows.len() as u64));
    let count = match (&query.fault, query.filter.is_empty()) {
        (Some(_), _) => format!("not filtered: all {all}"),
        (None, true) => words::plural(view.total as u64, "message", "messages"),
        (None, false) => format!("{rows} of {all} match"),
    };
    let fault = query.fault.as_ref().map(|fault| wrong(base, query, fault));
    // What nothing matches is often misspelt.
    let respelt = view.rows.is_empty().then(|| query.filter.respelt(index.attributes(), index.paths())).flatten();
    let respelt = respelt.map(|filter| {
        let query = query.filtered(filter);
        let href = query.link(base);
        view! {
            <p class="soft">"No message has this name. Did you mean " <a href=href>{query.typed}</a> "?"</p>
        }
    });
    let (invalid, described) = (query.fault.is_some(), query.fault.as_ref().map(|_| "filter-error".to_owned()));
    view! {
        <div class="filter">
            <div class="toolbar">
                <form class="filter-form" method="get" action=action>
                    {kept(query, &["filter", "page"])}
                    <SearchField
                        name="filter"
                        label="Filter messages"
                        value=typed
                        placeholder="text, body.order.id:123, attr.type:OrderFailed, count>=3, age>2h, -is:json"
                        key="/"
                        list="filter-terms"
                        invalid
                        described
                    />
                    {suggestions(query, view, index, &examples)}
                    <Button>"Filter"</Button>
                    {clear}
                </form>
                <span class="section-note">{count}</span>
            </div>
            {fault}
            {respelt}
            {help(base, query, &examples)}
        </div>
    }
}

/// Hidden fields for the rest of the query, so that a form keeps it.
pub(super) fn kept(query: &Query, but: &[&str]) -> Vec<AnyView> {
    let pairs = query.pairs().into_iter().filter(|(name, _)| !but.contains(name));
    pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any()).collect()
}

/// The sentence, the place, and what may have been meant.
fn wrong(base: &str, query: &Query, fault: &Fault) -> impl IntoView + use<> {
    let part = |from: usize, to: usize| -> String { query.typed.chars().skip(from).take(to - from).collect() };
    let (end, length) = (fault.at + fault.len, query.typed.chars().count());
    let (before, bad, after) = (part(0, fault.at), part(fault.at, end), part(end, length.max(end)));
    let meant = fault.mended(&query.typed).map(|typed| {
        let href = Query { typed: typed.clone(), page: 1, ..query.clone() }.link(base);
        view! { <span>"Did you mean " <a href=href>{typed}</a>"?"</span> }
    });
    let error = Some(format!("{}.", fault.sentence));
    let position = format!("at character {}", fault.at + 1);
    view! {
        <div class="filter-fault">
            <FieldError id="filter-error" error/>
            <code class="filter-typed">{before}<mark>{bad}</mark>{after}</code>
            <span class="soft">{position}</span>
            {meant}
        </div>
    }
}

/// What can be said here, behind what is said already: every kind of term, the values that are counted, and the names
/// that these messages carry. A browser offers what begins as the field does.
fn suggestions(query: &Query, view: &View, index: &Index, examples: &[Example]) -> impl IntoView + use<> {
    let said = if query.typed.is_empty() { String::new() } else { format!("{} ", query.typed.trim_end()) };
    let option = |term: String, label: Option<String>| {
        let value = format!("{said}{term}");
        view! { <option value=value label=label></option> }.into_any()
    };
    let mut options: Vec<AnyView> =
        examples.iter().map(|example| option(example.typed.clone(), Some(example.says.to_owned()))).collect();
    let choices = view.facets.iter().flat_map(|facet| facet.values.iter().map(move |choice| (facet, choice)));
    options.extend(choices.filter(|(_, choice)| !query.filter.has(&choice.term)).map(|(facet, choice)| {
        let count = words::plural(choice.count as u64, "message", "messages");
        option(choice.term.to_string(), Some(format!("{}: {count}", facet.name)))
    }));
    let dot = |path: &str| if path.starts_with('[') { "" } else { "." };
    let paths = index.paths().iter().take(SUGGESTED).map(ToString::to_string);
    options.extend(paths.map(|path| option(format!("body{}{path}:", dot(&path)), None)));
    let any = |name: &String| Test::Attribute(name.clone(), Wanted::Fits(Pattern::new("", true, false))).to_string();
    let names = index.attributes().iter().take(SUGGESTED);
    options.extend(names.map(|name| option(any(name).trim_end_matches('*').to_owned(), None)));
    view! { <datalist id="filter-terms">{options}</datalist> }
}

/// Every kind of term; an example that messages of this snapshot match is a link that asks for it, too.
fn help(base: &str, query: &Query, examples: &[Example]) -> impl IntoView + use<> {
    let rows: Vec<_> = examples
        .iter()
        .map(|example| {
            let href = example.term.clone().map(|term| query.filtered(query.filter.with(term)).link(base));
            let (typed, says) = (example.typed.clone(), example.says);
            let term = match href {
                Some(href) => view! { <a href=href><code>{typed}</code></a> }.into_any(),
                None => view! { <code>{typed}</code> }.into_any(),
            };
            view! {
                <dt>{term}</dt>
                <dd>{says}</dd>
            }
        })
        .collect();
    view! {
        <Disclosure summary="What can be said">
            <dl class="terms">{rows}</dl>
            <p class="soft">
                "A word or a “phrase in quotation marks” is looked for in the body, the values of attributes and the ids. "
                "All terms must match, of those joined by “or” one. What is a link finds something in this snapshot."
            </p>
        </Disclosure>
    }
}
