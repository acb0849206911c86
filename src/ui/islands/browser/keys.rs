//! Keys. Nothing destructive is on one.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::dom::{all, document, focus, go, now, on, one, within};
use super::palette;
use crate::model::{ConnectionName, paths};

/// How long a `g` waits for its second key, milliseconds.
const CHORD_MS: f64 = 1_000.0;

pub(super) fn start(connection: &str) {
    let home = connection.parse::<ConnectionName>().map_or("/".to_owned(), |name| paths::home(&name));
    let chord = Cell::new(f64::MIN);
    on("keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            palette::open();
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
            return;
        }
        let at = document().active_element();
        if is_typing(at.as_ref()) {
            if key == "Escape" && one("dialog[open]").is_none() {
                leave(at.as_ref());
            }
            return;
        }
        // A dialog has its own keys.
        if one("dialog[open]").is_some() {
            return;
        }
        let goes = now() - chord.replace(f64::MIN) < CHORD_MS;
        let used = match key.as_str() {
            "h" if goes => {
                go(&home);
                true
            }
            "g" => {
                chord.set(now());
                true
            }
            "/" => {
                one("input[data-key='/']").or_else(|| one("[role=search] input")).map(|input| focus(&input)).is_some()
            }
            "j" => step(1),
            "k" => step(-1),
            "x" => current().and_then(|row| toggle(&row)).is_some(),
            "Enter" => at.as_ref().is_some_and(|at| at.has_attribute("data-row")) && open(),
            "Escape" => {
                leave(at.as_ref());
                click(one("[data-close]"))
            }
            "?" => {
                let help = one("[data-help]").and_then(|help| help.dyn_into::<HtmlDialogElement>().ok());
                help.is_some_and(|help| help.show_modal().is_ok())
            }
            _ => false,
        };
        if used {
            event.prevent_default();
        }
    });
}

fn is_typing(at: Option<&Element>) -> bool {
    let Some(at) = at else { return false };
    match at.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !matches!(at.get_attribute("type").as_deref(), Some("checkbox" | "radio" | "button" | "submit")),
        _ => at.has_attribute("contenteditable"),
    }
}

fn leave(at: Option<&Element>) {
    if let Some(at) = at.and_then(|at| at.dyn_ref::<HtmlElement>()) {
        let _ = at.blur();
    }
}

/// The row that has the focus, or holds it; else the one whose message is open.
fn current() -> Option<Element> {
    let focused = document().active_element().and_then(|at| at.closest("tr[data-row]").ok().flatten());
    focused.or_else(|| one("tr[data-row][aria-current]"))
}

/// Moves the focus by rows; from outside, to the first or the last.
fn step(by: i32) -> bool {
    let rows: Vec<Element> = all("tr[data-row]").into_iter().filter(|row| !row.has_attribute("hidden")).collect();
    let last = i32::try_from(rows.len()).unwrap_or(0) - 1;
    let at = current().and_then(|current| rows.iter().position(|row| *row == current));
    let to = match at.and_then(|at| i32::try_from(at).ok()) {
        Some(at) => (at + by).clamp(0, last.max(0)),
        None if by > 0 => 0,
        None => last,
    };
    let Some(row) = usize::try_from(to).ok().and_then(|to| rows.get(to)) else { return false };
    // A row can be focused by script alone; the order of Tab stays that of the links in it.
    let _ = row.set_attribute("tabindex", "-1");
    focus(row);
    true
}

fn toggle(row: &Element) -> Option<()> {
    let mark = row.query_selector("input[type=checkbox]").ok().flatten()?;
    mark.dyn_into::<HtmlInputElement>().ok()?.click();
    Some(())
}

fn open() -> bool {
    // A row has two ways where a wide window opens it differently from a narrow one.
    click(within(current().as_ref(), "[data-open]").into_iter().find(is_seen))
}

fn is_seen(element: &Element) -> bool {
    element.dyn_ref::<HtmlElement>().is_some_and(|element| element.offset_width() > 0)
}

fn click(link: Option<Element>) -> bool {
    link.and_then(|link| link.dyn_into::<HtmlElement>().ok()).map(|link| link.click()).is_some()
}
