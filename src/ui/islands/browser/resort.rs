//! Rows never move under the pointer: where the order has changed, or queues and redrives came that the page does not
//! show, a link says so and loads the page again.

use std::collections::BTreeSet;

use web_sys::Element;

use super::super::order::out_of_order;
use super::dom::{first, make, one, set, window, within, write};
use crate::model::live::News;
use crate::model::words;

/// The list of queues of this page, if it has one.
#[derive(Default)]
pub(super) struct Resort {
    /// How many queues there were when the stream opened.
    queues: Option<u32>,
    /// The queues with a move task that runs and that the page does not show.
    redriven: BTreeSet<String>,
    link: Option<Element>,
}

impl Resort {
    /// Counts what would move, given the number a queue's counter (0, 1, 2) shows.
    pub(super) fn look(&mut self, news: &News, shown: impl Fn(&str, usize) -> Option<u64>) {
        let Some(toolbar) = one("[data-list]") else { return };
        let known = *self.queues.get_or_insert(news.queues);
        let new = usize::try_from(news.queues.abs_diff(known)).unwrap_or(0);
        for task in &news.tasks {
            let shown = || one(&format!("[data-task='{}'][data-started='{}']", task.queue, task.started)).is_some();
            if task.active && !shown() {
                self.redriven.insert(task.queue.clone());
            } else if !task.active {
                self.redriven.remove(&task.queue);
            }
        }
        let section = toolbar.closest("section").ok().flatten();
        let moved = section.map_or(0, |section| moved(&section, shown));
        self.show(&toolbar, moved + new + self.redriven.len());
    }

    fn show(&mut self, toolbar: &Element, changes: usize) {
        if changes == 0 {
            if let Some(link) = self.link.take() {
                link.remove();
            }
            return;
        }
        if self.link.is_none() {
            let Some(link) = make("a") else { return };
            set(&link, "class", Some("button"));
            set(&link, "data-variant", Some("plain"));
            set(&link, "data-size", Some("small"));
            set(&link, "data-resort", Some(""));
            let _ = window().location().href().map(|href| set(&link, "href", Some(&href)));
            // Before the toolbar's action, which keeps its place at the end.
            let _ = match first(toolbar, "[data-filter]") {
                Some(form) => form.insert_adjacent_element("afterend", &link),
                None => toolbar.insert_adjacent_element("beforeend", &link),
            };
            self.link = Some(link);
        }
        if let Some(link) = &self.link {
            let changes = words::plural(u64::try_from(changes).unwrap_or(u64::MAX), "change", "changes");
            write(link, &format!("{changes} – sort again"));
        }
    }
}

fn moved(section: &Element, shown: impl Fn(&str, usize) -> Option<u64>) -> usize {
    let headings = within(Some(section), "thead th");
    let Some(column) = headings.iter().position(|heading| heading.has_attribute("aria-sort")) else { return 0 };
    let descending = headings[column].get_attribute("aria-sort").as_deref() == Some("descending");
    let values: Vec<u64> = within(Some(section), "tbody tr")
        .iter()
        .filter_map(|row| {
            let cell = row.children().item(u32::try_from(column).ok()?)?;
            let count = first(&cell, "[data-queue][data-depth]")?;
            let counter = match count.get_attribute("data-depth")?.as_str() {
                "visible" => 0,
                "in-flight" => 1,
                _ => 2,
            };
            shown(&count.get_attribute("data-queue")?, counter)
        })
        .collect();
    out_of_order(&values, descending)
}
