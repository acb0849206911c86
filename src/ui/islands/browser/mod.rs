//! What islands do to the document: one behaviour, one file. Compiled for the browser only.

mod copy;
mod dom;
mod filter;
mod keys;
mod paint;
mod palette;
mod resort;
mod select;
mod size;
pub(super) mod stream;
mod submit;
mod theme;

/// Starts every behaviour that needs no stream. Each listens on the document, so that it costs nothing until used.
pub(super) fn enhance(connection: String) {
    copy::start();
    filter::start();
    keys::start(&connection);
    palette::start(connection);
    select::start();
    size::start();
    submit::start();
    theme::start();
}
