//! Edit & resend: from a form to a plan. What carries the plan out is the form of every plan.

use leptos::prelude::*;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};

use super::messages::{Value, each};
use super::{Leads, SUBMISSION, redirect, submit};
use crate::model::Failure;
use crate::model::filter::Query;
use crate::model::form::Done;
use crate::model::form::edit::EditForm;
use crate::model::form::edit_all::EditAllForm;
use crate::model::paths::QueuePage;
use crate::model::{MessageId, QueueName, paths};
use crate::server::services::Connection;
use crate::server::services::submissions::Rejection;

/// Works out what an edited message would be; its page shows it. Nothing is sent. The form is multipart, so that a body
/// is sent as it is and not three times as long.
#[server(input = MultipartFormData, endpoint = "messages/edit", prefix = "/api")]
pub async fn edit_message(data: MultipartData) -> Result<(), Failure> {
    let mut form = EditForm::default();
    each(data, |name, value| {
        if let Value::Text(text) = value {
            form.take(name, text);
        }
    })
    .await?;
    let (connection, queue) = super::place(&form.fields.connection, &form.fields.queue)?;
    if form.message.is_empty() {
        return about_nothing(&connection, &queue, form).await;
    }
    let own = paths::edit(connection.name(), &queue, &MessageId::new(&form.message));
    let own = Query::of(&form.list).carry(&own);
    let planned = connection.plan_edit(&queue, &form).await;
    reviewed(form, own, planned.map(|planned| planned.id.clone())).await
}

/// Works out what operations make of a frozen set; its page shows it. Nothing is sent.
#[server(endpoint = "messages/edit-all", prefix = "/api")]
pub async fn edit_messages(#[server(flatten)] form: EditAllForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    if form.chosen.is_empty() {
        return about_nothing(&connection, &queue, form).await;
    }
    let own = Query::of(&form.list).carry(&paths::edit_chosen(connection.name(), &queue, &form.chosen));
    let planned = connection.plan_edits(&queue, &form).await;
    reviewed(form, own, planned.map(|planned| planned.id.clone())).await
}

/// A form that does not say which messages it edits is none of ours; the list is where they are chosen.
async fn about_nothing<F: serde::Serialize>(
    connection: &Connection,
    queue: &QueueName,
    form: F,
) -> Result<(), Failure> {
    let leads = Leads::to(paths::queue(connection.name(), queue, QueuePage::Messages));
    submit(form, leads, async { Err(Failure::Malformed.into()) }).await
}

/// Leads to the plan with what was typed, so that the way back to the editor finds it; where there is none, to the editor
/// with the sentences beside the fields.
async fn reviewed<F: serde::Serialize>(form: F, own: String, plan: Result<String, Rejection>) -> Result<(), Failure> {
    match plan {
        Ok(plan) => {
            let id = super::services().submissions().keep(&form, Ok(Done::Reviewed));
            redirect(&paths::with_query(&own, &[("plan", &plan), (SUBMISSION, &id)]));
            Ok(())
        }
        Err(rejection) => submit(form, Leads::to(own), async move { Err(rejection) }).await,
    }
}
