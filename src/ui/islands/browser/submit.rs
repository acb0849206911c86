//! A form that changes something is sent once: a second click while the first is under way does nothing.

use super::dom::{all, listen, on, set, target, window};

pub(super) fn start() {
    on("submit", |event| {
        let Some(form) = target(&event, "form") else { return };
        let posts = form.get_attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        if !posts || event.default_prevented() {
            return;
        }
        if form.has_attribute("data-sent") {
            event.prevent_default();
        } else {
            // The button stays enabled: a disabled one would not be sent along.
            set(&form, "data-sent", Some(""));
            set(&form, "aria-busy", Some("true"));
        }
    });
    // A page that comes back out of the browser's cache can be sent again.
    listen(&window(), "pageshow", |_| {
        for form in all("form[data-sent]") {
            set(&form, "data-sent", None);
            set(&form, "aria-busy", None);
        }
    });
}
