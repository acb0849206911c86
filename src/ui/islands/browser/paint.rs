//! Writes news into the elements that the server rendered.

use std::collections::BTreeMap;

use wasm_bindgen::JsCast;
use web_sys::Element;

use super::dom::{all, first, later, set, within, write};
use super::reload::reload;
use super::resort::Resort;
use crate::model::depth::area;
use crate::model::live::{News, ROWS_BYTES, Row, STALE_MS, Task};
use crate::model::words;

/// For how long a number that changed is tinted, milliseconds; the style sheet animates within.
const TINT_MS: i32 = 700;

/// What the page shows of one queue.
#[derive(Default)]
struct Shown {
    /// Counts with the index of the counter each shows.
    counts: Vec<(usize, Element)>,
    lines: Vec<Element>,
    /// The browser's time at which its numbers were read; 0 for those of the page itself.
    read: f64,
    stale: bool,
    failing: bool,
}

/// The document as the stream knows it: found once, since islands do not add what they keep current.
pub(super) struct Page {
    queues: BTreeMap<String, Shown>,
    resort: Resort,
    /// The browser's time until which messages are held.
    held: Option<f64>,
    /// The browser's time at which the numbers of the page itself were read.
    made: f64,
}

impl Page {
    /// What the server rendered, of numbers that were read at `made`.
    pub(super) fn new(made: f64) -> Self {
        let mut queues: BTreeMap<String, Shown> = BTreeMap::new();
        for element in all("[data-queue][data-depth]") {
            let counter = match element.get_attribute("data-depth").as_deref() {
                Some("visible") => 0,
                Some("in-flight") => 1,
                Some("delayed") => 2,
                _ => continue,
            };
            if let Some(queue) = element.get_attribute("data-queue") {
                let shown = queues.entry(queue).or_default();
                shown.stale |= element.has_attribute("data-stale");
                shown.counts.push((counter, element));
            }
        }
        for element in all("[data-spark]") {
            if let Some(queue) = element.get_attribute("data-spark") {
                queues.entry(queue).or_default().lines.push(element);
            }
        }
        Self { queues, resort: Resort::default(), held: None, made }
    }

    /// The names of the queues it shows, with commas between, as many as an address can take.
    pub(super) fn rows(&self) -> String {
        let mut rows = String::new();
        for name in self.queues.keys().filter(|name| !name.is_empty()) {
            if rows.len() + name.len() + 1 > ROWS_BYTES {
                break;
            }
            if !rows.is_empty() {
                rows.push(',');
            }
            rows.push_str(name);
        }
        rows
    }

    /// Takes what is new, heard at `now`.
    pub(super) fn take(&mut self, news: &News, now: f64) {
        for row in &news.rows {
            if let Some(shown) = self.queues.get_mut(&row.queue) {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
                let age = (news.now - row.read_at) as f64;
                shown.read = now - age;
                shown.failing = row.failing;
                shown.paint(row);
            }
        }
        for queue in &news.gone {
            if let Some(shown) = self.queues.get_mut(queue) {
                shown.failing = true;
            }
        }
        for task in &news.tasks {
            show_task(task);
        }
        if let Some(progress) = &news.progress {
            for place in all("[data-hold]") {
                if place.get_attribute("data-hold").as_deref() == Some(&progress.of) {
                    match progress.until {
                        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
                        Some(until) => {
                            self.held = Some(now + (until - news.now) as f64);
                            tell(&place, "[data-held-until]", &words::time_of_day(until));
                        }
                        // It was released: what can be done with the messages is another page.
                        None => reload(),
                    }
                }
            }
            for place in all("[data-progress]") {
                if place.get_attribute("data-progress").as_deref() == Some(&progress.of) {
                    tell(&place, "[data-progress-count]", &words::count(u64::from(progress.count)));
                    let said = first(&place, "[data-state]").and_then(|said| said.text_content());
                    tell(&place, "[data-state]", &progress.state);
                    for meter in within(Some(&place), "progress") {
                        set(&meter, "value", Some(&progress.count.to_string()));
                    }
                    // What waits is another page than what goes on; what it says beside that is news while it waits.
                    let due = match place.get_attribute("data-reload").as_deref() {
                        None => false,
                        Some("going-on") => {
                            progress.done || !progress.waits || said.as_deref() != Some(&progress.state)
                        }
                        Some(_) => progress.done || progress.waits,
                    };
                    if due {
                        reload();
                    }
                }
            }
        }
        self.resort.look(news, |queue, counter| self.queues.get(queue).and_then(|shown| shown.number(counter)));
        self.age(now);
    }

    /// Greys what is old.
    pub(super) fn age(&mut self, now: f64) {
        if let Some(held) = self.held {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
            let left = ((held - now) / 1_000.0) as u64;
            for place in all("[data-held-left]") {
                write(&place, &words::seconds(left));
            }
        }
        for shown in self.queues.values_mut() {
            let heard = shown.read > 0.0;
            let read = if heard { shown.read } else { self.made };
            #[expect(clippy::cast_precision_loss, reason = "half a minute fits")]
            let old = now - read > STALE_MS as f64;
            // What the server greyed stays so until there is news of it.
            let stale = shown.failing || old || !heard && shown.stale;
            if stale != shown.stale {
                shown.stale = stale;
                for (_, count) in &shown.counts {
                    set(count, "data-stale", stale.then_some(""));
                }
            }
        }
    }
}

impl Shown {
    fn paint(&self, row: &Row) {
        for (counter, element) in &self.counts {
            let value = row.depth[*counter];
            let text = words::count(value);
            let changed = match first(element, "[data-number]") {
                Some(number) => write(&number, &text),
                None => write(element, &text),
            };
            if changed {
                set(element, "data-zero", (value == 0).then_some(""));
                set(element, "data-changed", Some(""));
                let element = element.clone();
                later(TINT_MS, move || set(&element, "data-changed", None));
            }
        }
        for line in &self.lines {
            if let Some(points) = &row.line {
                draw(line, points);
            }
        }
    }

    /// The number that the page shows now; separators are not digits.
    fn number(&self, counter: usize) -> Option<u64> {
        let (_, element) = self.counts.iter().find(|(shown, _)| *shown == counter)?;
        digits(&element.text_content()?)
    }
}

/// The digits of a text as a number.
fn digits(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn draw(svg: &Element, points: &str) {
    for line in within(Some(svg), "polyline") {
        set(&line, "points", Some(points));
    }
    for polygon in within(Some(svg), "polygon") {
        set(&polygon, "points", Some(&area(points)));
    }
}

fn show_task(task: &Task) {
    for place in all("[data-task]") {
        if place.get_attribute("data-task").as_deref() != Some(&task.queue) {
            continue;
        }
        // A page shows one task of a queue. SQS tells of ten: the others are not it.
        let started = task.started.to_string();
        if place.get_attribute("data-started").is_some_and(|shown| shown != started) {
            continue;
        }
        let to_move = task.to_move.unwrap_or_default().max(task.moved).max(1);
        if let Some(bar) = first(&place, "progress") {
            set(&bar, "max", Some(&to_move.to_string()));
            set(&bar, "value", Some(&task.moved.to_string()));
        }
        tell(&place, "[data-moved]", &words::moved(task.moved, task.to_move));
        tell(&place, "[data-status]", &task.status);
        tell(&place, "[data-pace]", &task.pace);
        let was_active = place.get_attribute("data-ended").is_none();
        if !task.active && was_active {
            set(&place, "data-ended", Some(""));
            if place.has_attribute("data-reload") {
                reload();
            }
        }
    }
}

fn tell(place: &Element, selector: &str, text: &str) {
    for element in within(Some(place), selector) {
        write(element.unchecked_ref(), text);
    }
}
