//! Recently deleted: restoring copies, forgetting them, and whether they are kept.

use leptos::prelude::*;

use super::{Leads, submit};
use crate::model::Failure;
use crate::model::form::undo::{CopiesForm, KeepForm, Undo};
use crate::model::paths;

/// Restores copies – a job, whose page shows how far it is – or forgets them.
#[server(endpoint = "deleted/act", prefix = "/api")]
pub async fn act_on_copies(#[server(flatten)] form: CopiesForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let list = paths::deleted(connection.name(), Some(&queue), Some(&form.deletion));
    let back = form.one.parse().map_or_else(|_| list.clone(), |copy| paths::kept_copy(connection.name(), &copy));
    let leads = Leads { done: list, back };
    match form.parse() {
        Ok((what, Undo::Forget)) => {
            submit(form, leads, async move { Ok(connection.forget(&queue, &what).await?) }).await
        }
        Ok((what, Undo::Restore { to, again })) => {
            let opened = connection.open_restore(&queue, &what, &to, again).await;
            super::onward(form, leads, opened.map(|opened| super::started(&connection, opened))).await
        }
        Err(invalid) => super::onward(form, leads, Err(invalid.into())).await,
    }
}

/// Has copies of a queue's messages kept from now on, or not.
#[server(endpoint = "deleted/keep", prefix = "/api")]
pub async fn keep_copies(#[server(flatten)] form: KeepForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to(paths::deleted(connection.name(), Some(&queue), None));
    let keep = form.keep == "on";
    submit(form, leads, async move { Ok(connection.keep_copies(&queue, keep).await?) }).await
}
