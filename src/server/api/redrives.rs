//! Selective redrive: from a wish to a plan, from a plan to a redrive, and steering that.

use leptos::prelude::*;

use super::{Leads, submit};
use crate::model::filter::Query;
use crate::model::form::redrive_start::StartForm;
use crate::model::form::redrive_steer::{SteerForm, TakeBackForm};
use crate::model::form::redrive_wish::WishForm;
use crate::model::journal::{QueueNo, RedriveId};
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueName};
use crate::server::services::Connection;
use crate::server::services::redrive::selective::Steer;
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

/// Carries out a plan; its page shows how far it is.
#[server(endpoint = "redrives/start", prefix = "/api")]
pub async fn carry_out_plan(#[server(flatten)] form: StartForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    if form.carry_out.is_empty() {
        let back = paths::queue(connection.name(), &queue, QueuePage::Redrive);
        return super::onward(form, Leads::to(back), Err(Failure::Malformed.into())).await;
    }
    let back = Query::of(&form.list).carry(&paths::plan(connection.name(), &queue, &form.carry_out));
    let page = match form.parse() {
        Ok(spend) => start(&connection, &queue, &form.carry_out, spend).await.map_err(Rejection::from),
        Err(invalid) => Err(invalid.into()),
    };
    super::onward(form, Leads::to(back), page).await
}

/// To its end, whether or not the one who asked for it stays.
async fn start(connection: &Connection, queue: &QueueName, plan: &str, spend: bool) -> Result<String, Failure> {
    let planned = connection.planned(queue, plan)?;
    let connection = connection.clone();
    let work = async move {
        let id = connection.carry_out_plan(&planned, spend).await?;
        Ok(paths::redrive(connection.name(), &id))
    };
    super::services().run(work).await?
}

/// Has a redrive wait, go on, or end.
#[server(endpoint = "redrives/steer", prefix = "/api")]
pub async fn steer_redrive(#[server(flatten)] form: SteerForm) -> Result<(), Failure> {
    let (connection, id) = redrive(&form.connection, &form.redrive)?;
    let steer = match form.steer.as_str() {
        "pause" => Ok(Steer::Pause),
        "resume" => Ok(Steer::Resume),
        "cancel" => Ok(Steer::Cancel),
        _ => Err(Failure::Malformed),
    };
    let leads = Leads::to(paths::redrive(connection.name(), &id));
    submit(form, leads, async move { Ok(connection.steer_selective(&id, steer?).await?) }).await
}

/// Plans to take back what a redrive sent to one of its destinations. Nothing is sent.
#[server(endpoint = "redrives/undo", prefix = "/api")]
pub async fn undo_redrive(#[server(flatten)] form: TakeBackForm) -> Result<(), Failure> {
    let (connection, id) = redrive(&form.connection, &form.redrive)?;
    let planned = match form.to.parse() {
        Ok(to) => connection.plan_undo(&id, QueueNo(to)).await,
        Err(_) => Err(Failure::Malformed.into()),
    };
    let page = planned.map(|(queue, plan)| paths::plan(connection.name(), &queue, &plan));
    super::onward(form, Leads::to(paths::redrive(connection.name(), &id)), page).await
}

/// The connection and the redrive that the hidden fields of a form name.
fn redrive(connection: &str, redrive: &str) -> Result<(Connection, RedriveId), Failure> {
    if connection.is_empty() || redrive.is_empty() {
        return Err(Failure::Malformed);
    }
    Ok((super::services().connection(connection)?, RedriveId::new(redrive)))
}
