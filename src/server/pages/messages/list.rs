//! The address of the list of messages, and how it is carried along: every form of the list, and every page that it
//! leads to, leads back to the same filter, order, columns, view and page.

use leptos::prelude::*;

use crate::model::QueueName;
use crate::model::filter::query::{LIST, Query};
use crate::model::paths::{self, QueuePage};
use crate::server::pages::Here;

/// What the address of the list itself asks for. The boxes of the columns come one by one.
pub(super) fn asked(here: &Here) -> Query {
    Query::read(|name| {
        let values: Vec<&str> = here.query.values(name).collect();
        (!values.is_empty()).then(|| values.join(if name == "columns" { "," } else { " " }))
    })
}

/// The list that led to a page which is not the list itself.
pub(in crate::server::pages) fn before(here: &Here) -> Query {
    Query::of(&here.query(LIST))
}

/// The address of a list.
pub(in crate::server::pages) fn address(here: &Here, queue: &QueueName, list: &Query) -> String {
    list.link(&paths::queue(here.connection.name(), queue, QueuePage::Messages))
}

/// The field by which a form leads back to a list.
pub(in crate::server::pages) fn keep(list: &Query) -> impl IntoView + use<> {
    view! { <input type="hidden" name=LIST value=list.text()/> }
}
