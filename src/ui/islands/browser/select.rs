//! Selecting rows: all of a table, a range with Shift, and how many there are.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};

use super::dom::{all, on, target, within, write};
use crate::model::words;

pub(super) fn start() {
    if all("[data-select]").is_empty() {
        return;
    }
    let last: RefCell<Option<HtmlInputElement>> = RefCell::new(None);
    on("click", move |event| {
        let Some(clicked) = target(&event, "input").and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        if clicked.has_attribute("data-select-all") {
            for mark in marks(&clicked) {
                mark.set_checked(clicked.checked());
            }
        } else if clicked.has_attribute("data-select") {
            // A click is a mouse event; whether Shift was held is all that is asked of it.
            let shift = event.unchecked_ref::<KeyboardEvent>().shift_key();
            if let Some(from) = last.borrow_mut().replace(clicked.clone()).filter(|_| shift) {
                range(&marks(&clicked), &from, &clicked);
            }
        } else {
            return;
        }
        count();
    });
    on("change", |_| count());
    count();
}

/// The marks of the table that a checkbox stands in.
fn marks(of: &Element) -> Vec<HtmlInputElement> {
    let table = of.closest("table").ok().flatten();
    let marks = within(table.as_ref(), "tr:not([hidden]) [data-select]");
    marks.into_iter().filter_map(|mark| mark.dyn_into().ok()).collect()
}

fn range(marks: &[HtmlInputElement], from: &HtmlInputElement, to: &HtmlInputElement) {
    let place = |of: &HtmlInputElement| marks.iter().position(|mark| mark == of);
    if let (Some(from), Some(at)) = (place(from), place(to)) {
        for mark in &marks[from.min(at)..=from.max(at)] {
            mark.set_checked(to.checked());
        }
    }
}

/// Says how many are selected.
pub(super) fn count() {
    let selected = all("[data-select]:checked").len();
    for place in all("[data-selected]") {
        write(&place, &words::count(u64::try_from(selected).unwrap_or(u64::MAX)));
    }
    let every = selected > 0 && selected == all("[data-select]").len();
    for all_of in all("[data-select-all]") {
        if let Some(all_of) = all_of.dyn_ref::<HtmlInputElement>() {
            all_of.set_checked(every);
            all_of.set_indeterminate(selected > 0 && !every);
        }
    }
}
