//! A body from a file, and how large a body is while it is typed.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, HtmlTextAreaElement};

use super::dom::{all, document, on, set, target, text_of, write};
use crate::model::{limits, words};

pub(super) fn start() {
    on("change", |event| {
        if let Some(input) = target(&event, "input[data-fills]").and_then(|input| input.dyn_into().ok()) {
            fill(&input);
        }
    });
    if all("[data-size-of]").is_empty() {
        return;
    }
    on("input", |_| measure());
    measure();
}

/// What is larger than any message stays a file: sending it is refused with a sentence, and a page is no place for it.
fn fill(input: &HtmlInputElement) {
    let file = input.files().and_then(|files| files.get(0));
    let area = input.get_attribute("data-fills").and_then(|id| document().get_element_by_id(&id));
    let (Some(file), Some(area)) = (file, area.and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok())) else {
        return;
    };
    if file.size() > f64::from(limits::MAXIMUM_MESSAGE_SIZE.max) {
        return;
    }
    let input = input.clone();
    text_of(&file.text(), move |text| {
        area.set_value(&text);
        // What is in the field is what is sent, and it can be corrected there; the file itself need not go along.
        input.set_value("");
        if let Ok(event) = Event::new("input") {
            let _ = area.dispatch_event(&event);
        }
        measure();
    });
}

fn measure() {
    for meter in all("[data-size-of]") {
        let area = meter.get_attribute("data-size-of").and_then(|id| document().get_element_by_id(&id));
        let Some(area) = area.and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok()) else { continue };
        // SQS counts the bytes of UTF-8, as Rust does; a form sends line breaks as two characters.
        let text = area.value();
        let size = text.len() as u64;
        let most = meter.get_attribute("data-max").and_then(|max| max.parse().ok());
        let most = most.unwrap_or(u64::from(limits::MAXIMUM_MESSAGE_SIZE.default));
        write(&meter, &format!("{} of {}", words::bytes(size), words::bytes(most)));
        set(&meter, "data-over", (size > most).then_some(""));
    }
}
