//! The notice after a form: what was done, or why it was not.

use leptos::prelude::*;

use super::Here;
use crate::model::archive::Archived;
use crate::model::form::Done;
use crate::model::{Failure, QueueName, paths};
use crate::ui::parts::{FailureNotice, Glyph, LinkButton, Notice, Tone};

/// What came of the form that led here; nothing where none did.
pub fn notice(here: &Here) -> Option<AnyView> {
    let submission = here.submission.as_ref()?;
    if let Some(failure) = submission.failure.clone() {
        return Some(failed(failure));
    }
    let undo = submission.done.as_ref().and_then(|done| undo(here, done));
    Some(submission.done.as_ref().map(|done| said(done, undo)).into_any())
}

/// After a deletion: whether copies are kept, and the way to them.
fn undo(here: &Here, done: &Done) -> Option<AnyView> {
    let Done::Deleted { copies: Some(copies), succeeded, unknown, .. } = done else { return None };
    let queue = here.queue().ok().filter(|_| succeeded + unknown > 0)?;
    Some(copies_kept(here, &queue, copies))
}

/// Whether copies of a deletion are kept, and the way to them.
pub fn copies_kept(here: &Here, queue: &QueueName, copies: &Archived) -> AnyView {
    let link = match copies {
        Archived::Kept { deletion, .. } => {
            let href = paths::deleted(here.connection.name(), Some(queue), Some(deletion));
            Some(view! { <LinkButton href glyph=Glyph::Redrive small=true>"Undo…"</LinkButton> })
        }
        Archived::Off | Archived::OptedOut => None,
    };
    view! { <p class="cluster">{copies.sentence()} {link}</p> }.into_any()
}

fn failed(failure: Failure) -> AnyView {
    view! { <FailureNotice failure/> }.into_any()
}

/// What was done, and what can be done about it.
fn said(done: &Done, undo: Option<AnyView>) -> AnyView {
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
            {undo}
        </Notice>
    }
    .into_any()
}
