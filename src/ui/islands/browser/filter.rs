//! Filters the rows that are loaded while a query is typed. Sending the form asks the server, which knows all queues
//! and the qualifiers; here only plain words count.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::dom::{first, make, on, set, target, within, write};

pub(super) fn start() {
    on("input", |event| {
        if let Some(form) = target(&event, "[data-filter]")
            && let Some(input) = target(&event, "input").and_then(|input| input.dyn_into::<HtmlInputElement>().ok())
            && let Some(section) = form.closest("section").ok().flatten()
        {
            filter(&form, &section, &input.value().to_lowercase());
        }
    });
}

fn filter(form: &Element, section: &Element, typed: &str) {
    let words: Vec<&str> = typed.split_whitespace().filter(|word| is_plain(word)).collect();
    let rows = within(Some(section), "tbody [data-row]");
    let mut left = 0;
    for row in &rows {
        let name = first(row, "[data-open]").and_then(|link| link.text_content()).unwrap_or_default().to_lowercase();
        let matches = words.iter().all(|word| name.contains(word));
        left += usize::from(matches);
        set(row, "hidden", (!matches).then_some(""));
    }
    say(form, !rows.is_empty() && left == 0);
}

fn is_plain(word: &str) -> bool {
    !word.starts_with('-') && !word.contains([':', '<', '>', '='])
}

/// Where nothing loaded matches, the rest may.
fn say(form: &Element, nothing: bool) {
    let said = form.parent_element().and_then(|toolbar| first(&toolbar, "[data-nothing]"));
    match said {
        Some(said) if !nothing => said.remove(),
        None if nothing => {
            if let Some(said) = make("span") {
                set(&said, "class", Some("soft"));
                set(&said, "role", Some("status"));
                set(&said, "data-nothing", Some(""));
                write(&said, "None of these – press Enter to search all queues");
                let _ = form.insert_adjacent_element("afterend", &said);
            }
        }
        _ => {}
    }
}
