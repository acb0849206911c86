//! The islands: everything that runs in the browser. This list is complete.
//!
//! * [`Live`] – the one event stream of the document; keeps the numbers of the page current.
//! * [`Enhance`] – what makes a page quicker to use: copy, keys, palette, filter, selection, theme, and forms that are
//!   sent once.
//!
//! # Rules
//!
//! 1. Islands observe and enhance; they never change anything in SQS. No server function is called from wasm.
//! 2. One `EventSource` per document. It closes when the document is hidden and opens again when it is seen.
//! 3. Plain behaviours take no props: what the server knows stands in `data-` attributes of its markup. Props are
//!    JSON, and reading that costs 19 KB of the budget for the first island that has one. Never a body in either.
//! 4. An island renders complete HTML on the server, and what it enhances works without it: its absence costs
//!    freshness and comfort, not function.
//! 5. An island never stands inside `<tbody>` or `<ul>`; it finds what it enhances by `data-` attributes.
//! 6. What CSS or HTML does – `<details>`, `<dialog>`, `pattern`, `:has()` – no island does.
//! 7. Nothing that an island writes is markup: texts are set as texts.
//! 8. Small: plain DOM where a graph of signals is not needed. `make test` fails above the budget.
//!
//! # What islands look for
//!
//! | attribute | on | meaning |
//! |---|---|---|
//! | `data-queue` + `data-depth` | a count with a `data-number` inside | kept current; `data-changed` while it is new, `data-stale` when it is old |
//! | `data-spark` | an `<svg>` | its line is redrawn |
//! | `data-task` + `data-started` | a box with a `<progress>` and a `data-moved` text | the move task of that queue that began then; `data-reload` loads the page again when it ends |
//! | `data-progress` | a box with a `data-progress-count` text and a `progress` bar | a receive or a job; `data-reload` loads the page again when it is done or begins to wait, `going-on` when it waits no more |
//! | `data-row`, `data-open` | a row, and the link that Enter opens | `j` `k` `x` Enter; of several links the one that is seen |
//! | `data-close` | a link | what Esc follows where nothing else is to be left |
//! | `data-key="/"` | an input | focused by that key |
//! | `data-copy` | a disabled button | enabled; copies the value; `data-copied` for a moment |
//! | `data-swap` | a list with its inspector | replaced by that of the page to which a link in a `data-inspect` leads; its value names the snapshot |
//! | `data-filter` | a form with a search input | filters the rows of its section as typed |
//! | `data-list` | a toolbar | where “3 changes – sort again” appears |
//! | `data-select-all`, `data-select` | checkboxes | all of a table, one row; Shift selects a range |
//! | `data-selected` | any | how many are selected, as text |
//! | `data-fills` | a file input | the id of the textarea it fills |
//! | `data-editor` | a textarea | its body is looked at while it is typed; the value is the language it had; `data-editor-tool` on what only works then |
//! | `data-lint` | a text | says what that body is, or where it is wrong (`data-state`). `data-lint-go` on a button that goes there |
//! | `data-layout` | a button | lays the JSON out: `lines`, or else in one line |
//! | `data-guard` | a form | the browser asks before a changed body is left behind; Ctrl-Enter presses its primary button |
//! | `data-size-of`, `data-max` | any | the size of that textarea, as text; `data-over` above the limit (bytes) |
//!
//! `<html data-live>` is `open`, `paused`, `behind` or `offline` once [`Live`] runs.

mod enhance;
pub mod fuzzy;
mod live;
pub mod order;

#[cfg(target_arch = "wasm32")]
mod browser;

pub use enhance::Enhance;
pub use live::Live;
