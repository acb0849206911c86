//! The HTML vocabulary: components that own markup and a class name, and fetch nothing.
//!
//! One part, one file, one `style/parts/<part>.css`; its class is its name, its pieces are `part-piece`. Variants and
//! states are attributes (`data-variant`, `data-tone`, `aria-current`), never further classes, and never a `style`
//! attribute: the content security policy refuses those.
//!
//! # How a page is composed
//!
//! The frame (`body.frame`, `header.bar`, `main.page`) is the layout's; `style/layout.css` shows its markup.
//! Inside `main.page` a page is a list of these, and the page's grid spaces them:
//!
//! ```text
//! <PageHead title crumbs actions=|| …> badges </PageHead>   the only h1, at most one primary button
//! <Tabs label tabs/>                                        the pages of one queue
//! <Notice tone title> … </Notice>  <FailureNotice failure/> what happened, what to know first
//! <Figures> <Figure label spark=|| …> <LiveCount queue which value/> </Figure> </Figures>
//! <Section title note action=|| …> … </Section>             h2 and what belongs to it
//! ```
//!
//! * A **table**: `<div class="toolbar"><form method="get"><SearchField …/></form> <LinkButton …/></div>`, then
//!   `<Table caption columns> <tr> <NameCell>…</NameCell> <Cell label="Visible" kind=CellKind::Number>…</Cell> </tr>`.
//!   `label` repeats the heading: on a phone the row is a card and its cells name themselves. Links and buttons of a row
//!   are the last cell (`CellKind::Actions`, `Variant::Plain`, `small=true`).
//! * A **form**: `<form class="form" method="post">` of fields (`TextField`, `NumberField`, `SelectField`, `RadioGroup`,
//!   `Checkbox`, `TextareaField`), `<div class="form-row">` for two or three short ones side by side, and
//!   `<div class="form-actions">` with the buttons at its end. An error is given to its field as a sentence.
//! * **Two columns** from 1100 pixels: `<div class="split">`; `data-side="end"` makes the second one narrow.
//! * A **list of facts**: `<Facts><Fact label="ARN"><Copy label="ARN" value/></Fact></Facts>`.
//! * A **selection**: `<div class="selection">` after the table: the count, the actions, `push` on what stands at the end.
//! * **Something destructive**: a `Section` with `Consequences`, `Confirm`, and a `Button` of `Variant::Destroy`.
//! * **More than everyone needs**: `<Disclosure summary> … </Disclosure>`; a command line is `<Equivalent command/>`.
//! * **Nothing to show**: `<Empty glyph title text> next step </Empty>`; a failure is never shown as this.
//! * In between: `stack` (below each other; `data-gap="small"`), `cluster` (in a line), and the utilities
//!   `soft`, `mono`, `nowrap`, `truncate`, `push`, `wide-only`, `visually-hidden`.
//!
//! Icons need the [`Sprite`] in context; the shell provides it.

pub mod age;
pub mod badge;
pub mod breadcrumbs;
pub mod button;
pub mod choice;
pub mod code;
pub mod confirm;
pub mod copy;
pub mod count;
pub mod disclosure;
mod empty;
pub mod facts;
pub mod field;
pub mod figure;
mod file;
pub mod icon;
pub mod input;
pub mod menu;
pub mod meter;
pub mod notice;
pub mod page;
pub mod pagination;
mod pieces;
pub mod quantity;
pub mod refresh;
pub mod scriptless;
mod section;
pub mod spark;
pub mod table;
pub mod tabs;
pub mod textarea;
pub mod tip;
pub mod tone;

pub use age::Age;
pub use badge::{Badge, ConnectionBadge, DeadLetterBadge, KindBadge};
pub use breadcrumbs::Breadcrumbs;
pub use button::{Button, LinkButton, Variant};
pub use choice::{Checkbox, RadioGroup};
pub use code::{Code, Tongue};
pub use confirm::{Confirm, Consequences};
pub use copy::{Copy, CopyButton};
pub use count::LiveCount;
pub use disclosure::{Disclosure, Equivalent};
pub use empty::Empty;
pub use facts::{Fact, Facts};
pub use field::{Field, FieldError, described_by};
pub use figure::{Figure, Figures};
pub use file::FileField;
pub use icon::{Glyph, Icon, Sprite};
pub use input::{Choice, NumberField, SearchField, SelectField, TextField};
pub use menu::{Menu, MenuLink};
pub use meter::Meter;
pub use notice::{FailureNotice, Notice};
pub use page::PageHead;
pub use pagination::Pagination;
pub use quantity::QuantityField;
pub use refresh::Refresh;
pub use scriptless::Scriptless;
pub use section::Section;
pub use spark::Spark;
pub use table::{Cell, CellKind, Column, NameCell, Order, Table};
pub use tabs::{Tab, Tabs};
pub use textarea::TextareaField;
pub use tip::Tip;
pub use tone::Tone;
