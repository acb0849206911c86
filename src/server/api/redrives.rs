//! Selective redrive: from a wish to a plan.

use leptos::prelude::*;

use super::Leads;
use crate::model::filter::Query;
use crate::model::form::redrive_wish::WishForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueName};
use crate::server::services::Connection;
use crate::server::services::submissions::Rejection;

/// Works out what a redrive would do; its page shows it. Nothing is sent.
#[server(endpoint = "redrives/plan", prefix = "/api")]
pub async fn plan_redrive(#[server(flatten)] form: WishForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let list = Query::of(&form.list);
    let back = match (form.plan.as_str(), form.chosen.as_str()) {
        ("", "") => paths::queue(connection.name(), &queue, QueuePage::Redrive),
        ("", chosen) => list.carry(&paths::chosen(connection.name(), &queue, chosen)),
        (plan, _) => list.carry(&paths::plan(connection.name(), &queue, plan)),
    };
    let page = plan(&connection, &queue, form.clone()).await;
    super::onward(form, Leads::to(back), page.map(|page| list.carry(&page))).await
}

async fn plan(connection: &Connection, queue: &QueueName, form: WishForm) -> Result<String, Rejection> {
    let wish = form.parse()?;
    let asked = connection.asked(queue, &form)?;
    let planned = connection.plan_selective(queue, form, &wish, asked).await?;
    Ok(paths::plan(connection.name(), queue, &planned.id))
}
