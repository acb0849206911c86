//! Messages that are copies: of which message, and who sent them when. What was edited and fails again says so.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::model::journal::Origin;
use crate::model::{MessageId, paths, words};
use crate::server::pages::Here;
use crate::ui::parts::{Age, Badge, CopyButton, Tone};

/// What is known of the copies among messages.
pub(super) type Origins = BTreeMap<MessageId, Origin>;

/// Looks these messages up in the journal. Where that cannot be read they are messages like any other.
pub(super) async fn of(here: &Here, ids: &[MessageId]) -> Origins {
    if ids.is_empty() { Origins::new() } else { here.connection.copied_from(ids).await.unwrap_or_default() }
}

/// What was done before, and by whom: “edited by ops”.
fn said(origin: &Origin) -> String {
    let what = if origin.edited { "edited" } else { "redriven" };
    format!("{what} by {}", origin.who)
}

/// A line below the id in a row of the table.
pub(super) fn mark(here: &Here, origin: &Origin) -> AnyView {
    let (said, title) = (said(origin), words::moment(origin.at_ms));
    let (href, age) = (paths::redrive(here.connection.name(), &origin.redrive), words::age(here.now_ms, origin.at_ms));
    let edited = origin.edited.then_some("");
    view! {
        <a class="origin" href=href title=title data-edited=edited>
            {said}
            ", "
            {age}
        </a>
    }
    .into_any()
}

/// The same where there is room for all of it.
pub(super) fn line(here: &Here, origins: &Origins, id: &MessageId) -> Option<AnyView> {
    let origin = origins.get(id)?;
    let (said, at, now) = (said(origin), origin.at_ms, here.now_ms);
    let tone = if origin.edited { Tone::Warn } else { Tone::Info };
    let href = paths::redrive(here.connection.name(), &origin.redrive);
    let original = origin.original.to_string();
    let short: String = original.chars().take(8).collect();
    let (of, moment) = (if origin.edited { "an edited copy of " } else { "a copy of " }, words::moment(at));
    let view = view! {
        <p class="truth">
            <Badge tone>{said}</Badge>
            <span>"at " <time datetime=words::timestamp(at)>{moment}</time> ", " <Age at now/></span>
            <span class="cluster">
                {of} <code title=original.clone()>{short}</code> <CopyButton label="id of the original" value=original/>
            </span>
            <a href=href>"Its redrive"</a>
        </p>
    };
    Some(view.into_any())
}
