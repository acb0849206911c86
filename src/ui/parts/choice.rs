//! Radio buttons and checkboxes.

use leptos::prelude::*;

use super::field::{FieldError, described_by};
use super::input::Choice;

/// One of a few, all visible. A `fieldset` whose legend is the label.
#[component]
pub fn RadioGroup(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// The value that is chosen.
    #[prop(optional, into)]
    value: String,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Side by side instead of below each other: for short labels.
    #[prop(optional)]
    row: bool,
) -> impl IntoView {
    let describedby = described_by(&name, false, error.is_some());
    let error_id = format!("{name}-error");
    let items: Vec<_> = choices
        .into_iter()
        .map(|choice| {
            let id = format!("{name}-{}", choice.value);
            let checked = choice.value == value;
            view! {
                <div class="choice-item">
                    <input
                        class="choice-mark"
                        type="radio"
                        id=id.clone()
                        name=name.clone()
                        value=choice.value
                        checked=checked
                    />
                    <label for=id>{choice.label}</label>
                    {choice.hint.map(|hint| view! { <p class="choice-hint">{hint}</p> })}
                </div>
            }
        })
        .collect();
    view! {
        <fieldset class="field" aria-describedby=describedby>
            <legend class="field-label">{label}</legend>
            <div class="choice" data-row=row.then_some("")>
                {items}
            </div>
            <FieldError id=error_id error/>
        </fieldset>
    }
}

/// Yes or no. Sends `value` (`on` unless said otherwise) when checked, nothing when not.
#[component]
pub fn Checkbox(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// Whether it is checked.
    #[prop(optional)]
    checked: bool,
    /// What is chosen, or what is sent when checked.
    #[prop(default = "on".to_owned(), into)]
    value: String,
    /// A sentence that helps, below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The id; the name unless two forms of a page share it.
    #[prop(optional, into)]
    id: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Whether the browser asks for it.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let describedby = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class="field">
            <div class="choice-item">
                <input
                    class="choice-mark"
                    type="checkbox"
                    id=id.clone()
                    name=name
                    value=value
                    checked=checked
                    required=required
                    aria-describedby=describedby
                    aria-invalid=invalid
                />
                <label for=id>{label}</label>
                {hint.map(|hint| view! { <p class="choice-hint" id=hint_id>{hint}</p> })}
            </div>
            <FieldError id=error_id error/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_radio_button_has_its_own_label() {
        let choices = vec![Choice::new("std", "Standard").hint("At least once"), Choice::new("fifo", "FIFO")];
        let html = view! { <RadioGroup name="kind" label="Type" choices value="fifo"/> }.to_html();
        assert!(html.contains(r#"for="kind-std""#) && html.contains(r#"for="kind-fifo""#), "{html}");
        assert_eq!(html.matches(" checked").count(), 1, "{html}");
    }
}
