//! What makes a page quicker to use, and the two dialogs that belong to it: the palette and the list of keys.

use leptos::prelude::*;

/// Enhances the document around it. Once in every document, at its end.
#[component]
pub fn Enhance(
    /// The connection's name; empty on a page of none.
    #[prop(into)]
    connection: String,
) -> impl IntoView {
    view! {
        <dialog class="palette" data-palette=connection aria-label="Go to">
            <input
                class="input"
                type="text"
                role="combobox"
                aria-label="Queue or page"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                placeholder="Go to a queue or page…"
                autocomplete="off"
                spellcheck="false"
            />
            <div class="palette-list" id="palette-list" role="listbox" aria-label="Matches"></div>
        </dialog>
        <dialog class="palette" data-help="" aria-label="Keys">
            <dl class="palette-keys">
                <dt><kbd>"/"</kbd></dt>
                <dd>"Filter"</dd>
                <dt><kbd>"j"</kbd>" "<kbd>"k"</kbd></dt>
                <dd>"Next and previous row"</dd>
                <dt><kbd>"x"</kbd></dt>
                <dd>"Select the row"</dd>
                <dt><kbd>"Enter"</kbd></dt>
                <dd>"Open the row"</dd>
                <dt><kbd>"g"</kbd>" "<kbd>"h"</kbd></dt>
                <dd>"All queues"</dd>
                <dt><kbd>"Ctrl"</kbd>" "<kbd>"K"</kbd></dt>
                <dd>"Go to a queue or page"</dd>
                <dt><kbd>"Esc"</kbd></dt>
                <dd>"Close, or leave the field"</dd>
                <dt><kbd>"?"</kbd></dt>
                <dd>"This list"</dd>
            </dl>
            <form method="dialog">
                <button class="button">"Close"</button>
            </form>
        </dialog>
        <Behaviours/>
    }
}

/// All behaviours; they find what they enhance in the page.
#[island]
fn Behaviours() -> impl IntoView {
    #[cfg(target_arch = "wasm32")]
    super::browser::enhance();
}
