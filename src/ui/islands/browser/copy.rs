//! Copies the value of a `data-copy` button. The buttons are dead until this runs.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};

use super::dom::{all, document, later, make, on, set, target, window};

/// For how long a button says that it copied, milliseconds.
const SHOWN_MS: i32 = 1_500;

pub(super) fn start() {
    wake();
    on("click", |event| {
        if let Some(button) = target(&event, "[data-copy]")
            && let Some(value) = button.get_attribute("data-copy")
        {
            copy(&value);
            say(button);
        }
    });
}

/// Enables the buttons that are there now.
pub(super) fn wake() {
    for button in all("[data-copy]") {
        set(&button, "disabled", None);
    }
}

/// The clipboard of the browser where it may be used (a secure context), or the old way.
fn copy(value: &str) {
    if window().is_secure_context() {
        let failed = wasm_bindgen::closure::Closure::once(|_: wasm_bindgen::JsValue| {});
        let _ = window().navigator().clipboard().write_text(value).catch(&failed);
        failed.forget();
        return;
    }
    let Some(area) = make("textarea").and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
    area.set_value(value);
    if let Some(page) = document().document_element()
        && page.append_child(&area).is_ok()
    {
        area.select();
        let copy = js_sys::Reflect::get(&document(), &"execCommand".into());
        if let Some(copy) = copy.ok().and_then(|copy| copy.dyn_into::<js_sys::Function>().ok()) {
            let _ = copy.call1(&document(), &"copy".into());
        }
        area.remove();
    }
}

fn say(button: Element) {
    let name = button.get_attribute("aria-label");
    set(&button, "data-copied", Some(""));
    set(&button, "aria-label", Some("Copied"));
    later(SHOWN_MS, move || {
        set(&button, "data-copied", None);
        if button.get_attribute("aria-label").as_deref() == Some("Copied") {
            set(&button, "aria-label", name.as_deref().filter(|name| *name != "Copied").or(Some("Copy")));
        }
    });
}
