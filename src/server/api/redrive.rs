//! Checking, starting and cancelling a redrive.

use leptos::prelude::*;

use super::{Leads, submit};
use crate::model::Failure;
use crate::model::form::redrive::{CancelForm, RedriveForm};
use crate::model::paths::{self, QueuePage};
use crate::server::services::submissions::Rejection;

/// Starts a message move task.
#[server(endpoint = "redrive/start", prefix = "/api")]
pub async fn start_redrive(#[server(flatten)] form: RedriveForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to(paths::queue(connection.name(), &queue, QueuePage::Redrive));
    let start = form.parse();
    submit(form, leads, async move { Ok(connection.start_redrive(start?).await?) }).await
}

/// Says what is known of a redrive before it is started: the page, with this destination and this rate.
#[server(endpoint = "redrive/check", prefix = "/api")]
pub async fn check_redrive(#[server(flatten)] form: RedriveForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let page = paths::queue(connection.name(), &queue, QueuePage::Redrive);
    let checked = form.parse().map_err(Rejection::from).map(|start| {
        let (destination, rate) = (start.destination.map(String::from), start.rate.map(|rate| rate.to_string()));
        let (destination, rate) = (destination.unwrap_or_default(), rate.unwrap_or_default());
        paths::with_query(&page, &[("to", &form.to), ("destination", &destination), ("rate", &rate)])
    });
    super::onward(form, Leads::to(page), checked).await
}

/// Tells the running message move task to stop. Where the rest shall go on at another rate, the page is ready to start it.
#[server(endpoint = "redrive/cancel", prefix = "/api")]
pub async fn cancel_redrive(#[server(flatten)] form: CancelForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let back = paths::queue(connection.name(), &queue, QueuePage::Redrive);
    let next = form.parse();
    let rate = next.as_ref().ok().copied().flatten().map(|rate| rate.to_string()).unwrap_or_default();
    let leads = Leads { done: paths::with_query(&back, &[("rate", &rate)]), back };
    let work = async move {
        next?;
        Ok(connection.cancel_redrive(&queue).await?)
    };
    submit(form, leads, work).await
}
