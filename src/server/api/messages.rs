//! Sending, looking, holding, and acting on what is held.

use leptos::prelude::*;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};

use super::{Leads, submit};
use crate::model::filter::Query;
use crate::model::form::Done;
use crate::model::form::carry_out::{CarryOut, CarryOutForm};
use crate::model::form::choose::ChooseForm;
use crate::model::form::held::HeldForm;
use crate::model::form::hold::HoldForm;
use crate::model::form::import::ImportForm;
use crate::model::form::look::LookForm;
use crate::model::form::saved::SavedForm;
use crate::model::form::send::SendForm;
use crate::model::job::Task;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, MessageId, QueueName};
use crate::server::services::Connection;
use crate::server::services::jobs::Start;
use crate::server::services::submissions::Rejection;

/// Sends one message. The form is multipart, so that a file works without JavaScript.
#[server(input = MultipartFormData, endpoint = "messages/send", prefix = "/api")]
pub async fn send_message(data: MultipartData) -> Result<(), Failure> {
    let form = read(data).await?;
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to(paths::queue(connection.name(), &queue, QueuePage::Send));
    let typed = form.clone();
    submit(form, leads, async move { connection.send_message(&queue, &typed).await }).await
}

/// Looks at a queue's messages and gives them back.
#[server(endpoint = "messages/look", prefix = "/api")]
pub async fn look(#[server(flatten)] form: LookForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    // What comes is another snapshot: it is seen from its first page on.
    let leads = Leads::to_list(&connection, &queue, &Query::of(&form.list).lasting());
    let look = form.parse();
    submit(form, leads, async move { Ok(connection.look(&queue, look?).await?) }).await
}

/// Starts a hold; its page shows what comes.
#[server(endpoint = "messages/hold", prefix = "/api")]
pub async fn hold(#[server(flatten)] form: HoldForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to_list(&connection, &queue, &Query::of(&form.list).lasting());
    let (hold, services) = (form.parse(), super::services());
    let work = async move {
        let session = connection.open_hold(&queue, hold?).await?;
        services.start(session.run());
        Ok(Done::HoldStarted)
    };
    submit(form, leads, work).await
}

/// Takes no more messages into a hold; those that came stay held.
#[server(endpoint = "messages/stop", prefix = "/api")]
pub async fn stop_receiving(connection: String, queue: String, #[server(default)] list: String) -> Result<(), Failure> {
    let (connection, queue) = super::place(&connection, &queue)?;
    let leads = Leads::to_list(&connection, &queue, &Query::of(&list));
    submit((), leads, async move { Ok(connection.stop_receiving(&queue)?) }).await
}

/// Renews the lease of what is held.
#[server(endpoint = "messages/extend", prefix = "/api")]
pub async fn extend_hold(connection: String, queue: String, #[server(default)] list: String) -> Result<(), Failure> {
    let (connection, queue) = super::place(&connection, &queue)?;
    let leads = Leads::to_list(&connection, &queue, &Query::of(&list));
    submit((), leads, async move { Ok(connection.extend_hold(&queue).await?) }).await
}

/// Gives back everything that is held.
#[server(endpoint = "messages/release", prefix = "/api")]
pub async fn release_hold(connection: String, queue: String, #[server(default)] list: String) -> Result<(), Failure> {
    let (connection, queue) = super::place(&connection, &queue)?;
    let leads = Leads::to_list(&connection, &queue, &Query::of(&list));
    submit((), leads, async move { Ok(connection.release_hold(&queue).await?) }).await
}

/// Deletes, hides or gives back messages that are held.
#[server(endpoint = "messages/act", prefix = "/api")]
pub async fn act_on_held(#[server(flatten)] form: HeldForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = if form.one.is_empty() {
        Leads::to_list(&connection, &queue, &Query::of(&form.list))
    } else {
        // The page of a message is in its list, too: its address says which.
        Leads::to(Query::of(&form.list).link(&paths::message(connection.name(), &queue, &MessageId::new(&form.one))))
    };
    let held = form.parse();
    submit(form, leads, async move { Ok(connection.act_on_held(&queue, held?).await?) }).await
}

/// Freezes messages of a snapshot; the page it leads to does something with them.
#[server(endpoint = "messages/choose", prefix = "/api")]
pub async fn choose(#[server(flatten)] form: ChooseForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let list = Query::of(&form.list);
    let chosen = match form.parse() {
        Ok(choice) => connection.choose(&queue, &choice).map_err(Rejection::from),
        Err(invalid) => Err(invalid.into()),
    };
    let page = chosen.map(|chosen| list.carry(&paths::chosen(connection.name(), &queue, &chosen.id)));
    super::onward(form, Leads::to_list(&connection, &queue, &list), page).await
}

/// Saves what a list shows under a name, or replaces, renames or forgets what was saved.
#[server(endpoint = "messages/filters", prefix = "/api")]
pub async fn change_filters(#[server(flatten)] form: SavedForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let leads = Leads::to_list(&connection, &queue, &Query::of(&form.list));
    let change = form.parse();
    submit(form, leads, async move { connection.change_filter(&queue, change?).await }).await
}

/// Starts a job with chosen messages; its page shows how far it is.
#[server(endpoint = "messages/start-job", prefix = "/api")]
pub async fn start_job(#[server(flatten)] form: CarryOutForm) -> Result<(), Failure> {
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let list = Query::of(&form.list);
    let back = list.carry(&paths::chosen(connection.name(), &queue, &form.chosen));
    let opened = match form.parse() {
        Ok(carry_out) => open(&connection, &queue, &form.chosen, carry_out).await.map_err(Rejection::from),
        Err(invalid) => Err(invalid.into()),
    };
    let page = opened.map(|opened| list.carry(&super::started(&connection, opened)));
    super::onward(form, Leads::to(back), page).await
}

async fn open(connection: &Connection, queue: &QueueName, chosen: &str, carry_out: CarryOut) -> Result<Start, Failure> {
    let chosen = connection.chosen(queue, chosen)?;
    connection.open_job(&chosen, carry_out).await
}

/// Tells a job to end after the batch in hand.
#[server(endpoint = "jobs/stop", prefix = "/api")]
pub async fn stop_job(connection: String, job: String, #[server(default)] list: String) -> Result<(), Failure> {
    let connection = super::services().connection(&connection)?;
    let found = connection.jobs().find(&job).ok_or(Failure::NotFound)?;
    found.cancel();
    super::redirect(&Query::of(&list).carry(&paths::job(connection.name(), found.id())));
    Ok(())
}

/// Reads a file of messages; its page shows what would be sent. The form is multipart, so that a file works without
/// JavaScript.
#[server(input = MultipartFormData, endpoint = "messages/import", prefix = "/api")]
pub async fn read_import(data: MultipartData) -> Result<(), Failure> {
    let mut form = ImportForm::default();
    each(data, |name, value| match value {
        Value::Text(text) => form.take(name, text),
        Value::File(_, bytes) => form.take_file(bytes),
    })
    .await?;
    let (connection, queue) = super::place(&form.connection, &form.queue)?;
    let list = Query::of(&form.list);
    let back = list.carry(&paths::import(connection.name(), &queue, ""));
    let kept = form.kept();
    let uploaded = match form.parse() {
        Ok(import) => connection.upload(&queue, import).await,
        Err(invalid) => Err(invalid.into()),
    };
    let page = uploaded.map(|upload| list.carry(&paths::import(connection.name(), &queue, &upload.id)));
    super::onward(kept, Leads::to(back), page).await
}

/// Starts the job that sends what was read from a file.
#[server(endpoint = "messages/start-import", prefix = "/api")]
pub async fn start_import(
    connection: String,
    queue: String,
    upload: String,
    #[server(default)] list: String,
) -> Result<(), Failure> {
    let (connection, queue) = super::place(&connection, &queue)?;
    let list = Query::of(&list);
    let back = list.carry(&paths::import(connection.name(), &queue, &upload));
    let opened = match connection.uploaded(&queue, &upload) {
        Ok(upload) => connection.open_import(&upload).await,
        Err(failure) => Err(failure),
    };
    let page = opened.map(|opened| list.carry(&super::started(&connection, opened))).map_err(Rejection::from);
    super::onward((), Leads::to(back), page).await
}

/// Freezes the messages that a job did not do it with, for another try.
#[server(endpoint = "jobs/again", prefix = "/api")]
pub async fn choose_undone(connection: String, job: String, #[server(default)] list: String) -> Result<(), Failure> {
    let list = Query::of(&list);
    let connection = super::services().connection(&connection)?;
    let found = connection.jobs().find(&job).ok_or(Failure::NotFound)?;
    if *found.task() == Task::Import {
        let upload = connection.upload_again(found.queue(), found.report().undone())?;
        super::redirect(&list.carry(&paths::import(connection.name(), found.queue(), &upload.id)));
        return Ok(());
    }
    let how = format!("not {} by a job", found.task().done());
    let chosen = connection.freeze(found.queue(), found.report().undone(), how)?;
    super::redirect(&list.carry(&paths::chosen(connection.name(), found.queue(), &chosen.id)));
    Ok(())
}

/// What a field of a multipart form holds.
pub(super) enum Value {
    /// What was typed.
    Text(String),
    /// A chosen file: its name, and what is in it.
    File(String, Vec<u8>),
}

async fn read(data: MultipartData) -> Result<SendForm, Failure> {
    let mut form = SendForm::default();
    each(data, |name, value| match value {
        Value::Text(text) => form.take(name, text),
        Value::File(file, bytes) => form.take_file(&file, bytes),
    })
    .await?;
    Ok(form)
}

/// Reads the fields of a multipart form. A file that nobody chose comes as one without a name.
pub(super) async fn each(data: MultipartData, mut take: impl FnMut(&str, Value)) -> Result<(), Failure> {
    let mut fields = data.into_inner().ok_or(Failure::Malformed)?;
    while let Some(field) = fields.next_field().await.map_err(|_| Failure::Malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            None => {
                let bytes = field.bytes().await.map_err(|_| Failure::Malformed)?.to_vec();
                take(&name, Value::Text(String::from_utf8(bytes).map_err(|_| Failure::Malformed)?));
            }
            Some(file) if file.is_empty() || name != "file" => {}
            Some(file) => {
                let bytes = field.bytes().await.map_err(|_| Failure::Malformed)?.to_vec();
                take(&name, Value::File(file, bytes));
            }
        }
    }
    Ok(())
}
