//! The one `EventSource` of the document: open while it is seen, closed while it is hidden. A page of messages keeps it
//! open until it is left: the server holds them for as long.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

use super::dom::{all, document, every, later, listen, now, on, one, set, window, write};
use super::paint::Page;
use super::wire;
use crate::model::live::{BEAT, News, State};
use crate::model::words;

/// After how many milliseconds without a word from the server its silence is an outage: two and a half beats.
const SILENCE_MS: f64 = 25_000.0;
/// A stream that broke off is missed only when it is not back after so many milliseconds: the server ends each from time
/// to time, to see that somebody is there.
const MISSED_MS: f64 = 1_500.0;
/// When a stream that the server refused is tried again, milliseconds.
const AGAIN_MS: i32 = 10_000;
/// The shortest time between two changes that a screen reader is told of, milliseconds.
const SAID_MS: f64 = 5_000.0;

thread_local! {
    /// Listeners outlive every scope, so what they share is the document's own.
    static STREAM: RefCell<Option<Stream>> = const { RefCell::new(None) };
}

struct Stream {
    url: String,
    source: Option<EventSource>,
    /// Whether the document shows messages that may be held.
    holds: bool,
    /// The id of the newest event.
    last: String,
    page: Page,
    state: State,
    /// The browser's time at which the stream broke off; absent while it is open.
    broken: Option<f64>,
    /// The browser's time at which the stream was opened, of the newest event or beat, and of the newest numbers.
    opened: f64,
    heard: f64,
    read: f64,
    /// What watching costs, in words.
    cost: String,
    said: f64,
}

fn with(act: impl FnOnce(&mut Stream)) {
    STREAM.with_borrow_mut(|stream| {
        if let Some(stream) = stream {
            act(stream);
        }
    });
}

/// Opens the stream, and keeps it open while the document is seen.
pub(in super::super) fn start() {
    let Some(mark) = one("[data-live-url]") else { return };
    let Some(url) = mark.get_attribute("data-live-url") else { return };
    let now = now();
    // A page without numbers has no age, and none to grey.
    let read = now - mark.get_attribute("data-age").and_then(|age| age.parse::<u32>().ok()).map_or(0.0, f64::from);
    let stream = Stream {
        holds: url.contains("&holds="),
        url,
        source: None,
        last: String::new(),
        page: Page::new(read),
        state: State::Paused,
        broken: None,
        opened: now,
        heard: now,
        read,
        cost: String::new(),
        said: now,
    };
    STREAM.set(Some(stream));
    with(Stream::seen);
    on("visibilitychange", |_| {
        with(|stream| {
            if !document().hidden() {
                stream.seen();
            } else if !stream.holds {
                stream.hidden();
            }
        });
    });
    listen(&window(), "pagehide", |_| with(Stream::hidden));
    listen(&window(), "pageshow", |_| with(Stream::seen));
    every(1_000, || with(Stream::tick));
}

impl Stream {
    fn seen(&mut self) {
        if self.source.is_some() || document().hidden() && !self.holds {
            return;
        }
        let mut url = self.url.clone();
        for (name, value) in [("&rows=", &self.page.rows()), ("&since=", &self.last)] {
            if !value.is_empty() {
                url.push_str(name);
                url.push_str(value);
            }
        }
        let Ok(source) = EventSource::new(&url) else { return };
        self.opened = now();
        self.broken = None;
        listen(&source, "open", |_| with(|stream| stream.broken = None));
        listen(&source, BEAT, |_| with(|stream| stream.heard = now()));
        listen(&source, "message", |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>()
                && let Some(news) = event.data().as_string().and_then(|data| wire::read(&data))
            {
                let id = event.last_event_id();
                with(|stream| stream.hear(id, &news));
            }
        });
        listen(&source, "error", |_| with(Stream::lost));
        self.source = Some(source);
    }

    fn hidden(&mut self) {
        self.broken = None;
        if let Some(source) = self.source.take() {
            source.close();
            self.show(State::Paused);
        }
    }

    /// The browser comes back by itself, unless the server refused.
    fn lost(&mut self) {
        self.broken.get_or_insert(now());
        if self.source.as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED) {
            self.source = None;
            self.show(State::Offline);
            later(AGAIN_MS, || with(Stream::seen));
        }
    }

    fn hear(&mut self, id: String, news: &News) {
        self.last = id;
        self.heard = now();
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        let age = |at: i64| (news.now - at) as f64;
        if let Some(newest) = news.rows.iter().map(|row| row.read_at).max() {
            self.read = self.heard - age(newest);
        }
        let calls = words::plural(u64::from(news.calls), "call", "calls");
        let (dollars, cents) = (news.cents / 100, news.cents % 100);
        let zero = if cents < 10 { "0" } else { "" };
        self.cost = format!(
            "{calls} to SQS in the last minute; watching like this for a month: about ${dollars}.{zero}{cents}"
        );
        self.page.take(news, self.heard);
        self.show(news.state);
    }

    fn tick(&mut self) {
        let now = now();
        // A tunnel that hangs is no error to the browser: only silence tells.
        if self.source.is_some() && now - self.heard.max(self.opened) > SILENCE_MS {
            if let Some(source) = self.source.take() {
                source.close();
            }
            self.show(State::Offline);
            self.seen();
        } else if self.source.is_some() && self.broken.is_some_and(|since| now - since > MISSED_MS) {
            self.show(if now - self.heard > SILENCE_MS { State::Offline } else { State::Behind });
        } else {
            self.show(self.state);
        }
        self.page.age(now);
    }

    fn show(&mut self, state: State) {
        let now = now();
        let changed = std::mem::replace(&mut self.state, state) != state;
        let word = state.word();
        if let Some(root) = document().document_element() {
            set(&root, "data-live", Some(if state == State::Live { "open" } else { word }));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
        let seconds = ((now - self.read) / 1_000.0) as u64;
        for mark in all("[data-live-url]") {
            set(&mark, "data-live", Some(word));
            set(&mark, "title", Some(&self.cost).filter(|cost| !cost.is_empty()).map(String::as_str));
            let say = |name: &str, text: &str| {
                if let Some(place) = super::dom::first(&mark, name) {
                    write(&place, text);
                }
            };
            say("[data-live-word]", word);
            say("[data-live-age]", &words::old(seconds));
        }
        // Speech is slow: what changes back at once is not worth a word.
        if changed && now - self.said > SAID_MS {
            self.said = now;
            if let Some(said) = one("[data-live-said]") {
                write(&said, sentence(state));
            }
        }
    }
}

fn sentence(state: State) -> &'static str {
    match state {
        State::Live => "Numbers are live",
        State::Paused => "Numbers are paused",
        State::Behind => "Numbers are behind",
        State::Offline => "SQS cannot be reached",
    }
}
