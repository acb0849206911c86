//! The ways to messages as a file.

use leptos::prelude::*;

use crate::model::paths::{self, Download};
use crate::model::{MessageId, QueueName};
use crate::server::pages::Here;
use crate::ui::parts::{Menu, MenuLink};

/// A menu for what the filter of the page leaves of the snapshot, or for one message of it.
pub(in crate::server::pages) fn menu(
    here: &Here,
    queue: &QueueName,
    only: Option<&MessageId>,
) -> impl IntoView + use<> {
    let query = match only {
        Some(id) => vec![("message", id.as_str().to_owned())],
        // More than the file needs: where there is none, the list comes back as it was.
        None => super::list::asked(here).pairs(),
    };
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let [lossless, sheet] =
        [Download::Ndjson, Download::Csv].map(|format| paths::export(here.connection.name(), queue, format, &query));
    of(lossless, sheet)
}

/// A menu for a frozen set.
pub(in crate::server::pages) fn of_chosen(here: &Here, queue: &QueueName, id: &str) -> impl IntoView + use<> {
    let [lossless, sheet] =
        [Download::Ndjson, Download::Csv].map(|format| paths::export_chosen(here.connection.name(), queue, id, format));
    of(lossless, sheet)
}

fn of(lossless: String, sheet: String) -> impl IntoView {
    view! {
        <Menu summary=|| view! { "Download" } end=true>
            <MenuLink href=lossless>"NDJSON, can be imported again"</MenuLink>
            <MenuLink href=sheet>"CSV, for spreadsheets"</MenuLink>
        </Menu>
    }
}
