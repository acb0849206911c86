//! Saved filters: a link for each, the one that is shown marked, and the forms that save, replace, rename and forget.

use leptos::prelude::*;

use super::list;
use crate::model::filter::query::{Query, Shown};
use crate::model::filter::saved::{NAME, Saved};
use crate::model::form::saved::SavedForm;
use crate::model::{Failure, QueueName, paths, words};
use crate::server::pages::Here;
use crate::ui::parts::{Button, Disclosure, Glyph, TextField, Variant};

/// How many are always seen.
const SEEN: usize = 8;

/// The saved filters of a queue above the list that is shown.
pub(super) fn shown(
    here: &Here,
    queue: &QueueName,
    query: &Query,
    saved: &Result<Vec<Saved>, Failure>,
) -> impl IntoView + use<> {
    let Ok(saved) = saved else {
        return view! { <p class="soft">"The saved filters cannot be read now; the console's log says why."</p> }
            .into_any();
    };
    let submission = here.submission.as_deref();
    let sent = submission.and_then(|submission| Some((submission, submission.form::<SavedForm>()?)));
    let error = |old: &str| {
        let (submission, form) = sent.as_ref().filter(|(_, form)| form.old == old)?;
        submission.sentence("name").map(|sentence| (sentence, form.name.clone()))
    };
    let current = |saved: &Saved| Query::of(&saved.query).shows_same(query);
    let mut ordered: Vec<&Saved> = saved.iter().collect();
    // Those that are seen at first are the first by name, and always the one that is shown.
    ordered.sort_by_key(|saved| !current(saved));
    ordered.truncate(SEEN);
    ordered.sort_by_key(|saved| saved.name.key());
    let chips: Vec<_> = ordered.into_iter().map(|saved| chip(here, queue, saved, current(saved))).collect();
    let more = saved.len().saturating_sub(SEEN);
    let more = (more > 0).then(|| view! { <span class="soft">{format!("and {more} more")}</span> });
    let chips = (!saved.is_empty()).then(|| {
        view! {
            <nav class="facet" aria-label="Saved filters">
                <span class="facet-name">"Saved"</span>
                {chips}
                {more}
            </nav>
        }
    });
    let known = saved.iter().any(current);
    let wrong = error("");
    let worth = !known && !query.lasting().text().is_empty();
    let new = (worth || wrong.is_some()).then(|| new(here, queue, query, wrong));
    let rows: Vec<_> =
        saved.iter().map(|saved| row(here, queue, query, saved, error(saved.name.as_str())).into_any()).collect();
    let open = sent.as_ref().is_some_and(|(submission, _)| submission.sentence("name").is_some());
    let summary = if new.is_some() { "Save this filter" } else { "Saved filters" };
    let forms = (new.is_some() || !rows.is_empty()).then(|| {
        view! {
            <Disclosure summary note="with order, columns and view".to_owned() open>
                <div class="saved">
                    {new}
                    {rows}
                </div>
            </Disclosure>
        }
    });
    view! {
        {chips}
        {forms}
    }
    .into_any()
}

fn chip(here: &Here, queue: &QueueName, saved: &Saved, current: bool) -> AnyView {
    let query = Query::of(&saved.query);
    let href = list::address(here, queue, &query);
    let (title, name) = (says(&query), saved.name.to_string());
    view! {
        <a class="facet-value" href=href title=title aria-current=current.then_some("true")>
            <span class="facet-label">{name}</span>
        </a>
    }
    .into_any()
}

/// The form that keeps what is shown under a new name.
fn new(here: &Here, queue: &QueueName, query: &Query, wrong: Option<(String, String)>) -> impl IntoView + use<> {
    let (error, value) = wrong.unzip();
    let value = value.unwrap_or_default();
    let what = format!("{}. For everyone who uses this console.", says(&query.lasting()));
    view! {
        <p class="soft">{what}</p>
        <form class="asking" method="post" action=paths::api("messages/filters")>
            {hidden(here, queue, query, "")}
            <TextField name="name" id="saved-name" label="Name" value error maxlength=NAME/>
            <Button name="action" value="save">
                "Save"
            </Button>
        </form>
    }
}

/// The form that replaces, renames or forgets one.
fn row(
    here: &Here,
    queue: &QueueName,
    query: &Query,
    saved: &Saved,
    wrong: Option<(String, String)>,
) -> impl IntoView + use<> {
    let (error, typed) = wrong.unzip();
    let name = saved.name.to_string();
    let value = typed.filter(|typed| !typed.is_empty()).unwrap_or_else(|| name.clone());
    let kept = Query::of(&saved.query);
    let (label, id) = (format!("“{name}” · {}", says(&kept)), format!("saved-{}", paths::encode(&name)));
    let reason = match (&query.fault, query.lasting().text().is_empty()) {
        _ if kept.shows_same(query) => Some("It is what is shown."),
        (Some(_), _) => Some("The filter cannot be read."),
        (None, true) => Some("Nothing is filtered."),
        (None, false) => None,
    };
    let replace = reason.is_none().then(|| {
        view! {
            <Button small=true name="action" value="replace">
                "Replace by what is shown"
            </Button>
        }
    });
    view! {
        <form class="asking" method="post" action=paths::api("messages/filters")>
            {hidden(here, queue, query, &name)}
            <TextField name="name" id label value error maxlength=NAME/>
            <Button small=true name="action" value="rename">
                "Rename"
            </Button>
            {replace}
            <Button small=true variant=Variant::Plain glyph=Glyph::Trash name="action" value="delete">
                "Forget"
            </Button>
        </form>
    }
}

fn hidden(here: &Here, queue: &QueueName, query: &Query, old: &str) -> impl IntoView + use<> {
    let (connection, queue, old) = (here.connection.name().to_string(), queue.to_string(), old.to_owned());
    view! {
        <input type="hidden" name="connection" value=connection/>
        <input type="hidden" name="queue" value=queue/>
        <input type="hidden" name="old" value=old/>
        {list::keep(query)}
    }
}

/// What a list was asked for, in words.
fn says(query: &Query) -> String {
    let mut parts = Vec::new();
    if !query.typed.trim().is_empty() {
        parts.push(query.typed.clone());
    }
    if let Some((column, descending)) = &query.sort {
        parts.push(format!("by {}, {}", column.label(), if *descending { "largest first" } else { "smallest first" }));
    }
    if !query.columns.is_empty() {
        parts.push(words::plural(query.columns.len() as u64, "column", "columns"));
    }
    match (query.view, &query.by) {
        (Shown::Table, _) => {}
        (Shown::Causes, None) => parts.push("by cause".to_owned()),
        (Shown::Causes, Some(place)) => parts.push(format!("by cause: {place}")),
        (Shown::Groups, _) => parts.push("by group".to_owned()),
    }
    parts.join(" · ")
}
