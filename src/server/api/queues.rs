//! Creating, changing, purging and deleting queues.

use leptos::prelude::*;

use super::{Leads, submit};
use crate::model::Failure;
use crate::model::form::danger::{DeleteForm, PurgeForm};
use crate::model::form::new_queue::NewQueueForm;
use crate::model::form::settings::SettingsForm;
use crate::model::paths::{self, QueuePage};
use crate::server::services::submissions::Rejection;

/// Creates a queue, and its dead-letter queue where that was asked for.
#[server(endpoint = "queues/create", prefix = "/api")]
pub async fn create_queue(#[server(flatten)] form: NewQueueForm) -> Result<(), Failure> {
    let connection = super::services().connection(&form.connection)?;
    let back = paths::new_queue(connection.name());
    let new = form.parse();
    let created = new.as_ref().map(|new| paths::queue(connection.name(), &new.name, QueuePage::Overview));
    let leads = Leads { done: created.unwrap_or_else(|_| back.clone()), back };
    submit(form, leads, async move { connection.create_queue(new?).await }).await
}

/// Says what a change of settings would change, or changes them.
#[server(endpoint = "queues/update", prefix = "/api")]
pub async fn update_queue(#[server(flatten)] form: SettingsForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to(paths::queue(connection.name(), &queue, QueuePage::Settings));
    let asked = form.clone();
    submit(form, leads, async move { connection.update_settings(&queue, &asked).await }).await
}

/// Deletes every message of a queue, at once or after copies were kept.
#[server(endpoint = "queues/purge", prefix = "/api")]
pub async fn purge_queue(#[server(flatten)] form: PurgeForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let to = |page| paths::queue(connection.name(), &queue, page);
    let leads = Leads { done: to(QueuePage::Overview), back: to(QueuePage::Danger) };
    let confirmed = form.parse();
    if form.archive.is_empty() {
        return submit(form, leads, async move { Ok(connection.purge_queue(&confirmed?).await?) }).await;
    }
    let opened = match confirmed {
        Ok(queue) => connection.open_purge(&queue).await.map_err(Rejection::from),
        Err(invalid) => Err(invalid.into()),
    };
    let page = opened.map(|opened| super::started(&connection, opened));
    super::onward(form, leads, page).await
}

/// Deletes a queue, at once or after copies of its messages were kept.
#[server(endpoint = "queues/delete", prefix = "/api")]
pub async fn delete_queue(#[server(flatten)] form: DeleteForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let back = paths::queue(connection.name(), &queue, QueuePage::Danger);
    let leads = Leads { done: paths::home(connection.name()), back };
    let confirmed = form.parse();
    if form.archive.is_empty() {
        return submit(form, leads, async move { Ok(connection.delete_queue(&confirmed?).await?) }).await;
    }
    let opened = match confirmed {
        Ok(queue) => connection.open_queue_deletion(&queue).await.map_err(Rejection::from),
        Err(invalid) => Err(invalid.into()),
    };
    let page = opened.map(|opened| super::started(&connection, opened));
    super::onward(form, leads, page).await
}
