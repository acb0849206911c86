//! What islands do to the document: one behaviour, one file. Compiled for the browser only.

mod copy;
mod dom;
mod editor;
mod filter;
mod keys;
mod paint;
mod palette;
mod reload;
mod resort;
mod select;
mod size;
pub(super) mod stream;
mod submit;
mod swap;
mod theme;
mod wire;

/// Starts every behaviour that needs no stream. Each listens on the document, so that it costs nothing until used.
pub(super) fn enhance() {
    let connection = dom::one("[data-palette]").and_then(|palette| palette.get_attribute("data-palette"));
    let connection = connection.unwrap_or_default();
    copy::start();
    editor::start();
    filter::start();
    keys::start(&connection);
    palette::start(connection);
    reload::start();
    select::start();
    size::start();
    submit::start();
    swap::start();
    theme::start();
}
