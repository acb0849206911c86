//! Loading the page again when the stream says that it would be another one by now.
//!
//! Not while the document is being left: a form that was sent is answered with what became of it, and a reload would
//! break that answer off and show the page of before.

use std::cell::Cell;

use super::dom::{later, listen, now, window};

/// For how long a document counts as being left, milliseconds. One that is still there then went for a file only.
const LEAVING_MS: f64 = 30_000.0;
/// What set out before this ran is not known; it is given so long, milliseconds.
const UNSEEN_MS: f64 = 1_000.0;
/// How often it is seen whether the document is still being left, milliseconds.
const AGAIN_MS: i32 = 200;

thread_local! {
    /// When something set out for another document, by the browser's clock. Until `start` nobody can tell.
    static LEFT: Cell<f64> = const { Cell::new(f64::INFINITY) };
    static WAITING: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn start() {
    LEFT.set(now() - LEAVING_MS + UNSEEN_MS);
    listen(&window(), "beforeunload", |_| LEFT.set(now()));
    // One that comes back out of the browser's cache is not being left any more.
    listen(&window(), "pagehide", |_| LEFT.set(f64::MIN));
}

/// Loads the page again; once, however often it is asked for.
pub(super) fn reload() {
    if now() - LEFT.get() > LEAVING_MS {
        let _ = window().location().reload();
    } else if !WAITING.replace(true) {
        later(AGAIN_MS, || {
            WAITING.set(false);
            reload();
        });
    }
}
