//! A number and the unit it is typed in.

use leptos::prelude::*;

use super::field::{Field, described_by};

/// A number with a list of units behind it; the unit is sent as `<name>_unit`.
#[component]
pub fn QuantityField(
    /// The name under which the form sends the number.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// A string, because what was typed comes back as it was typed.
    #[prop(optional, into)]
    value: String,
    /// The unit that is chosen.
    #[prop(into)]
    unit: String,
    /// The units that can be chosen; a single one is no choice.
    units: Vec<&'static str>,
    /// A sentence that helps, below it.
    #[prop(optional_no_strip, into)]
    hint: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// What an empty field means.
    #[prop(optional_no_strip, into)]
    placeholder: Option<String>,
) -> impl IntoView {
    let describedby = described_by(&name, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let unit_label = format!("Unit of {}", label.to_lowercase());
    let unit_name = format!("{name}_unit");
    let units = if let [only] = units[..] {
        view! { <span class="input-unit">{only}</span> }.into_any()
    } else {
        let options: Vec<_> = units
            .into_iter()
            .map(|choice| {
                let selected = choice == unit;
                view! { <option value=choice selected=selected>{choice}</option> }
            })
            .collect();
        view! {
            <select class="input" name=unit_name aria-label=unit_label>
                {options}
            </select>
        }
        .into_any()
    };
    view! {
        <Field id=name.clone() label hint error>
            <div class="input-group">
                <input
                    class="input"
                    type="number"
                    id=name.clone()
                    name=name
                    value=value
                    min="0"
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder=placeholder
                    aria-describedby=describedby
                    aria-invalid=invalid
                />
                {units}
            </div>
        </Field>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_has_a_name_of_its_own() {
        let units = vec!["seconds", "days"];
        let html = view! { <QuantityField name="retention" label="Retention" value="4" unit="days" units hint=None error=None placeholder=None/> }
            .to_html();
        assert!(html.contains(r#"name="retention_unit""#) && html.contains("Unit of retention"), "{html}");
        assert_eq!(html.matches(" selected").count(), 1, "{html}");
    }
}
