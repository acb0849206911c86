//! The page that stands where another could not: what happened, what to do next, with the right status.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::Page;
use super::asked::Asked;
use crate::model::{Failure, paths};
use crate::server::services::Connection;
use crate::ui::parts::{FailureNotice, LinkButton, PageHead};

/// A page that says what went wrong. An outage never looks like an empty list.
pub fn page(failure: &Failure, connection: Option<&Connection>) -> Page {
    let title = match failure.status() {
        404 => "Not found",
        403 => "Not allowed",
        _ => "Something is in the way",
    };
    let home = connection.map_or_else(|| "/".to_owned(), |connection| paths::home(connection.name()));
    let shown = failure.clone();
    let retry = failure.is_retryable() || failure.status() >= 500;
    let body = view! {
        <PageHead title/>
        <FailureNotice
            failure=shown
            actions=move || {
                view! {
                    {retry.then(|| view! { <LinkButton href="">"Try again"</LinkButton> })}
                    <LinkButton href=home>"All queues"</LinkButton>
                }
            }
        />
    };
    let mut page = Page::new(title, body);
    page.status = failure.status();
    page
}

/// An address that no route knows.
#[component]
pub fn Unknown() -> impl IntoView {
    super::render(ParamsMap::new(), Asked::default(), |_| async { Err(Failure::NotFound) })
}
