//! The click that begins: what is in its way is said beside it.

use leptos::prelude::*;

use super::super::Here;
use super::super::messages::list;
use super::super::spending::spending;
use super::plan::count;
use crate::model::form::redrive_start::StartForm;
use crate::model::{Failure, Refusal, paths, words};
use crate::server::services::redrive::planning::Planned;
use crate::ui::parts::{Button, Glyph, Variant};

/// What a console without `--data` means for a redrive.
pub const FORGETFUL: &str = "Its journal is in memory: if the console ends, the redrive ends with it, and so does its report. \
    Start the console with --data to keep both.";

/// The form with the page's one primary button; it says what is `said`, where that is more than that it redrives.
pub fn form(here: &Here, planned: &Planned, vanishes: Option<Failure>, said: Option<String>) -> impl IntoView + use<> {
    let budget = here.connection.price(&planned.queue, &planned.attributes).refusal(planned.receiving());
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let nothing = planned.asked.messages().is_some() && planned.sendable() == 0;
    let reason = reason.or_else(|| nothing.then(|| "None of them can be sent.".to_owned()));
    let reason = reason.or_else(|| used_up(budget.as_ref()));
    let reason = reason.or_else(|| vanishes.as_ref().map(|failure| format!("{}.", failure.title())));
    let advice = vanishes.map(|failure| view! { <p class="soft">{failure.advice()}</p> });
    let sent = here.submission.as_deref().filter(|submission| submission.form::<StartForm>().is_some());
    let error = sent.and_then(|submission| submission.sentence("confirm"));
    let spending = spending(&planned.queue, budget.as_ref(), "confirm", error);
    let list = list::keep(&list::before(here));
    let (connection, queue, id) = (here.connection.name().to_string(), planned.queue.to_string(), planned.id.clone());
    let label = said.unwrap_or_else(|| match (planned.asked.messages(), &planned.asked.undoes) {
        (Some(_), Some(_)) => format!("Take back {}", words::plural(planned.sendable(), "message", "messages")),
        (Some(_), None) => format!("Redrive {}", words::plural(planned.sendable(), "message", "messages")),
        (None, _) => format!("Redrive {}", count(planned)),
    });
    let forgetful = (!here.connection.remembers()).then(|| view! { <p>{FORGETFUL}</p> });
    view! {
        <form class="form" method="post" action=paths::api("redrives/start")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=queue/>
            <input type="hidden" name="carry_out" value=id/>
            {list}
            {spending}
            <div class="form-actions">
                <Button variant=Variant::Primary glyph=Glyph::Redrive reason>
                    {label}
                </Button>
            </div>
            {advice}
            <p class="soft">"It runs on the server and goes on when this page is closed. It can be paused and cancelled."</p>
            {forgetful}
        </form>
    }
}

/// Why no confirmation helps.
fn used_up(budget: Option<&Refusal>) -> Option<String> {
    match budget {
        Some(refusal @ Refusal::ReceiveBudget { max_receive_count, received, .. }) if received >= max_receive_count => {
            Some(refusal.title())
        }
        _ => None,
    }
}
