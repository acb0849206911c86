//! Switches the theme in place. The menu's buttons are a form that works without this.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::dom::{all, document, on, set, target};

/// For how long a browser remembers the theme, seconds: a year.
const KEPT: u32 = 31_536_000;

pub(super) fn start() {
    on("click", |event| {
        let Some(button) = target(&event, "button[name=theme]") else { return };
        let Some(theme @ ("system" | "light" | "dark")) = button.get_attribute("value").as_deref().map(known) else {
            return;
        };
        event.prevent_default();
        let cookie = format!("theme={theme}; Path=/; Max-Age={KEPT}; SameSite=Lax");
        let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
        if let Some(root) = document().document_element() {
            set(&root, "data-theme", (theme != "system").then_some(theme));
        }
        for other in all("button[name=theme]") {
            let pressed = other.get_attribute("value").as_deref() == Some(theme);
            set(&other, "aria-pressed", Some(if pressed { "true" } else { "false" }));
        }
        if let Some(menu) = button.closest("details").ok().flatten() {
            set(&menu, "open", None);
            let summary = menu.query_selector("summary").ok().flatten();
            if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
                let _ = summary.focus();
            }
        }
    });
}

fn known(value: &str) -> &'static str {
    match value {
        "light" => "light",
        "dark" => "dark",
        "system" => "system",
        _ => "",
    }
}
