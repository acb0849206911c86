//! What all rules that hit a call do to it together.

use super::action::{Action, When};
use crate::local::core::{ApiError, Undo};

/// How a call ends instead of being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an error.
    Error(ApiError),
    /// Never.
    Hang,
    /// By the end of the connection.
    Drop,
    /// By the end of all connections, for so many milliseconds.
    Refuse(u64),
}

/// Which entries of a batch fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Failing {
    /// Those with these ids; all if there is none.
    pub ids: Vec<String>,
    /// With this error.
    pub code: String,
    /// Each with this probability.
    pub chance: Option<f64>,
    /// Where its random numbers begin.
    pub draw: u64,
}

/// What happens to the answer on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Milliseconds by which the `Date` header is wrong.
    pub skew: Option<i64>,
    /// In pieces of so many bytes, with so many milliseconds before each.
    pub trickle: Option<(usize, u64)>,
    /// No further than so many bytes of the body.
    pub truncate: Option<usize>,
}

/// What is to be done to one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Milliseconds to wait first.
    pub delay: u64,
    /// Then this instead of the call.
    pub ending: Option<Ending>,
    /// Which entries fail.
    pub failing: Option<Failing>,
    /// Whether the connection ends although the call was done.
    pub drop_after: bool,
    /// Whether the digests of bodies are falsified.
    pub wrong_md5: bool,
    /// Whether the digests of attributes are falsified.
    pub wrong_md5_of_attributes: bool,
    /// Whether messages in flight are received again.
    pub redeliver: bool,
    /// Whether messages are received twice at once.
    pub repeat: bool,
    /// Whether and when what is deleted comes back.
    pub undo: Option<Undo>,
    /// What happens to the answer.
    pub delivery: Delivery,
}

impl Plan {
    /// Adds what a rule does; `draw` is its random number for this call.
    pub fn add(&mut self, action: &Action, draw: u64) {
        let mut end = |ending| {
            self.ending.get_or_insert(ending);
        };
        match action {
            Action::Answer { code, message, status } => {
                let message = message.clone().unwrap_or_else(|| "The dials say so.".to_owned());
                let error = ApiError::named(code, message);
                end(Ending::Error(ApiError { status: status.unwrap_or(error.status), ..error }));
            }
            Action::Hang => end(Ending::Hang),
            Action::Drop(When::Before) => end(Ending::Drop),
            Action::Refuse { ms } => end(Ending::Refuse(*ms)),
            Action::Delay { ms } => self.delay = self.delay.saturating_add(*ms),
            Action::Drop(When::After) => self.drop_after = true,
            Action::FailEntries { ids, code, chance } => {
                self.failing = Some(Failing { ids: ids.clone(), code: code.clone(), chance: *chance, draw });
            }
            Action::WrongMd5 => self.wrong_md5 = true,
            Action::WrongMd5OfAttributes => self.wrong_md5_of_attributes = true,
            Action::Redeliver => self.redeliver = true,
            Action::Repeat => self.repeat = true,
            Action::IgnoreDelete => self.undo = Some(Undo::AtOnce),
            Action::Restore { ms } => self.undo = Some(Undo::After(*ms)),
            Action::Skew { ms } => self.delivery.skew = Some(*ms),
            Action::Trickle { bytes, ms } => self.delivery.trickle = Some(((*bytes).max(1), *ms)),
            Action::Truncate { bytes } => self.delivery.truncate = Some(*bytes),
        }
    }

    /// Whether the call itself is done as always, and so is its answer.
    pub fn leaves_the_call_alone(&self) -> bool {
        let Self { delay: _, drop_after: _, delivery: _, ending, failing, undo, .. } = self;
        let falsified = self.wrong_md5 || self.wrong_md5_of_attributes || self.redeliver || self.repeat;
        ending.is_none() && failing.is_none() && undo.is_none() && !falsified
    }
}
