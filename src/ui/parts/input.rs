//! Controls of one line: text, number, list, search.

use leptos::prelude::*;

use super::field::{Field, described_by};
use super::icon::{Glyph, Icon};

/// One of several values a person may choose, for [`SelectField`] and [`super::choice::RadioGroup`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What is read.
    pub label: String,
    /// What it means; radio buttons show it under the label.
    pub hint: Option<String>,
}

impl Choice {
    /// A value and its label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }

    /// The same with a sentence about what it means.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// One line of text.
#[component]
pub fn TextField(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What it holds already, as it was typed.
    #[prop(optional, into)]
    value: String,
    /// A sentence that helps, below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// The id; the name unless two forms of a page share it.
    #[prop(optional, into)]
    id: Option<String>,
    /// Whether the browser asks for it.
    #[prop(optional)]
    required: bool,
    /// Says “optional” beside the label.
    #[prop(optional)]
    optional: bool,
    /// Monospaced: for names, ids and ARNs.
    #[prop(optional)]
    mono: bool,
    /// An example, shown while it is empty.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// A regular expression that the browser checks.
    #[prop(optional, into)]
    pattern: Option<String>,
    /// The most characters that can be typed.
    #[prop(optional)]
    maxlength: Option<usize>,
    /// The id of a `<datalist>` with suggestions.
    #[prop(optional, into)]
    list: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let describedby = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <Field id=id.clone() label hint error optional>
            <input
                class="input"
                type="text"
                id=id
                name=name
                value=value
                required=required
                placeholder=placeholder
                pattern=pattern
                maxlength=maxlength
                list=list
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                data-mono=mono.then_some("")
                aria-describedby=describedby
                aria-invalid=invalid
            />
        </Field>
    }
}

/// A number with its unit.
#[component]
pub fn NumberField(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// A string, because what was typed comes back as it was typed.
    #[prop(optional, into)]
    value: String,
    /// A sentence that helps, below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// The id; the name unless two forms of a page share it.
    #[prop(optional, into)]
    id: Option<String>,
    /// Whether the browser asks for it.
    #[prop(optional)]
    required: bool,
    /// Says “optional” beside the label.
    #[prop(optional)]
    optional: bool,
    /// The smallest that the browser accepts.
    #[prop(optional)]
    min: Option<u64>,
    /// The largest that the browser accepts.
    #[prop(optional)]
    max: Option<u64>,
    /// What the number counts, shown behind it: “seconds”.
    #[prop(optional, into)]
    unit: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let describedby = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <Field id=id.clone() label hint error optional>
            <div class="input-group">
                <input
                    class="input"
                    type="number"
                    id=id
                    name=name
                    value=value
                    required=required
                    min=min
                    max=max
                    inputmode="numeric"
                    autocomplete="off"
                    aria-describedby=describedby
                    aria-invalid=invalid
                />
                {unit.map(|unit| view! { <span class="input-unit">{unit}</span> })}
            </div>
        </Field>
    }
}

/// One of a list.
#[component]
pub fn SelectField(
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
    /// A sentence that helps, below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// The id; the name unless two forms of a page share it.
    #[prop(optional, into)]
    id: Option<String>,
    /// Says “optional” beside the label.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let describedby = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let options: Vec<_> = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == value;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect();
    view! {
        <Field id=id.clone() label hint error optional>
            <select class="input" id=id name=name aria-describedby=describedby aria-invalid=invalid>
                {options}
            </select>
        </Field>
    }
}

/// A search field without a visible label: the glass says it. Stands in a form that sends it by GET.
#[component]
pub fn SearchField(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What is searched; read by screen readers.
    #[prop(into)]
    label: String,
    /// What it holds already, as it was typed.
    #[prop(optional, into)]
    value: String,
    /// An example, shown while it is empty.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// The key that focuses it, shown at its end.
    #[prop(optional, into)]
    key: Option<String>,
    /// The id of the `datalist` with what can be searched for.
    #[prop(optional, into)]
    list: Option<String>,
    /// Whether what it holds cannot be searched for.
    #[prop(optional)]
    invalid: bool,
    /// The id of the sentence that says why.
    #[prop(optional_no_strip, into)]
    described: Option<String>,
) -> impl IntoView {
    view! {
        <div class="input-search">
            <Icon glyph=Glyph::Search/>
            <input
                class="input"
                type="search"
                name=name
                value=value
                placeholder=placeholder
                aria-label=label
                autocomplete="off"
                spellcheck="false"
                list=list
                aria-invalid=invalid.then_some("true")
                aria-describedby=described
                data-key=key.clone()
            />
            {key.map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_tied_to_its_control() {
        let error = Some("At most 900 seconds".to_owned());
        let html = view! { <NumberField name="delay" label="Delay" value="<901>" hint="0 to 900" error/> }.to_html();
        assert!(html.contains(r#"aria-invalid="true""#), "{html}");
        assert!(html.contains(r#"aria-describedby="delay-error delay-hint""#), "{html}");
        assert!(html.contains(r#"id="delay-error""#) && html.contains(r#"id="delay-hint""#), "{html}");
        assert!(html.contains(r#"for="delay""#) && !html.contains(r#"value="<"#), "{html}");
    }

    #[test]
    fn a_fine_field_says_nothing_of_errors() {
        let html = view! { <TextField name="group" label="Message group" error=None/> }.to_html();
        assert!(!html.contains("aria-invalid") && !html.contains("aria-describedby"), "{html}");
    }

    #[test]
    fn the_chosen_one_of_a_list_is_selected() {
        let choices = vec![Choice::new("a", "A"), Choice::new("b", "B & <c>")];
        let html = view! { <SelectField name="x" label="X" choices value="b"/> }.to_html();
        assert_eq!(html.matches(" selected").count(), 1, "{html}");
        assert!(html.contains("B &amp; &lt;c&gt;"), "{html}");
    }
}
