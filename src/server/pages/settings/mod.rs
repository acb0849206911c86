//! Settings: edit, look at what would change, apply. Three states of one page.

mod edit;
mod review;

use std::sync::Arc;

use leptos::prelude::*;

use super::{Here, Page, page};
use crate::model::Failure;
use crate::model::form::Done;
use crate::model::form::settings::SettingsForm;
use crate::server::services::settings::Review;
use crate::server::services::submissions::{Rejection, Submission};

/// The settings of a queue.
#[component]
pub fn SettingsPage() -> impl IntoView {
    page(settings)
}

/// The query parameter that leads from the review back to the form.
const EDIT: &str = "edit";

async fn settings(mut here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let mut submitted =
        here.submission.clone().and_then(|submission| Some((submission.form::<SettingsForm>()?, submission)));
    if let Some((form, submission)) = &submitted
        && here.query(EDIT).is_empty()
        && is_review(form, submission)
    {
        let now = match here.connection.review_settings(&queue, form).await {
            Ok(review) if !review.is_empty() => return Ok(review::page(&here, &queue, form, &review, submission)),
            Ok(_) => Ok(()),
            Err(rejection) => Err(rejection),
        };
        let answer = Arc::new(reviewed_again(submission, now));
        here.submission = Some(Arc::clone(&answer));
        submitted = Some((form.clone(), answer));
    }
    let current = here.connection.settings(&queue).await?;
    let typed = submitted.filter(|(_, submission)| submission.done.is_none() || !here.query(EDIT).is_empty());
    Ok(edit::page(&here, &queue, &current, typed.map(|(form, _)| form)))
}

/// Whether the page shows what would change: after the first step, and where the second one failed.
fn is_review(form: &SettingsForm, submission: &Submission) -> bool {
    let only_unconfirmed = submission.invalid.iter().all(|invalid| invalid.field == "understood");
    match (&submission.done, &submission.failure) {
        (Some(done), _) => *done == Done::Reviewed,
        (None, Some(_)) => form.step == "apply" && only_unconfirmed,
        (None, None) => false,
    }
}

/// What the form says where a second look found nothing to review: meanwhile all is as it was wanted, or it cannot be
/// done any more. What became of a change that was tried already is told first.
fn reviewed_again(submission: &Submission, now: Result<(), Rejection>) -> Submission {
    let mut answer = submission.clone();
    let tried = answer.failure.take().filter(|failure| *failure != Failure::Invalid);
    answer.done = (now.is_ok() && tried.is_none()).then_some(Done::Unchanged);
    let Rejection { invalid, failure } = now.err().unwrap_or_default();
    answer.invalid = invalid;
    answer.failure = tried.or(failure);
    answer
}

/// The hidden fields that carry a form over to the next step.
fn hidden(form: &SettingsForm) -> Vec<AnyView> {
    // A structure of texts is always an object of texts.
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(form) else { return Vec::new() };
    fields
        .into_iter()
        .filter(|(name, _)| name != "understood")
        .map(|(name, value)| {
            let value = value.as_str().unwrap_or_default().to_owned();
            view! { <input type="hidden" name=name value=value/> }.into_any()
        })
        .collect()
}

/// The submission's sentence for a field.
fn wrong(submission: &Arc<Submission>, field: &str) -> Option<String> {
    submission.sentence(field)
}

/// What is left to do once a part of it was done: said in the review.
fn is_partial(review: &Review, form: &SettingsForm) -> bool {
    form.parse(&review.current.arn).is_ok_and(|asked| asked.shown != review.current.settings && review.moved.is_empty())
}
