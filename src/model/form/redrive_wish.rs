//! The form that says how messages are to be redriven: where to, how fast, and when to stop. What it leads to is a plan;
//! nothing is sent by it.

use serde::{Deserialize, Serialize};

use super::{Invalid, queue};
use crate::model::limits::Range;
use crate::model::{QueueName, words};

/// Messages a second.
pub const PACE: Range = Range { min: 1, max: 10_000, default: 100 };
/// How many are sent before somebody must say that it goes on.
pub const CANARY: Range = Range { min: 1, max: 10_000, default: 10 };
/// Per cent of what was sent.
pub const STOP_PERCENT: Range = Range { min: 0, max: 99, default: 10 };
/// Minutes within which a copy that comes back counts.
pub const STOP_MINUTES: Range = Range { min: 1, max: 1_440, default: 10 };
/// How many must have been sent before the stop rule counts.
pub const STOP_LEAST: Range = Range { min: 1, max: 10_000, default: 20 };
/// Calls of a kind that are under way at once.
pub const LANES: Range = Range { min: 1, max: 32, default: 10 };

/// The question what to do with a message that may have been sent, as the form asks it; a report names it, too.
pub const LOST_ANSWER: &str = "When the answer to a send is lost";
/// The answer that sends it once more.
pub const SEND_AGAIN: &str = "Send it again";

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The queue that the messages are in.
    #[serde(default)]
    pub queue: String,
    /// What names the frozen set; empty: the whole queue.
    #[serde(default)]
    pub chosen: String,
    /// What names the plan that this one takes the place of: its messages and its edits are meant.
    #[serde(default)]
    pub plan: String,
    /// `home` or `queue`.
    #[serde(default)]
    pub route: String,
    /// The name of a queue: for all, or for those that do not say where they failed.
    #[serde(default)]
    pub target: String,
    /// Messages a second; empty: as fast as SQS takes them.
    #[serde(default)]
    pub pace: String,
    /// How many are sent before it waits; empty: it does not.
    #[serde(default)]
    pub canary: String,
    /// How many per cent may come back; empty: all.
    #[serde(default)]
    pub stop_percent: String,
    /// Within how many minutes that counts.
    #[serde(default)]
    pub stop_minutes: String,
    /// From how many messages on that counts.
    #[serde(default)]
    pub stop_least: String,
    /// `oldest` or nothing.
    #[serde(default)]
    pub sequence: String,
    /// Present where each message is alone in its request.
    #[serde(default)]
    pub careful: String,
    /// Present where originals stay.
    #[serde(default)]
    pub keep: String,
    /// Present where copies say where they come from.
    #[serde(default)]
    pub provenance: String,
    /// `resend` or `hold`; empty: what suits the queue.
    #[serde(default)]
    pub unknown: String,
    /// `stay` or `go`; empty: stay.
    #[serde(default)]
    pub behind: String,
    /// Requests at once; empty: [`LANES`].
    #[serde(default)]
    pub lanes: String,
    /// The list that the messages were chosen from, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

/// Where messages are to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// Each to the queue it failed in; those that do not say which to this one, where there is one.
    Home(Option<QueueName>),
    /// All to one.
    Queue(QueueName),
}

/// When to stop because messages fail again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// More than so many per cent came back.
    pub percent: u32,
    /// Within so many minutes of being sent.
    pub minutes: u32,
    /// Once so many were sent.
    pub at_least: u32,
}

/// How messages are to be redriven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Where to.
    pub to: To,
    /// At most so many a second.
    pub rate: Option<u32>,
    /// Wait after so many.
    pub canary: Option<u32>,
    /// When to stop.
    pub stop: Option<Stop>,
    /// Whether the longest sent goes first.
    pub oldest_first: bool,
    /// Whether each message is alone in its request.
    pub careful: bool,
    /// Whether originals stay.
    pub keep_originals: bool,
    /// Whether copies say where they come from.
    pub provenance: bool,
    /// Whether what may have been sent is sent again; absent: what suits the queue.
    pub resend: Option<bool>,
    /// Whether those behind one that was not sent go on.
    pub go_on: bool,
    /// Calls of a kind at once.
    pub lanes: u32,
}

impl WishForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Wish, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let to = self.to(&mut invalid);
        let rate = number(&self.pace, "pace", PACE, "messages a second, or leave it empty", &mut invalid);
        let canary = number(&self.canary, "canary", CANARY, "messages, or leave it empty", &mut invalid);
        let lanes = number(&self.lanes, "lanes", LANES, "requests", &mut invalid).unwrap_or(LANES.default);
        let stop = self.stop(&mut invalid);
        let sequence = one_of(&self.sequence, "sequence", ["", "oldest"], &mut invalid);
        let unknown = one_of(&self.unknown, "unknown", ["hold", "resend"], &mut invalid);
        let behind = one_of(&self.behind, "behind", ["stay", "go"], &mut invalid);
        match to {
            Some(to) if invalid.is_empty() => Ok(Wish {
                to,
                rate,
                canary,
                stop,
                oldest_first: sequence == Some(true),
                careful: !self.careful.is_empty(),
                keep_originals: !self.keep.is_empty(),
                provenance: !self.provenance.is_empty(),
                resend: unknown,
                go_on: behind == Some(true),
                lanes,
            }),
            _ => Err(invalid),
        }
    }

    fn to(&self, invalid: &mut Vec<Invalid>) -> Option<To> {
        let typed = self.target.trim();
        let target = match typed {
            "" => None,
            name if name == self.queue => {
                invalid.push(Invalid::new("target", "The messages are in this queue already. Name another one."));
                return None;
            }
            name => Some(queue(name, "target", invalid)?),
        };
        match (self.route.as_str(), target) {
            ("home", target) => Some(To::Home(target)),
            ("queue", Some(target)) => Some(To::Queue(target)),
            ("queue", None) => {
                invalid.push(Invalid::new("target", "Name the queue that they shall go to."));
                None
            }
            _ => {
                invalid.push(Invalid::new("route", "Choose where the messages go."));
                None
            }
        }
    }

    /// The minutes and the least number stand there filled in; without a percentage they say nothing.
    fn stop(&self, invalid: &mut Vec<Invalid>) -> Option<Stop> {
        let what = "per cent, or leave it empty";
        let percent = number(&self.stop_percent, "stop_percent", STOP_PERCENT, what, invalid)?;
        let minutes = number(&self.stop_minutes, "stop_minutes", STOP_MINUTES, "minutes", invalid);
        let at_least = number(&self.stop_least, "stop_least", STOP_LEAST, "messages", invalid);
        let (minutes, at_least) = (minutes.unwrap_or(STOP_MINUTES.default), at_least.unwrap_or(STOP_LEAST.default));
        Some(Stop { percent, minutes, at_least })
    }
}

/// Reads a number that may be left out.
fn number(text: &str, field: &str, range: Range, what: &str, invalid: &mut Vec<Invalid>) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let read = text.parse().ok().filter(|number| range.contains(*number));
    if read.is_none() {
        let (min, max) = (words::count(u64::from(range.min)), words::count(u64::from(range.max)));
        invalid.push(Invalid::new(field, format!("Give {min} to {max} {what}.")));
    }
    read
}

/// Reads one of two values: whether it is the second. Empty is none of them, where empty is not the first.
fn one_of(text: &str, field: &str, two: [&str; 2], invalid: &mut Vec<Invalid>) -> Option<bool> {
    match text {
        text if text == two[0] => Some(false),
        text if text == two[1] => Some(true),
        "" => None,
        _ => {
            invalid.push(Invalid::new(field, "This is not known here. Reload the page and try again."));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(change: impl FnOnce(&mut WishForm)) -> WishForm {
        let mut form = WishForm { queue: "orders-dlq".into(), route: "home".into(), ..WishForm::default() };
        change(&mut form);
        form
    }

    fn wrong(change: impl FnOnce(&mut WishForm)) -> Vec<String> {
        form(change).parse().unwrap_err().into_iter().map(|invalid| invalid.field).collect()
    }

    #[test]
    fn nothing_typed_is_a_plain_redrive_to_the_sources() {
        let wish = form(|form| (form.stop_minutes, form.stop_least) = ("10".into(), "20".into())).parse().unwrap();
        let plain = Wish {
            to: To::Home(None),
            rate: None,
            canary: None,
            stop: None,
            oldest_first: false,
            careful: false,
            keep_originals: false,
            provenance: false,
            resend: None,
            go_on: false,
            lanes: 10,
        };
        assert_eq!(wish, plain);
    }

    #[test]
    fn the_queue_is_for_all_or_for_those_that_have_no_other() {
        let to = |route: &str, target: &str| {
            form(|form| (form.route, form.target) = (route.into(), target.into())).parse().map(|wish| wish.to)
        };
        assert_eq!(to("home", " rescue "), Ok(To::Home(Some("rescue".parse().unwrap()))));
        assert_eq!(to("queue", "orders.fifo"), Ok(To::Queue("orders.fifo".parse().unwrap())));
        assert_eq!(wrong(|form| form.route = "queue".into()), ["target"]);
        assert_eq!(wrong(|form| form.route = String::new()), ["route"]);
        assert_eq!(wrong(|form| form.target = "a b".into()), ["target"]);
        assert_eq!(wrong(|form| form.target = "orders-dlq".into()), ["target"]);
    }

    #[test]
    fn everything_that_can_be_asked_for_is_read() {
        let wish = form(|form| {
            (form.pace, form.canary, form.lanes) = ("500".into(), " 3 ".into(), "32".into());
            (form.stop_percent, form.stop_minutes, form.stop_least) = ("0".into(), String::new(), "5".into());
            (form.sequence, form.unknown, form.behind) = ("oldest".into(), "hold".into(), "go".into());
            (form.careful, form.keep, form.provenance) = ("on".into(), "on".into(), "on".into());
        });
        let wish = wish.parse().unwrap();
        assert_eq!((wish.rate, wish.canary, wish.lanes), (Some(500), Some(3), 32));
        assert_eq!(wish.stop, Some(Stop { percent: 0, minutes: 10, at_least: 5 }));
        assert_eq!((wish.oldest_first, wish.resend, wish.go_on), (true, Some(false), true));
        assert!(wish.careful && wish.keep_originals && wish.provenance);
    }

    #[test]
    fn what_cannot_be_used_is_said_beside_its_field() {
        let all = wrong(|form| {
            (form.pace, form.canary, form.lanes) = ("fast".into(), "0".into(), "33".into());
            (form.stop_percent, form.stop_minutes, form.stop_least) = ("5".into(), "0".into(), "-1".into());
            (form.sequence, form.unknown, form.behind) = ("newest".into(), "lose".into(), "x".into());
        });
        let fields = ["pace", "canary", "lanes", "stop_minutes", "stop_least", "sequence", "unknown", "behind"]
            .map(String::from);
        assert_eq!(all, fields);
        assert_eq!(wrong(|form| form.stop_percent = "100".into()), ["stop_percent"], "it could never stop");
    }

    proptest! {
        /// Whatever is typed is a wish within its limits, or has a sentence beside a field that the form has.
        #[test]
        fn any_text_is_a_wish_or_a_sentence(
            texts in prop::array::uniform9("[a-z0-9 .-]{0,6}"),
            route in "(home|queue||x)",
        ) {
            let [target, pace, canary, percent, minutes, least, unknown, behind, lanes] = texts;
            let form = WishForm {
                queue: "orders-dlq".into(), route, target, pace, canary, unknown, behind, lanes,
                stop_percent: percent, stop_minutes: minutes, stop_least: least, ..WishForm::default()
            };
            let named = serde_json::to_value(&form).unwrap();
            match form.parse() {
                Ok(wish) => {
                    prop_assert!(wish.rate.is_none_or(|rate| PACE.contains(rate)));
                    prop_assert!(wish.canary.is_none_or(|canary| CANARY.contains(canary)));
                    prop_assert!(LANES.contains(wish.lanes));
                }
                Err(invalid) => {
                    prop_assert!(!invalid.is_empty());
                    prop_assert!(invalid.iter().all(|invalid| named.get(&invalid.field).is_some()));
                }
            }
        }
    }
}
