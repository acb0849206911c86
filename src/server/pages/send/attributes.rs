//! The rows of message attributes. All ten are in the page, those that are not used behind a line that opens.

use leptos::prelude::*;

use crate::model::form::send::{AttributeRow, Kind, SendForm};
use crate::model::limits::MESSAGE_ATTRIBUTES;
use crate::model::words;
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Choice, Disclosure, SelectField, TextField, TextareaField};

/// How many empty rows stand ready below the used ones.
const READY: usize = 2;

/// The attributes of the message; open where there are any.
pub(in crate::server::pages) fn rows(form: &SendForm, submission: Option<&Submission>) -> impl IntoView + use<> {
    let used = form.attributes.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    let shown = (used + READY).min(MESSAGE_ATTRIBUTES);
    let row = |index: usize| {
        let typed = form.attributes.get(index).cloned().unwrap_or_default();
        row(index, typed, submission)
    };
    let ready: Vec<_> = (0..shown).map(row).collect();
    let rest: Vec<_> = (shown..MESSAGE_ATTRIBUTES).map(row).collect();
    let more = (!rest.is_empty()).then(|| {
        let summary = format!("{} more", rest.len());
        view! { <Disclosure summary>{rest}</Disclosure> }
    });
    let count = form.attributes.iter().filter(|row| !row.is_empty()).count() as u64;
    let any = count > 0;
    let note = if count == 0 { "none".to_owned() } else { words::count(count) };
    view! {
        <Disclosure summary="Message attributes" note open=any>
            {ready}
            {more}
            <p class="field-hint">
                "At most ten. The suffix is a label of your own behind the type: “Number.int”. Rows without name and value are left out."
            </p>
        </Disclosure>
    }
}

fn row(index: usize, typed: AttributeRow, submission: Option<&Submission>) -> impl IntoView + use<> {
    let field = |part: &str| AttributeRow::field(index, part);
    let error = |part: &str| submission.and_then(|submission| submission.sentence(&field(part)));
    let choices = Kind::ALL.map(|kind| Choice::new(kind.key(), kind.label())).to_vec();
    // A field of one line would swallow line ends.
    let value = if typed.value.contains(['\n', '\r']) {
        view! { <TextareaField name=field("value") label="Value" value=typed.value error=error("value") short=true/> }
            .into_any()
    } else {
        view! { <TextField name=field("value") label="Value" value=typed.value error=error("value") mono=true/> }
            .into_any()
    };
    view! {
        <fieldset class="attribute">
            <legend class="visually-hidden">{format!("Attribute {}", index + 1)}</legend>
            <TextField name=field("name") label="Name" value=typed.name error=error("name") mono=true/>
            <SelectField name=field("kind") label="Type" choices value=typed.kind error=error("kind")/>
            <TextField name=field("label") label="Suffix" value=typed.label error=error("label") mono=true/>
            {value}
        </fieldset>
    }
}
