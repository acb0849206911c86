//! Redrive, the browser console for teams on Amazon SQS.
//!
//! The path of a file says where it runs:
//!
//! * [`model`] – server and browser. What is true of queues: no I/O, no async, no Leptos, no AWS.
//! * [`ui`] – server and browser. The HTML vocabulary, and the islands: all that is compiled to wasm.
//! * `server` – server only. The console: gateway, store, services, forms, HTTP, pages.
//! * `local` – server only. The embedded SQS, a house of its own; the console reaches it over HTTP like any SQS.
//!
//! The two gates below are the only ones in the crate besides `main.rs`.

pub mod model;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod local;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

/// Starts the islands of a page. The browser calls it once the wasm module has loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
