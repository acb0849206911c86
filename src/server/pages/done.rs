//! The notice after a form: what was done, or why it was not.

use leptos::prelude::*;

use super::Here;
use crate::model::Failure;
use crate::model::form::Done;
use crate::ui::parts::{FailureNotice, Notice, Tone};

/// What came of the form that led here; nothing where none did.
pub fn notice(here: &Here) -> Option<AnyView> {
    let submission = here.submission.as_ref()?;
    if let Some(failure) = submission.failure.clone() {
        return Some(failed(failure));
    }
    submission.done.as_ref().map(done)
}

fn failed(failure: Failure) -> AnyView {
    view! { <FailureNotice failure/> }.into_any()
}

/// What was done.
pub fn done(done: &Done) -> AnyView {
    let partly = matches!(
        done,
        Done::Deleted { failed, unknown, .. } | Done::VisibilityChanged { failed, unknown, .. } if failed + unknown > 0
    );
    let undelivered = matches!(done, Done::MessageNotDelivered(_));
    let tone = match done {
        _ if partly || undelivered => Tone::Warn,
        Done::Reviewed | Done::Unchanged => Tone::Info,
        _ => Tone::Ok,
    };
    let (title, advice) = (done.title(), done.advice());
    view! {
        <Notice tone title>
            <p>{advice}</p>
        </Notice>
    }
    .into_any()
}
