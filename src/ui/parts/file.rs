//! A file from the person's own disk.

use leptos::prelude::*;

use super::field::{Field, described_by};

/// Chooses one file. Its form must be `multipart/form-data`.
#[component]
pub fn FileField(
    /// The name in the form, and the id.
    #[prop(into)]
    name: String,
    /// What is read above it.
    #[prop(into)]
    label: String,
    /// What it takes.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the file that was chosen.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
) -> impl IntoView {
    let describedby = described_by(&name, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <Field id=name.clone() label hint error optional=true>
            <input
                class="input"
                type="file"
                id=name.clone()
                name=name
                aria-describedby=describedby
                aria-invalid=invalid
            />
        </Field>
    }
}
