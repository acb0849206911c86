//! Creating, changing, purging and deleting queues.

use leptos::prelude::*;

use super::{Leads, submit};
use crate::model::Failure;
use crate::model::form::danger::{DeleteForm, PurgeForm};
use crate::model::paths::{self, QueuePage};

/// Deletes every message of a queue.
#[server(endpoint = "queues/purge", prefix = "/api")]
pub async fn purge_queue(#[server(flatten)] form: PurgeForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let to = |page| paths::queue(connection.name(), &queue, page);
    let leads = Leads { done: to(QueuePage::Overview), back: to(QueuePage::Danger) };
    let confirmed = form.parse();
    submit(form, leads, async move { Ok(connection.purge_queue(&confirmed?).await?) }).await
}

/// Deletes a queue.
#[server(endpoint = "queues/delete", prefix = "/api")]
pub async fn delete_queue(#[server(flatten)] form: DeleteForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let back = paths::queue(connection.name(), &queue, QueuePage::Danger);
    let leads = Leads { done: paths::home(connection.name()), back };
    let confirmed = form.parse();
    submit(form, leads, async move { Ok(connection.delete_queue(&confirmed?).await?) }).await
}
