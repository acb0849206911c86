//! Choosing the columns of a list of messages: those that every message may have, and what these messages carry.

use leptos::prelude::*;

use super::filter_bar::kept;
use crate::model::filter::Column;
use crate::model::filter::query::{COLUMNS, Query};
use crate::server::services::messages::index::Index;
use crate::server::services::messages::view::View;
use crate::ui::parts::{Button, Checkbox, Disclosure, LinkButton, TextField, Variant};

/// How many places and attributes are offered.
const OFFERED: usize = 12;

/// The chooser of a list at this address.
pub(super) fn chooser(base: &str, query: &Query, view: &View, index: &Index) -> impl IntoView + use<> {
    let paths = index.paths().iter().take(OFFERED).cloned().map(Column::Path);
    let attributes = index.attributes().iter().take(OFFERED).cloned().map(Column::Attribute);
    let mut offered: Vec<Column> = Column::NAMED.into_iter().chain(attributes).chain(paths).collect();
    offered.extend(view.columns.iter().filter(|column| !offered.contains(column)).cloned().collect::<Vec<_>>());
    let boxes: Vec<_> = offered
        .into_iter()
        .enumerate()
        .map(|(n, column)| {
            let checked = view.columns.contains(&column);
            let label = match &column {
                Column::Path(_) | Column::Attribute(_) => column.to_string(),
                _ => column.label(),
            };
            let (value, id) = (column.to_string(), format!("column-{n}"));
            view! { <Checkbox name="columns" id label value checked/> }
        })
        .collect();
    let usual = (!query.columns.is_empty()).then(|| {
        let href = Query { columns: Vec::new(), ..query.clone() }.link(base);
        view! { <LinkButton href variant=Variant::Plain>"The usual ones"</LinkButton> }
    });
    let hint = format!("For example body:order.id or attr:type, with commas between them. {COLUMNS} columns at most.");
    let (action, kept) = (base.to_owned(), kept(query, &["columns", "page"]));
    view! {
        <Disclosure summary="Columns">
            <form class="form" method="get" action=action>
                {kept}
                <div class="columns">{boxes}</div>
                <div class="asking">
                    <TextField name="columns" id="columns-more" label="Others" hint mono=true/>
                    <Button>"Show these"</Button>
                    {usual}
                </div>
            </form>
        </Disclosure>
    }
}
