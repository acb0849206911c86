//! Taking a redrive back: the copies that are still where they were sent are redriven to where they came from.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::super::Here;
use crate::model::journal::QueueNo;
use crate::model::{Failure, paths, words};
use crate::server::services::redrive::engine::Order;
use crate::server::services::redrive::selective::Shown;
use crate::ui::parts::{Button, Consequences, Glyph, Section};

/// Above so many the copies are counted when they are taken back.
const COUNTED: usize = 20_000;

/// A form for each destination, once the redrive has ended.
pub async fn section(here: &Here, shown: &Shown, order: Option<&Order>) -> Result<Option<AnyView>, Failure> {
    if shown.kept.is_open() {
        return Ok(None);
    }
    if order.is_some_and(|order| order.policy.keep_originals) {
        return Ok(None);
    }
    if shown.counts.moved == 0 || shown.is_forgotten(here.now_ms) {
        return Ok(None);
    }
    let mut by_queue: BTreeMap<QueueNo, Option<usize>> = BTreeMap::new();
    if shown.counts.moved <= COUNTED {
        for (to, _) in here.connection.copies_to_take_back(&shown.kept.id).await? {
            let count = by_queue.entry(to).or_insert(Some(0));
            *count = count.map(|count| count + 1);
        }
    } else {
        let all = u16::try_from(shown.kept.destinations.len()).unwrap_or(u16::MAX);
        by_queue = (0..all).map(|no| (QueueNo(no), None)).collect();
    }
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
    if shown.kept.edits > 0 {
        sentences.push("Edited messages come back as they were sent, not as they were before.".to_owned());
    }
    let view = view! {
        <Section title="Take it back">
            <Consequences sentences/>
            <div class="cluster">{forms}</div>
        </Section>
    };
    Ok(Some(view.into_any()))
}

fn form(here: &Here, shown: &Shown, to: QueueNo, count: Option<usize>) -> Option<impl IntoView + use<>> {
    let queue = shown.kept.destinations.get(usize::from(to.0))?.name();
    let copies = match count {
        Some(count) => words::plural(count as u64, "copy", "copies"),
        None => "the copies".to_owned(),
    };
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
