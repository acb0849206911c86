//! The few calls to the document that the behaviours share.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Window};

/// The window. An island runs in a document only.
pub(super) fn window() -> Window {
    web_sys::window().expect("islands run in a window")
}

/// The document.
pub(super) fn document() -> Document {
    window().document().expect("a window has a document")
}

/// All elements that match a selector, in the order of the document.
pub(super) fn all(selector: &str) -> Vec<Element> {
    within(document().document_element().as_ref(), selector)
}

/// All elements inside `root` that match a selector.
pub(super) fn within(root: Option<&Element>, selector: &str) -> Vec<Element> {
    let found = root.and_then(|root| root.query_selector_all(selector).ok());
    let nodes = found.iter().flat_map(|list| (0..list.length()).filter_map(|i| list.get(i)));
    nodes.filter_map(|node| node.dyn_into().ok()).collect()
}

/// The first element that matches a selector.
pub(super) fn one(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// The first element inside `root` that matches a selector.
pub(super) fn first(root: &Element, selector: &str) -> Option<Element> {
    root.query_selector(selector).ok().flatten()
}

/// The element an event happened on, or the nearest around it that matches.
pub(super) fn target(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok().flatten()
}

/// Sets an attribute, or takes it away; touches the document only when that changes something.
pub(super) fn set(element: &Element, name: &str, value: Option<&str>) {
    if element.get_attribute(name).as_deref() != value {
        let _ = match value {
            Some(value) => element.set_attribute(name, value),
            None => element.remove_attribute(name),
        };
    }
}

/// Sets the text; touches the document only when that changes something. Says whether it did.
pub(super) fn write(element: &Element, text: &str) -> bool {
    let changes = element.text_content().as_deref() != Some(text);
    if changes {
        element.set_text_content(Some(text));
    }
    changes
}

/// Focuses an element.
pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Makes an element.
pub(super) fn make(name: &str) -> Option<Element> {
    document().create_element(name).ok()
}

/// Listens for as long as the document lives.
pub(super) fn listen(target: &EventTarget, name: &str, act: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(act);
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Listens on the document.
pub(super) fn on(name: &str, act: impl FnMut(Event) + 'static) {
    listen(&document(), name, act);
}

/// Does something once, `ms` milliseconds from now.
pub(super) fn later(ms: i32, act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms);
}

/// Does something every `ms` milliseconds for as long as the document lives.
pub(super) fn every(ms: i32, act: impl FnMut() + 'static) {
    let act = Closure::<dyn FnMut()>::new(act);
    let _ = window().set_interval_with_callback_and_timeout_and_arguments_0(act.as_ref().unchecked_ref(), ms);
    act.forget();
}

/// Milliseconds since 1970, by the browser's clock.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// Goes on with the text that a promise gives, if it gives one.
pub(super) fn text_of(promise: &js_sys::Promise, act: impl FnOnce(String) + 'static) {
    let then = Closure::once(move |value: JsValue| {
        if let Some(text) = value.as_string() {
            act(text);
        }
    });
    let failed = Closure::once(|_: JsValue| {});
    let _ = promise.then2(&then, &failed);
    then.forget();
    failed.forget();
}

/// Fetches a text of ours and goes on with it, or with none where it did not come or is an error's.
pub(super) fn fetch(url: &str, act: impl FnOnce(Option<String>) + 'static) {
    let act = Rc::new(Cell::new(Some(act)));
    let end = move |act: &Cell<Option<_>>, text| {
        if let Some(act) = act.take() {
            let act: Box<dyn FnOnce(Option<String>)> = Box::new(act);
            act(text);
        }
    };
    let failing = Rc::clone(&act);
    let answered = Closure::once(move |response: JsValue| {
        let get = |name: &str| js_sys::Reflect::get(&response, &name.into()).ok();
        let text = get("text").and_then(|text| text.dyn_into::<js_sys::Function>().ok());
        match text.and_then(|text| text.call0(&response).ok()) {
            Some(promise) if get("ok").and_then(|ok| ok.as_bool()) == Some(true) => {
                text_of(promise.unchecked_ref(), move |text| end(&act, Some(text)));
            }
            _ => end(&act, None),
        }
    });
    let failed = Closure::once(move |_: JsValue| end(&failing, None));
    let _ = window().fetch_with_str(url).then2(&answered, &failed);
    answered.forget();
    failed.forget();
}

/// Goes to another page.
pub(super) fn go(href: &str) {
    let _ = window().location().set_href(href);
}
