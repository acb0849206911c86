//! Starting and cancelling a redrive.

use leptos::prelude::*;

use super::{Leads, submit};
use crate::model::Failure;
use crate::model::form::redrive::RedriveForm;
use crate::model::paths::{self, QueuePage};

/// Starts a message move task.
#[server(endpoint = "redrive/start", prefix = "/api")]
pub async fn start_redrive(#[server(flatten)] form: RedriveForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to(paths::queue(connection.name(), &queue, QueuePage::Redrive));
    let start = form.parse();
    submit(form, leads, async move { Ok(connection.start_redrive(start?).await?) }).await
}

/// Tells the running message move task to stop.
#[server(endpoint = "redrive/cancel", prefix = "/api")]
pub async fn cancel_redrive(connection: String, queue: String) -> Result<(), Failure> {
    let (connection, queue) = super::place(&connection, &queue)?;
    let leads = Leads::to(paths::queue(connection.name(), &queue, QueuePage::Redrive));
    submit((), leads, async move { Ok(connection.cancel_redrive(&queue).await?) }).await
}
