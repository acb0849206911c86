//! Where a copy goes, and what becomes of the original: the fields that both forms share.

use leptos::prelude::*;

use crate::model::QueueName;
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Checkbox, Choice, RadioGroup, Section, TextField};

/// The fields as typed.
pub(super) struct Place<'a> {
    /// `home` or `queue`.
    pub route: &'a str,
    /// A queue.
    pub target: &'a str,
    /// Whether the original stays.
    pub keep: bool,
    /// Where the messages failed; none where they do not say.
    pub homes: &'a [QueueName],
    /// Whether they are several.
    pub many: bool,
    /// What was wrong with them.
    pub submission: Option<&'a Submission>,
}

/// The two sections.
pub(super) fn fields(place: &Place) -> impl IntoView + use<> {
    let wrong = |field: &str| place.submission.and_then(|submission| submission.sentence(field));
    let names: Vec<_> = place.homes.iter().take(3).map(QueueName::as_str).collect();
    let home = match (names.as_slice(), place.homes.len(), place.many) {
        ([name], ..) => format!("Back to {name}"),
        (_, _, false) => "Back to where it failed".to_owned(),
        _ => "Back to where each failed".to_owned(),
    };
    let hint = match (place.homes.len(), place.many) {
        (0, false) => "The message does not say which queue that was.".to_owned(),
        (0, true) => "None of them says which queue that was.".to_owned(),
        (1, false) => "The queue it failed in.".to_owned(),
        (1, true) => "The queue they failed in.".to_owned(),
        (n, _) if n > names.len() => format!("{} and more.", names.join(", ")),
        _ => format!("{}.", names.join(", ")),
    };
    let mut choices = Vec::new();
    if !place.homes.is_empty() {
        choices.push(Choice::new("home", home).hint(hint.clone()));
    }
    choices.push(Choice::new("queue", "To another queue").hint(if place.homes.is_empty() {
        hint
    } else {
        String::new()
    }));
    let (route, target) = (place.route.to_owned(), place.target.to_owned());
    let (keep, stays) =
        if place.many { ("Keep the originals", "they stay") } else { ("Keep the original", "it stays") };
    let copies = if place.many {
        "Unticked, each is deleted once its copy was"
    } else {
        "Unticked, it is deleted once the copy was"
    };
    let hint = format!(
        "{copies} accepted, with the right checksums, and that is written down. Ticked, {stays} in this queue."
    );
    let (route_error, target_error, checked) = (wrong("route"), wrong("target"), place.keep);
    let title = if place.many { "The originals" } else { "The original" };
    view! {
        <Section title="Where to">
            <div class="place">
                <RadioGroup name="route" label="The copy goes" choices value=route error=route_error/>
                <div class="place-target">
                    <TextField name="target" label="The other queue" value=target error=target_error mono=true/>
                </div>
            </div>
        </Section>
        <Section title=title>
            <Checkbox name="keep" label=keep hint checked/>
        </Section>
    }
}
