//! The palette: a few letters, and one is at a queue or page. Its names are fetched when it is first opened.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

use super::super::fuzzy;
use super::dom::{fetch, first, go, listen, make, one, set, target, within, write};
use crate::model::paths::{self, QueuePage};
use crate::model::{ConnectionName, QueueName};

/// How many matches are shown.
const SHOWN: usize = 12;

thread_local! {
    static PALETTE: RefCell<Option<Palette>> = const { RefCell::new(None) };
}

struct Palette {
    connection: ConnectionName,
    dialog: HtmlDialogElement,
    input: HtmlInputElement,
    list: Element,
    /// Queue names; empty until they came.
    names: Vec<String>,
    asked: bool,
    at: usize,
}

pub(super) fn start(connection: String) {
    let Ok(connection) = connection.parse() else { return };
    let Some(dialog) = one("[data-palette]") else { return };
    let (Some(input), Some(list)) = (first(&dialog, "input"), first(&dialog, "[role=listbox]")) else { return };
    let (Ok(dialog), Ok(input)) = (dialog.dyn_into::<HtmlDialogElement>(), input.dyn_into::<HtmlInputElement>()) else {
        return;
    };
    listen(&input, "input", |_| with(|palette| palette.fill()));
    listen(&input, "keydown", |event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            with(|palette| palette.key(event));
        }
    });
    // A click beside the box closes it.
    listen(&dialog, "click", |event| {
        if target(&event, "*").is_some_and(|at| at.has_attribute("data-palette")) {
            with(|palette| palette.dialog.close());
        }
    });
    PALETTE.set(Some(Palette { connection, dialog, input, list, names: Vec::new(), asked: false, at: 0 }));
}

fn with(act: impl FnOnce(&mut Palette)) {
    PALETTE.with_borrow_mut(|palette| {
        if let Some(palette) = palette {
            act(palette);
        }
    });
}

/// Opens it.
pub(super) fn open() {
    with(|palette| {
        if palette.dialog.open() {
            return;
        }
        palette.input.set_value("");
        palette.fill();
        let _ = palette.dialog.show_modal();
        if !std::mem::replace(&mut palette.asked, true) {
            let url = paths::with_query("/palette", &[("connection", palette.connection.as_str())]);
            fetch(&url, |names| {
                with(|palette| match names {
                    Some(names) => {
                        palette.names = names.lines().map(str::to_owned).collect();
                        palette.fill();
                    }
                    None => palette.asked = false,
                });
            });
        }
    });
}

impl Palette {
    /// The pages, by what they are called.
    fn pages(&self) -> [(&'static str, String); 3] {
        [
            ("All queues", paths::home(&self.connection)),
            ("New queue", paths::new_queue(&self.connection)),
            ("Activity", paths::activity(&self.connection)),
        ]
    }

    fn fill(&mut self) {
        let typed = self.input.value();
        let pages = self.pages();
        let all = pages.iter().map(|page| page.0).chain(self.names.iter().map(String::as_str));
        let best = fuzzy::best(&typed, all, SHOWN);
        self.list.set_text_content(None);
        for (i, name) in best.iter().enumerate() {
            let page = pages.iter().find(|page| page.0 == *name).map(|page| page.1.clone());
            let queue = || name.parse::<QueueName>().ok();
            let href = page.or_else(|| queue().map(|q| paths::queue(&self.connection, &q, QueuePage::Overview)));
            let (Some(href), Some(link)) = (href, make("a")) else { continue };
            set(&link, "class", Some("palette-item"));
            set(&link, "role", Some("option"));
            set(&link, "id", Some(&format!("palette-{i}")));
            set(&link, "href", Some(&href));
            set(&link, "tabindex", Some("-1"));
            write(&link, name);
            let _ = self.list.append_child(&link);
        }
        self.mark(0);
    }

    fn mark(&mut self, at: usize) {
        self.at = at;
        for (i, item) in within(Some(&self.list), "[role=option]").iter().enumerate() {
            set(item, "aria-selected", Some(if i == at { "true" } else { "false" }));
        }
        set(&self.input, "aria-activedescendant", Some(&format!("palette-{at}")));
    }

    fn key(&mut self, event: &KeyboardEvent) {
        let items = within(Some(&self.list), "[role=option]");
        let last = items.len().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => self.mark(if self.at >= last { 0 } else { self.at + 1 }),
            "ArrowUp" => self.mark(if self.at == 0 { last } else { self.at - 1 }),
            "Enter" => {
                if let Some(href) = items.get(self.at).and_then(|item| item.get_attribute("href")) {
                    go(&href);
                }
            }
            _ => return,
        }
        event.prevent_default();
    }
}
