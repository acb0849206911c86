//! Danger: purge a queue, delete a queue. What is at stake stands beside the field that asks for the name.

use leptos::prelude::*;

use super::queue::head::head as queue_head;
use super::{Here, Page, command::command, done, page};
use crate::model::archive::Archived;
use crate::model::form::danger::{DeleteForm, PurgeForm};
use crate::model::paths::{self, QueuePage};
use crate::model::queue::Counter;
use crate::model::{Depth, Failure, QueueName, words};
use crate::server::services::danger::{Stakes, delete_command, purge_command};
use crate::server::services::jobs::purge::{MOST, MOST_BYTES, PATIENCE};
use crate::server::services::redrive::Crossing;
use crate::ui::parts::{
    Button, Checkbox, Confirm, Consequences, FailureNotice, Figure, Figures, Glyph, LiveCount, Notice, Section, Tone,
    Variant,
};

/// What destroys.
#[component]
pub fn DangerPage() -> impl IntoView {
    page(danger)
}

async fn danger(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let stakes = here.connection.stakes(&queue).await?;
    let sources: Vec<QueueName> = stakes.sources.clone().unwrap_or_default();
    let is_dlq =
        if stakes.sources.is_ok() { !sources.is_empty() } else { here.connection.is_dead_letter_queue(&queue) };
    let keeps = here.connection.keeps(&queue).await?;
    let unknown_sources = stakes.sources.as_ref().err().cloned();
    let body = view! {
        {queue_head(here.connection.name(), &queue, QueuePage::Danger, is_dlq)}
        {done::notice(&here)}
        {unknown_sources.map(|failure| view! { <FailureNotice failure/> })}
        {crossed(&stakes)}
        {figures(&queue, &stakes)}
        <div class="split">
            {purge(&here, &queue, &stakes, &sources, &keeps)}
            {delete(&here, &queue, &stakes, &sources, &keeps)}
        </div>
    };
    Ok(Page::new(format!("Danger · {queue}"), body).about(&queue).answering(here.submission.as_deref()))
}

/// Says that a redrive moves messages out of the queue or into it, or that this is not known.
fn crossed(stakes: &Stakes) -> Option<impl IntoView + use<>> {
    let Crossing { refusal, unknown } = &stakes.crossing;
    let (title, text) = match (refusal, unknown) {
        (Some(refusal), _) => (refusal.title(), refusal.advice().to_owned()),
        (None, Some(failure)) => {
            let text =
                format!("{}. What a redrive is moving would be lost with the queue's messages.", failure.title());
            ("Whether a redrive crosses this queue is not known".to_owned(), text)
        }
        (None, None) => return None,
    };
    Some(view! {
        <Notice tone=Tone::Warn title>
            <p>{text}</p>
        </Notice>
    })
}

/// Why neither can be done now.
fn refusal(here: &Here, stakes: &Stakes) -> Option<String> {
    here.connection.allowed().err().or_else(|| stakes.crossing.refusal.clone()).map(|refusal| refusal.title())
}

/// What would be gone.
fn figures(queue: &QueueName, stakes: &Stakes) -> impl IntoView + use<> {
    let (name, depth) = (queue.to_string(), stakes.attributes.depth);
    let [visible, in_flight, delayed] =
        Counter::ALL.map(|which| view! { <LiveCount queue=name.clone() which value=Some(which.of(depth))/> });
    view! {
        <Figures>
            <Figure label="Visible">{visible}</Figure>
            <Figure label="In flight">{in_flight}</Figure>
            <Figure label="Delayed">{delayed}</Figure>
        </Figures>
    }
}

fn purge(
    here: &Here,
    queue: &QueueName,
    stakes: &Stakes,
    sources: &[QueueName],
    keeps: &Archived,
) -> impl IntoView + use<> {
    let cooling = stakes.purge_again_at.map(|at| {
        let seconds = (at - here.now_ms).max(1_000).unsigned_abs() / 1_000;
        format!("It was purged a moment ago; SQS allows the next purge in {}.", words::seconds(seconds))
    });
    let reason = refusal(here, stakes).or(cooling);
    let (sentences, line) = (purge_sentences(queue, sources), command(&purge_command(&stakes.url)));
    let dead_letters = stakes.attributes.redrive_policy.as_ref().map(|policy| policy.dead_letter_target.name());
    let archiving = archiving(here, keeps, stakes.attributes.depth, dead_letters.as_ref(), "purge");
    let error = wrong(here, "purge");
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    view! {
        <Section title="Purge" note="every message, the queue stays">
            <Consequences sentences/>
            <form class="form" method="post" action=paths::api("queues/purge")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name.clone()/>
                {archiving}
                <Confirm name field="purge" error/>
                <div class="form-actions">
                    <Button variant=Variant::Destroy glyph=Glyph::Trash reason>
                        "Purge queue"
                    </Button>
                </div>
            </form>
            {line}
        </Section>
    }
}

fn delete(
    here: &Here,
    queue: &QueueName,
    stakes: &Stakes,
    sources: &[QueueName],
    keeps: &Archived,
) -> impl IntoView + use<> {
    let reason = refusal(here, stakes);
    let dead_letters = stakes.attributes.redrive_policy.as_ref().map(|policy| policy.dead_letter_target.name());
    let sentences = delete_sentences(queue, sources, dead_letters.as_ref());
    let line = command(&delete_command(&stakes.url));
    let archiving = archiving(here, keeps, stakes.attributes.depth, dead_letters.as_ref(), "delete");
    let error = wrong(here, "delete");
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    view! {
        <Section title="Delete" note="the queue and everything in it">
            <Consequences sentences/>
            <form class="form" method="post" action=paths::api("queues/delete")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name.clone()/>
                {archiving}
                <Confirm name field="delete" error/>
                <div class="form-actions">
                    <Button variant=Variant::Destroy glyph=Glyph::Trash reason>
                        "Delete queue"
                    </Button>
                </div>
            </form>
            {line}
        </Section>
    }
}

/// Whether copies are kept first, and of what there will be none. `field` is the one that asks for the name.
fn archiving(
    here: &Here,
    keeps: &Archived,
    depth: Depth,
    dead_letters: Option<&QueueName>,
    field: &str,
) -> impl IntoView + use<> {
    if !matches!(keeps, Archived::Kept { .. }) {
        return view! { <p class="soft">{keeps.sentence()}</p> }.into_any();
    }
    let most = MOST as u64;
    let (seen, beyond) = (depth.visible.min(most), depth.visible.saturating_sub(most));
    let mut without = Vec::new();
    for (n, what) in [(beyond, "visible beyond that"), (depth.in_flight, "in flight"), (depth.delayed, "delayed")] {
        if n > 0 {
            without.push(format!("{} {what}", words::approximately(n)));
        }
    }
    without.push("whatever arrives meanwhile".to_owned());
    let then = if field == "purge" { "purges the rest" } else { "deletes the queue with the rest" };
    let moves = dead_letters.map_or_else(String::new, |to| {
        format!(", and one that its consumers have failed as often as they may moves to {to} instead")
    });
    let hint = format!(
        "Receives what is visible ({} now; at most {} messages, {}, {}), keeps copies, deletes it, then \
         {then}. Not copied: {}. Every message met counts a receive{moves}.",
        words::approximately(seen),
        words::count(most),
        words::bytes(MOST_BYTES as u64),
        words::seconds(PATIENCE.as_secs()),
        without.join(", "),
    );
    let checked = unticked(here, field).is_none_or(|unticked| !unticked);
    let id = format!("archive-{field}");
    view! { <Checkbox name="archive" id label="Keep copies first" hint checked/> }.into_any()
}

/// Whether the box was left empty in a form that came back; absent where none did.
fn unticked(here: &Here, field: &str) -> Option<bool> {
    let submission = here.submission.as_deref()?;
    let archive = match field {
        "purge" => submission.form::<PurgeForm>().filter(|form| !form.purge.is_empty())?.archive,
        _ => submission.form::<DeleteForm>().filter(|form| !form.delete.is_empty())?.archive,
    };
    Some(archive.is_empty())
}

fn wrong(here: &Here, field: &str) -> Option<String> {
    here.submission.as_ref()?.sentence(field)
}

/// The blast radius of a purge.
fn purge_sentences(queue: &QueueName, sources: &[QueueName]) -> Vec<String> {
    let mut sentences = vec![
        "All messages are deleted, those in flight and delayed, too.".to_owned(),
        "Messages sent while SQS purges, up to 60 seconds, may be deleted with them.".to_owned(),
        "SQS allows one purge of a queue in 60 seconds.".to_owned(),
    ];
    if !sources.is_empty() {
        sentences.insert(
            1,
            format!("{queue} is the dead-letter queue of {}: these failures can be redriven no more.", list(sources)),
        );
    }
    sentences.push("A purge cannot be undone; only what was copied first can be sent again.".to_owned());
    sentences
}

/// The blast radius of a deletion.
fn delete_sentences(queue: &QueueName, sources: &[QueueName], dead_letters: Option<&QueueName>) -> Vec<String> {
    let mut sentences = vec![
        "The queue, its settings, its tags and all its messages are deleted, those in flight and delayed, too.".to_owned(),
        "Whoever sends to it or receives from it gets QueueDoesNotExist. SQS takes up to 60 seconds until everyone does."
            .to_owned(),
    ];
    if !sources.is_empty() {
        let (whose, verb) = if sources.len() == 1 {
            ("its", "loses its dead-letter queue")
        } else {
            ("their", "lose their dead-letter queue")
        };
        sentences.push(format!(
            "{} {verb}: {whose} redrive policy names {queue}, and failures are then kept and retried until they expire.",
            list(sources)
        ));
    }
    if let Some(dead_letters) = dead_letters {
        sentences.push(format!(
            "Its dead-letter queue {dead_letters} stays, with its messages; they have no {queue} to go back to."
        ));
    }
    sentences.push("The name cannot be used again for 60 seconds.".to_owned());
    sentences.push(
        "A deletion cannot be undone; only what was copied first can be sent again, to another queue or to a new one."
            .to_owned(),
    );
    sentences
}

/// Names as a person says them: `a`, `a and b`, `a, b and 3 more`.
fn list(names: &[QueueName]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [one, other] => format!("{one} and {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<QueueName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn who_depends_on_it_is_named() {
        let dlq: QueueName = "orders-dlq".parse().unwrap();
        let sources = names(&["orders", "orders-eu", "orders-us"]);
        let said = delete_sentences(&dlq, &sources, None).join(" ");
        assert!(said.contains("orders, orders-eu and 1 more lose their dead-letter queue"), "{said}");
        let said = delete_sentences(&sources[0], &[], Some(&dlq)).join(" ");
        assert!(said.contains("orders-dlq stays") && !said.contains("lose"), "{said}");
        let said = purge_sentences(&dlq, &sources[..1]).join(" ");
        assert!(said.contains("is the dead-letter queue of orders:"), "{said}");
    }
}
