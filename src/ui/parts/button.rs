//! What can be pressed. A button that cannot be pressed says why, where it stands.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How loud a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// An outline: everything that is not one of the others.
    #[default]
    Quiet,
    /// The one primary action of a page.
    Primary,
    /// Text until the pointer comes: inside rows and bars.
    Plain,
    /// Leads to something destructive, and wears the colour of the environment.
    Danger,
    /// Destroys: at the end of a form that asked for the name.
    Destroy,
}

impl Variant {
    fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Primary => "primary",
            Self::Plain => "plain",
            Self::Danger => "danger",
            Self::Destroy => "destroy",
        }
    }
}

/// A button; it submits its form. With a `reason` it stays focusable, does nothing, and shows the reason beside it.
/// Other attributes are given as `attr:…`, handlers (in islands) as `on:…`.
#[component]
pub fn Button(
    /// How loud it is.
    #[prop(optional)]
    variant: Variant,
    /// Lower, for rows of a table.
    #[prop(optional)]
    small: bool,
    /// The icon.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// `name` and `value` say which of several buttons submitted the form.
    #[prop(optional, into)]
    name: Option<String>,
    /// What is sent under `name`.
    #[prop(optional, into)]
    value: Option<String>,
    /// Where it sends its form, where that is not the form's own `action`.
    #[prop(optional, into)]
    to: Option<String>,
    /// `submit` unless said otherwise.
    #[prop(default = "submit")]
    kind: &'static str,
    /// Why it cannot be pressed.
    #[prop(optional_no_strip, into)]
    reason: Option<String>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let size = small.then_some("small");
    let content = view! {
        {glyph.map(|glyph| view! { <Icon glyph/> })}
        {children()}
    };
    match reason {
        None => view! {
            <button class="button" type=kind name=name value=value formaction=to data-variant=variant.as_str() data-size=size>
                {content}
            </button>
        }
        .into_any(),
        // Not `disabled`: that would take the button, and with it the reason, away from the keyboard.
        // Not `submit` either: without a script nothing would stop it.
        Some(reason) => view! {
            <span class="cluster">
                <button
                    class="button"
                    type="button"
                    data-variant=variant.as_str()
                    data-size=size
                    aria-disabled="true"
                    aria-description=reason.clone()
                >
                    {content}
                </button>
                <span class="button-reason">{reason}</span>
            </span>
        }
        .into_any(),
    }
}

/// A link that looks like a button: it goes somewhere and changes nothing.
#[component]
pub fn LinkButton(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// How loud it is.
    #[prop(optional)]
    variant: Variant,
    /// Lower, for rows of a table.
    #[prop(optional)]
    small: bool,
    /// The icon.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    view! {
        <a class="button" href=href data-variant=variant.as_str() data-size=small.then_some("small")>
            {glyph.map(|glyph| view! { <Icon glyph/> })}
            {children()}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_button_cannot_submit_and_says_why() {
        let reason = Some("The console is read-only".to_owned());
        let html = view! { <Button name="go" reason>"Purge"</Button> }.to_html();
        assert!(html.contains(r#"type="button""#) && html.contains(r#"aria-disabled="true""#), "{html}");
        assert!(!html.contains("name=") && html.matches("The console is read-only").count() == 2, "{html}");
    }

    #[test]
    fn an_allowed_button_submits() {
        let html = view! { <Button name="go" value="1" reason=None>"Purge"</Button> }.to_html();
        assert!(html.contains(r#"type="submit""#) && html.contains(r#"name="go""#), "{html}");
    }
}
