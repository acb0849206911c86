//! The form that asks for a plan: where to, how fast, when to wait and when to stop. It stands wherever messages can be
//! redriven, and beside its own plan, so that another wish is never further away than a click.

use leptos::prelude::*;

use super::super::messages::list;
use super::super::{Here, fields};
use crate::model::form::redrive_wish::{
    CANARY, LANES, LOST_ANSWER, PACE, SEND_AGAIN, STOP_LEAST, STOP_MINUTES, STOP_PERCENT, WishForm,
};
use crate::model::limits::Range;
use crate::model::{QueueKind, QueueName, paths, words};
use crate::ui::parts::{
    Button, Checkbox, Choice, Disclosure, Glyph, NumberField, RadioGroup, SelectField, TextField, Variant,
};

/// What a wish is for.
pub struct Subject<'a> {
    /// The queue that the messages are in.
    pub queue: &'a QueueName,
    /// The wish before this one, where there is one.
    pub typed: Option<&'a WishForm>,
    /// What names the frozen set; empty: the whole queue.
    pub chosen: &'a str,
    /// Whether the whole queue is meant.
    pub whole: bool,
    /// What names the plan that is to be another one; empty where there is none.
    pub plan: &'a str,
    /// The way back to where messages failed, in words.
    pub homes: String,
    /// Whether there is such a way.
    pub has_home: bool,
    /// How many messages, in words: “37 messages”.
    pub count: String,
    /// Whether its button is the page's first.
    pub primary: bool,
}

/// The form.
pub fn form(here: &Here, subject: &Subject<'_>) -> impl IntoView + use<> {
    let sent = here.submission.as_deref().filter(|submission| submission.done.is_none());
    let sent = sent.and_then(|submission| Some((submission, submission.form::<WishForm>()?)));
    let (submission, typed) = sent.unzip();
    let typed = typed.or_else(|| subject.typed.cloned()).unwrap_or_else(|| usual(subject));
    let wrong = |field: &str| submission.and_then(|submission| submission.sentence(field));
    let route = vec![
        Choice::new("home", "Back to where each message failed").hint(subject.homes.clone()),
        Choice::new("queue", "To another queue").hint("All of them, whichever queue they failed in. Of either type."),
    ];
    let (route_error, target_error) = (wrong("route"), wrong("target"));
    let target = if subject.whole {
        "For “To another queue”."
    } else {
        "For “To another queue”; with the first choice only for those that cannot go back."
    };
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let hidden = hidden(here, subject);
    let fast = fast(&typed, &wrong);
    let more = more(subject, &typed, &wrong);
    let own = subject.queue.clone();
    let suggestions = fields::suggestions(here, &move |name| *name != own);
    let variant = if subject.primary { Variant::Primary } else { Variant::Quiet };
    let label =
        if subject.plan.is_empty() { format!("Plan redrive of {}", subject.count) } else { "Plan again".into() };
    view! {
        <form class="form" method="post" action=paths::api("redrives/plan")>
            {hidden}
            <RadioGroup name="route" label="Where to" choices=route value=typed.route error=route_error/>
            <TextField
                name="target"
                label="Queue"
                value=typed.target
                hint=target
                error=target_error
                optional=true
                mono=true
                list="queues"
            />
            {suggestions}
            {fast}
            {more}
            <div class="form-actions">
                <Button variant glyph=Glyph::Redrive reason>
                    {label}
                </Button>
                <span class="soft">"Nothing is sent before you have seen the plan."</span>
            </div>
        </form>
    }
}

/// What is asked for unless somebody says otherwise.
fn usual(subject: &Subject<'_>) -> WishForm {
    WishForm { route: if subject.has_home { "home" } else { "queue" }.to_owned(), ..WishForm::default() }
}

fn hidden(here: &Here, subject: &Subject<'_>) -> impl IntoView + use<> {
    let (connection, queue) = (here.connection.name().to_string(), subject.queue.to_string());
    let (chosen, plan) = (subject.chosen.to_owned(), subject.plan.to_owned());
    view! {
        <input type="hidden" name="connection" value=connection/>
        <input type="hidden" name="queue" value=queue/>
        <input type="hidden" name="chosen" value=chosen/>
        <input type="hidden" name="plan" value=plan/>
        {list::keep(&list::before(here))}
    }
}

/// The two numbers that are asked for most.
fn fast(typed: &WishForm, wrong: &dyn Fn(&str) -> Option<String>) -> impl IntoView + use<> {
    let (pace, canary) = (typed.pace.clone(), typed.canary.clone());
    let (pace_error, canary_error) = (wrong("pace"), wrong("canary"));
    view! {
        <div class="form-row">
            <NumberField
                name="pace"
                label="Rate"
                value=pace
                error=pace_error
                hint="Empty: as fast as SQS takes them."
                min=u64::from(PACE.min)
                max=u64::from(PACE.max)
                unit="messages per second"
                optional=true
            />
            <NumberField
                name="canary"
                label="Canary"
                value=canary
                error=canary_error
                hint="Sends so many, then waits until you say that it goes on."
                min=u64::from(CANARY.min)
                max=u64::from(CANARY.max)
                unit="messages first"
                optional=true
            />
        </div>
    }
}

/// What the choice of an order means.
const SEQUENCE: &str = "As they come is nearly oldest first, and exactly so in a FIFO group. Strictly oldest first, nothing is sent before all have been found.";
/// The same for a whole queue, of which nobody knows when all have been found.
const SEQUENCE_OF_ALL: &str = "As they come is nearly oldest first, and exactly so in a FIFO group. Of a whole queue messages are sent as they are found: only those that wait to be sent are put in order.";

/// What few need, folded up unless something in it was changed or is wrong.
fn more(subject: &Subject<'_>, typed: &WishForm, wrong: &dyn Fn(&str) -> Option<String>) -> impl IntoView + use<> {
    let fields = ["stop_percent", "stop_minutes", "stop_least", "sequence", "unknown", "behind", "lanes"];
    let or = |value: &str, usual: &str| if value.is_empty() { usual } else { value }.to_owned();
    let resends = if subject.queue.kind() == QueueKind::Fifo { "hold" } else { "resend" };
    let unknown = or(&typed.unknown, resends);
    let lanes = or(&typed.lanes, &LANES.default.to_string());
    let behind = or(&typed.behind, "stay");
    let changed = [&typed.stop_percent, &typed.sequence, &typed.careful, &typed.keep, &typed.provenance];
    let open = fields.iter().any(|field| wrong(field).is_some())
        || changed.iter().any(|value| !value.is_empty())
        || unknown != resends
        || behind != "stay"
        || lanes != LANES.default.to_string();
    let stop = stop(typed, wrong);
    let sequence = vec![Choice::new("", "As they come"), Choice::new("oldest", "The longest sent first")];
    let unknowns = vec![
        Choice::new("resend", format!("{SEND_AGAIN}; the report says that there may be two")),
        Choice::new("hold", "Leave it, for somebody to decide"),
    ];
    let behinds = vec![Choice::new("stay", "They stay, so that the order is kept"), Choice::new("go", "They go on")];
    let sequences = if subject.whole { SEQUENCE_OF_ALL } else { SEQUENCE };
    let (sequence_value, lanes_error) = (typed.sequence.clone(), wrong("lanes"));
    let (careful, keep, provenance) = (!typed.careful.is_empty(), !typed.keep.is_empty(), !typed.provenance.is_empty());
    let range = |range: Range| (u64::from(range.min), u64::from(range.max));
    let (least_lanes, most_lanes) = range(LANES);
    view! {
        <Disclosure summary="Stop rule, order, originals, lost answers" open>
            {stop}
            <SelectField
                name="sequence"
                label="Order"
                choices=sequence
                value=sequence_value
                hint=sequences
            />
            <SelectField
                name="unknown"
                label=LOST_ANSWER
                choices=unknowns
                value=unknown
                hint="Nobody knows then whether it was sent. On FIFO it is first tried again under the same deduplication id, which makes no second copy for five minutes."
            />
            <SelectField name="behind" label="Behind a message that was not sent, in its group" choices=behinds value=behind/>
            <NumberField
                name="lanes"
                label="Requests at once"
                value=lanes
                error=lanes_error
                hint="Of a kind, each of up to ten messages."
                min=least_lanes
                max=most_lanes
            />
            <Checkbox
                name="careful"
                label="One message a request"
                checked=careful
                hint="A lost answer leaves one outcome unknown instead of ten. Ten times the requests."
            />
            <Checkbox
                name="keep"
                label="Keep the originals"
                checked=keep
                hint="Copies are sent; the messages stay where they are."
            />
            <Checkbox
                name="provenance"
                label="Say where a copy comes from"
                checked=provenance
                hint="Adds the attribute “redrive-origin” with queue and message id, where there is room for one more."
            />
        </Disclosure>
    }
}

fn stop(typed: &WishForm, wrong: &dyn Fn(&str) -> Option<String>) -> impl IntoView + use<> {
    let or = |value: &str, usual: u32| if value.is_empty() { usual.to_string() } else { value.to_owned() };
    let percent = typed.stop_percent.clone();
    let minutes = or(&typed.stop_minutes, STOP_MINUTES.default);
    let least = or(&typed.stop_least, STOP_LEAST.default);
    let [percent_error, minutes_error, least_error] = ["stop_percent", "stop_minutes", "stop_least"].map(wrong);
    let hint = format!("Empty: no rule. {} is a good one.", words::count(u64::from(STOP_PERCENT.default)));
    view! {
        <fieldset class="wish-stop">
            <legend class="field-label">"Stop when they fail again"</legend>
            <div class="form-row">
                <NumberField
                    name="stop_percent"
                    label="More than"
                    value=percent
                    error=percent_error
                    hint
                    min=u64::from(STOP_PERCENT.min)
                    max=u64::from(STOP_PERCENT.max)
                    unit="% come back"
                    optional=true
                />
                <NumberField
                    name="stop_minutes"
                    label="Within"
                    value=minutes
                    error=minutes_error
                    min=u64::from(STOP_MINUTES.min)
                    max=u64::from(STOP_MINUTES.max)
                    unit="minutes"
                />
                <NumberField
                    name="stop_least"
                    label="Once there were"
                    value=least
                    error=least_error
                    min=u64::from(STOP_LEAST.min)
                    max=u64::from(STOP_LEAST.max)
                    unit="sent"
                />
            </div>
        </fieldset>
    }
}
