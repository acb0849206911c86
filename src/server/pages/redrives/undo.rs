//! Taking a redrive back: the copies that are still where they were sent are redriven to where they came from.

use leptos::prelude::*;

use super::super::Here;
use super::state::State;
use crate::model::journal::QueueNo;
use crate::model::{Failure, QueueKind, paths, words};
use crate::server::services::redrive::engine::{Order, Route};
use crate::server::services::redrive::selective::Shown;
use crate::ui::parts::{Age, Button, Consequences, Glyph, Notice, Section, Tone};

/// What taking a redrive back makes of its messages, before the click: what the console remembers depends on its order.
pub fn forgotten(order: Option<&Order>) -> String {
    let then = match order.map(|order| &order.route) {
        Some(Route::Home) => {
            "The console remembers: redrive them with it, or have SQS move all to one queue.".to_owned()
        }
        Some(Route::Each(chosen)) => {
            let named = words::plural(chosen.len() as u64, "message", "messages");
            format!(
                "The console remembers those that went back to where they failed. Up to {named} had been sent to a queue \
                 that somebody named: name one for these again."
            )
        }
        Some(Route::To(_)) => {
            "This redrive had not sent them to where they failed, so the console cannot tell either: name \
                               a queue for them then."
                .to_owned()
        }
        None => {
            "The order of this redrive cannot be read, so the console cannot tell either: name a queue for them then."
                .to_owned()
        }
    };
    format!(
        "Put back, a message no longer tells SQS where it failed: SQS's own redrive to the sources stops at the first of \
         them (CouldNotDetermineMessageSource). {then}"
    )
}

/// That it was taken back, with the way to each redrive that does.
pub fn notices(here: &Here, shown: &Shown, undos: &[Shown]) -> Vec<AnyView> {
    undos
        .iter()
        .map(|undo| {
            let (tone, title, text) = told(undo, &shown.kept.queue().to_string());
            let href = paths::redrive(here.connection.name(), &undo.kept.id);
            let label =
                if undo.kept.is_open() { "The redrive that takes it back" } else { "The redrive that took it back" };
            let (started, now, who) = (undo.kept.started_ms, here.now_ms, undo.kept.who.clone());
            view! {
                <Notice tone title>
                    <p>{text}</p>
                    <p class="cluster">
                        <a href=href>{label}</a>
                        <span class="soft">"started " <Age at=started now/> " by " {who}</span>
                    </p>
                </Notice>
            }
            .into_any()
        })
        .collect()
}

/// How far one is that takes it back.
fn told(undo: &Shown, back: &str) -> (Tone, String, String) {
    let from = undo.kept.queue();
    let sent = undo.live.as_ref().map_or(undo.counts.sent(), |live| live.census.sent) as u64;
    let wanted = undo.kept.messages.unwrap_or(sent);
    let count = format!("{} of {}", words::count(sent), words::plural(wanted, "copy", "copies"));
    let title = match (undo.kept.is_open(), sent >= wanted) {
        (true, _) => format!("It is being taken back from {from}"),
        (false, true) => format!("It was taken back from {from}"),
        (false, false) if sent == 0 => format!("Nothing was taken back from {from}"),
        (false, false) => format!("It was taken back from {from} in part"),
    };
    let text = match State::of(undo) {
        State::Cancelled if sent < wanted => format!("{count} were put back into {back} until it was cancelled."),
        State::Partly | State::Finished if sent < wanted => {
            format!("{count} were put back into {back}. The others did not come by, or could not go.")
        }
        state if state.is_open() => format!("{count} were put back into {back} so far."),
        _ => format!("{count} were put back into {back}."),
    };
    (if undo.kept.is_open() || sent >= wanted { Tone::Info } else { Tone::Warn }, title, text)
}

/// A form for each destination from which something can be taken back, once the redrive has ended.
pub async fn section(
    here: &Here,
    shown: &Shown,
    order: Option<&Order>,
    undos: &[Shown],
) -> Result<Option<AnyView>, Failure> {
    if shown.kept.is_open() || shown.counts.moved == 0 || shown.is_forgotten(here.now_ms) {
        return Ok(None);
    }
    if order.is_some_and(|order| order.policy.keep_originals) {
        return Ok(None);
    }
    let mut by_queue = here.connection.count_copies_to_take_back(&shown.kept.id).await?;
    let busy = |to: &QueueNo| {
        let from = shown.kept.destinations.get(usize::from(to.0));
        undos.iter().any(|undo| undo.kept.is_open() && Some(&undo.kept.source) == from)
    };
    by_queue.retain(|to, _| !busy(to));
    if by_queue.is_empty() {
        return Ok(None);
    }
    let forms: Vec<_> = by_queue.into_iter().filter_map(|(to, count)| form(here, shown, to, count)).collect();
    let back = shown.kept.queue();
    let mut sentences = vec![
        format!(
            "Copies that are still there go back to {back}, with new ids, as any redrive does; the plan comes first."
        ),
        "What a consumer has taken by then, or came back already, cannot be taken back: its line says that it did not come by."
            .to_owned(),
    ];
    if here.connection.is_dead_letter_queue(&back) {
        sentences.push(forgotten(order));
    }
    if back.kind() == QueueKind::Fifo {
        sentences
            .push("They go behind what is there by then: the order within their groups is another one.".to_owned());
    }
    if shown.kept.edits > 0 {
        sentences.push("Edited messages come back as they were sent, not as they were before.".to_owned());
    }
    let title = match (undos.is_empty(), &shown.kept.undoes) {
        (true, None) => "Take it back",
        (true, Some(_)) => "Take this back, too",
        (false, _) => "Take the rest back",
    };
    let view = view! {
        <Section title>
            <Consequences sentences/>
            <div class="cluster">{forms}</div>
        </Section>
    };
    Ok(Some(view.into_any()))
}

fn form(here: &Here, shown: &Shown, to: QueueNo, count: u64) -> Option<impl IntoView + use<>> {
    let queue = shown.kept.destinations.get(usize::from(to.0))?.name();
    let copies = words::plural(count, "copy", "copies");
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let (connection, id, number) =
        (here.connection.name().to_string(), shown.kept.id.as_str().to_owned(), to.0.to_string());
    Some(view! {
        <form method="post" action=paths::api("redrives/undo")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="redrive" value=id/>
            <input type="hidden" name="to" value=number/>
            <Button glyph=Glyph::Redrive reason>
                {format!("Take back {copies} from {queue}…")}
            </Button>
        </form>
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::journal::{Ended, EndedHow, KeptRedrive, RedriveId};
    use crate::model::{MessageId, QueueKind};
    use crate::server::services::redrive::engine::report::Counts;
    use crate::server::services::redrive::engine::{Policy, Queue, Take, Terms};

    fn undo(ended: Option<EndedHow>, moved: usize) -> (Tone, String, String) {
        let arn = |name: &str| format!("arn:aws:sqs:eu-west-1:1:{name}").parse().unwrap();
        let kept = KeptRedrive {
            id: RedriveId::new("u"),
            connection: "local".parse().unwrap(),
            source: arn("orders"),
            destinations: vec![arn("orders-dlq")],
            who: "local user".into(),
            how: "copies that a redrive sent".into(),
            messages: Some(3),
            undoes: Some(RedriveId::new("r")),
            edits: 0,
            started_ms: 0,
            paused: false,
            approved: false,
            cancelled: ended == Some(EndedHow::Cancelled),
            ended: ended.map(|how| Ended { at_ms: 1, how }),
        };
        let counts = Counts { moved, not_sent: 3 - moved, ..Counts::default() };
        let (tone, title, text) = told(&Shown { kept, counts, live: None }, "orders-dlq");
        (tone, title, text.replace('\u{A0}', " "))
    }

    #[test]
    fn the_console_claims_to_remember_only_what_it_does() {
        let arn = "arn:aws:sqs:eu-west-1:1:orders".parse().unwrap();
        let queue = Queue { arn, kind: QueueKind::Standard, max_size: 1_024 };
        let of = |route| {
            let order = Order {
                id: RedriveId::new("r"),
                source: queue.clone(),
                take: Take::Everything,
                route,
                destinations: vec![queue.clone()],
                policy: Policy::of(QueueKind::Standard),
                terms: Terms::default(),
                edits: BTreeMap::new(),
            };
            forgotten(Some(&order)).replace('\u{A0}', " ")
        };
        assert!(of(Route::Home).contains("The console remembers: redrive"));
        assert!(of(Route::To(QueueNo(0))).contains("the console cannot tell either"));
        let chosen = ["a", "b"].map(|id| (MessageId::new(id), QueueNo(0)));
        assert!(
            of(Route::Each(chosen.into())).contains("Up to 2 messages had been sent to a queue that somebody named")
        );
        assert!(forgotten(None).contains("cannot be read"));
    }

    #[test]
    fn it_is_said_how_far_it_was_taken_back() {
        let finished = Some(EndedHow::Finished { may_remain: None });
        let (tone, title, text) = undo(finished, 3);
        assert_eq!((tone, title.as_str()), (Tone::Info, "It was taken back from orders"));
        assert_eq!(text, "3 of 3 copies were put back into orders-dlq.");
        let (tone, title, text) = undo(finished, 2);
        assert_eq!((tone, title.as_str()), (Tone::Warn, "It was taken back from orders in part"));
        assert!(text.ends_with("The others did not come by, or could not go."), "{text}");
        assert!(undo(Some(EndedHow::Cancelled), 1).2.ends_with("until it was cancelled."));
        assert_eq!(undo(finished, 0).1, "Nothing was taken back from orders");
        assert_eq!(undo(None, 1).1, "It is being taken back from orders");
    }
}
