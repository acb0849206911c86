//! The editor of a body: where it is no JSON any more, JSON laid out or in one line, and a warning before what was typed is
//! left behind.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, KeyboardEvent};

use super::dom::{all, document, first, focus, later, listen, on, one, set, target, window, write};
use crate::model::json::{self, Fault};

/// How long nothing must be typed before a body is looked at, milliseconds.
const QUIET_MS: i32 = 150;
/// Bytes up to which a change of the layout can be undone: the browser takes long to write more by itself.
const UNDOABLE: usize = 64 * 1_024;

pub(super) fn start() {
    let Some(area) = one("[data-editor]").and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
    for tool in all("[data-editor-tool]") {
        set(&tool, "hidden", None);
    }
    look(&area);
    let typed = Rc::new(Cell::new(0_u32));
    listen(&area.clone(), "input", {
        let area = area.clone();
        move |_| {
            let (now, area, typed) = (typed.get().wrapping_add(1), area.clone(), Rc::clone(&typed));
            typed.set(now);
            later(QUIET_MS, move || {
                if typed.get() == now {
                    look(&area);
                }
            });
        }
    });
    on("click", {
        let area = area.clone();
        move |event| {
            if let Some(button) = target(&event, "[data-layout]") {
                lay_out(&area, button.get_attribute("data-layout").as_deref() == Some("lines"));
            } else if target(&event, "[data-lint-go]").is_some() {
                go(&area);
            }
        }
    });
    on("keydown", {
        let area = area.clone();
        move |event| {
            let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
            if (key.ctrl_key() || key.meta_key()) && key.key() == "Enter" {
                // The browser's own way of sending a form: what is required is asked for first.
                let button = target(&event, "form[data-guard]").and_then(|form| first(&form, "[data-variant=primary]"));
                if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                    event.prevent_default();
                    button.click();
                }
            } else if key.alt_key() && key.shift_key() && key.code() == "KeyF" {
                event.prevent_default();
                lay_out(&area, true);
            }
        }
    });
    listen(&window(), "beforeunload", move |event| {
        let sent = one("form[data-guard][data-sent]").is_some();
        if !sent && area.default_value().is_ok_and(|was| was != area.value()) {
            event.prevent_default();
        }
    });
}

/// What a body is.
enum Body {
    /// What it was, or anything else that it may be.
    Right(&'static str),
    /// What it was, but for this.
    Wrong(Fault),
    /// Nothing of what it was.
    Lost(&'static str),
}

impl Body {
    /// Of what is in the editor now.
    fn of(area: &HtmlTextAreaElement, text: &str) -> Self {
        let was = area.get_attribute("data-editor").unwrap_or_default();
        if json::is_meant(text) {
            match json::check(text) {
                Ok(()) => Self::Right("JSON"),
                Err(fault) if was == "JSON" => Self::Wrong(fault),
                Err(_) => Self::Right("Text"),
            }
        } else if was == "JSON" {
            Self::Lost("This is no JSON any more.")
        } else if was == "XML" {
            Self::Right(if text.trim_start().starts_with('<') { "XML" } else { "Text" })
        } else {
            Self::Right("Text")
        }
    }
}

/// Says what the body is, or where it is wrong.
fn look(area: &HtmlTextAreaElement) {
    let Some(says) = one("[data-lint]") else { return };
    let text = area.value();
    let body = Body::of(area, &text);
    let words = match &body {
        Body::Right(words) | Body::Lost(words) => (*words).to_owned(),
        Body::Wrong(fault) => said(&text, *fault),
    };
    write(&says, &words);
    set(&says, "data-state", Some(if matches!(body, Body::Right(_)) { "right" } else { "wrong" }));
    for button in all("[data-lint-go]") {
        set(&button, "hidden", (!matches!(body, Body::Wrong(_))).then_some(""));
    }
}

fn said(text: &str, fault: Fault) -> String {
    let (line, column) = fault.place(text);
    format!("Line {line}, column {column}: {}", fault.sentence)
}

/// Moves white space of JSON; what is none stays as it is, and its place is shown.
fn lay_out(area: &HtmlTextAreaElement, lines: bool) {
    let text = area.value();
    let laid_out = if lines { json::indented(&text) } else { json::compact(&text) };
    let Ok(laid_out) = laid_out else {
        go(area);
        return;
    };
    if laid_out == text {
        return;
    }
    focus(area);
    if laid_out.len().max(text.len()) > UNDOABLE || !typed(area, &laid_out) {
        area.set_value(&laid_out);
    }
    if let Ok(event) = web_sys::Event::new("input") {
        let _ = area.dispatch_event(&event);
    }
    let _ = area.set_selection_range(0, 0);
    look(area);
}

/// Writes as if it were typed, so that the browser can undo it. Tells whether it did.
fn typed(area: &HtmlTextAreaElement, text: &str) -> bool {
    area.select();
    let command = js_sys::Reflect::get(&document(), &"execCommand".into());
    let command = command.ok().and_then(|command| command.dyn_into::<js_sys::Function>().ok());
    let done =
        command.and_then(|command| command.call3(&document(), &"insertText".into(), &false.into(), &text.into()).ok());
    done.is_some_and(|done| done.is_truthy()) && area.value() == text
}

/// Puts the cursor where the body is wrong.
fn go(area: &HtmlTextAreaElement) {
    let text = area.value();
    let fault = match Body::of(area, &text) {
        Body::Wrong(fault) => fault,
        // Text that is to be laid out as JSON, and is none.
        _ => match json::check(&text) {
            Ok(()) => return,
            Err(fault) => fault,
        },
    };
    let at = text[..text.floor_char_boundary(fault.at)].encode_utf16().count();
    let at = u32::try_from(at).unwrap_or(0);
    let end = if fault.at < text.len() { at + 1 } else { at };
    focus(area);
    let _ = area.set_selection_range(at, end);
    reveal(area, &text, fault);
}

/// Scrolls a line into view: browsers do not where a selection is set by script.
#[expect(clippy::cast_precision_loss, reason = "lines of a message")]
fn reveal(area: &Element, text: &str, fault: Fault) {
    let lines = text.lines().count().max(1) as f64;
    let share = (fault.place(text).0 as f64 - 1.0) / lines;
    let height = f64::from(area.scroll_height()) * share - f64::from(area.client_height()) / 3.0;
    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    area.set_scroll_top(height as i32);
}
