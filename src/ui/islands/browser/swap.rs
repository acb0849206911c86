//! Opens a message beside its list in place: the page that the link leads to is fetched, and its list takes the place of
//! this one, so that neither the scroll position nor a mark is lost. Where anything is not as it should be, the link is
//! followed as any other.

use std::cell::RefCell;
use std::collections::BTreeSet;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, DomParser, Element, Event, FocusOptions, HtmlElement, HtmlInputElement, KeyboardEvent, SupportedType,
};

use super::dom::{all, document, fetch, go, listen, on, one, set, target, window};
use super::{copy, select};

/// What is replaced; its value names the snapshot that is shown.
const PLACE: &str = "[data-swap]";

thread_local! {
    /// The path and query of what is shown, or is about to be: of several answers the last that was asked for counts.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(super) fn start() {
    if one(PLACE).is_none() {
        return;
    }
    SHOWN.set(here());
    on("click", |event| {
        if let Some(href) = leads(&event) {
            event.prevent_default();
            open(href, true);
        }
    });
    listen(&window(), "popstate", |_| {
        let back = here();
        if SHOWN.with_borrow(|shown| *shown != back) {
            open(back, false);
        }
    });
}

/// The path and query of the address.
fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Where a plain click on a link of the inspector, or on one that opens it, leads, if that is a state of this page.
fn leads(event: &Event) -> Option<String> {
    let link = target(event, "a[href]").filter(|_| !event.default_prevented())?;
    link.closest("[data-inspect]").ok().flatten()?;
    // A click is a mouse event; the keys that were held are all that is asked of it.
    let keys: &KeyboardEvent = event.unchecked_ref();
    let href = link.get_attribute("href")?;
    let path = href.split(['?', '#']).next()?;
    let plain = !(keys.ctrl_key() || keys.meta_key() || keys.shift_key() || keys.alt_key());
    (plain && window().location().pathname().is_ok_and(|here| here == path)).then_some(href)
}

fn open(href: String, push: bool) {
    let address = href.split('#').next().unwrap_or_default().to_owned();
    SHOWN.set(address.clone());
    fetch(&address.clone(), move |page| {
        if SHOWN.with_borrow(|shown| *shown != address) {
            return;
        }
        if page.and_then(|page| replace(&page, &href, push)).is_none() {
            go(&href);
        }
    });
}

/// Puts the list of a page in the place of this one's.
fn replace(page: &str, href: &str, push: bool) -> Option<()> {
    let page: Document = DomParser::new().ok()?.parse_from_string(page, SupportedType::TextHtml).ok()?;
    let (old, new) = (one(PLACE)?, page.query_selector(PLACE).ok().flatten()?);
    // Another snapshot has another line of truth above it.
    if old.get_attribute("data-swap") != new.get_attribute("data-swap") {
        return None;
    }
    let at = document().active_element().filter(|at| old.contains(Some(at)));
    let stepping = at.filter(|at| at.closest("aside").is_ok_and(|aside| aside.is_some()));
    let stepping = stepping.and_then(|at| at.text_content());
    let (marks, unfolded) = (values("[data-select]:checked"), words("details[open] > summary"));
    old.replace_with_with_node_1(&new).ok()?;
    for mark in all("[data-select]").into_iter().filter_map(|mark| mark.dyn_into::<HtmlInputElement>().ok()) {
        mark.set_checked(marks.contains(&mark.value()));
    }
    for summary in all("details > summary").into_iter().filter(|summary| unfolded.contains(&text(summary))) {
        if let Some(details) = summary.parent_element() {
            set(&details, "open", Some(""));
        }
    }
    if push {
        let _ = window().history().ok()?.push_state_with_url(&JsValue::NULL, "", Some(href));
    }
    copy::wake();
    select::count();
    settle(href, stepping.as_deref());
    Some(())
}

/// Focuses the link that was pressed in the inspector, or else the row, and brings the row into view where it is not.
fn settle(href: &str, stepping: Option<&str>) {
    let row = href.split_once('#').and_then(|(_, id)| document().get_element_by_id(id));
    let same = |link: &Element| stepping == Some(text(link).as_str());
    let link = all("aside a").into_iter().find(same).filter(|_| stepping.is_some());
    if let Some(row) = &row {
        set(row, "tabindex", Some("-1"));
    }
    if let Some(at) = link.as_ref().or(row.as_ref()).and_then(|at| at.dyn_ref::<HtmlElement>()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = at.focus_with_options(&options);
    }
    let bar = one(".bar").map_or(0.0, |bar| bar.get_bounding_client_rect().bottom());
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX);
    if let Some(row) = row {
        let seen = row.get_bounding_client_rect();
        if seen.height() > 0.0 && (seen.top() < bar || seen.bottom() + bar > height) {
            row.scroll_into_view();
        }
    }
}

fn text(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

fn words(selector: &str) -> BTreeSet<String> {
    all(selector).iter().map(text).collect()
}

fn values(selector: &str) -> BTreeSet<String> {
    let inputs = all(selector).into_iter().filter_map(|input| input.dyn_into::<HtmlInputElement>().ok());
    inputs.map(|input| input.value()).collect()
}
