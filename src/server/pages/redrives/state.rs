//! How a redrive is doing, in a word and in a sentence.

use leptos::prelude::*;

use crate::model::journal::EndedHow;
use crate::server::services::redrive::selective::{Live, Shown};
use crate::ui::parts::{Badge, Glyph, Tone};

/// How far a redrive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Messages are moved.
    Running,
    /// What it looks for is still hidden.
    Hidden,
    /// Everything was taken, and it makes sure that nothing is left.
    Concluding,
    /// It waits for a person.
    Waiting,
    /// It waits for something that it tries again by itself.
    Trying,
    /// Somebody wants it to end.
    Ending,
    /// This process does not carry it out.
    Elsewhere,
    /// It did what it was to do.
    Finished,
    /// The same, and there is something to look at.
    Partly,
    /// Somebody ended it.
    Cancelled,
}

impl State {
    /// Of a redrive.
    pub fn of(shown: &Shown) -> Self {
        let counts = &shown.counts;
        let odd = counts.not_sent + counts.gone + counts.not_deleted + counts.unknown;
        let clean = odd + counts.came_back + counts.possible_duplicates == 0;
        match (&shown.kept.ended, &shown.live) {
            (Some(ended), _) => match ended.how {
                EndedHow::Cancelled => Self::Cancelled,
                EndedHow::Finished { may_remain } if clean && may_remain.unwrap_or(0) == 0 => Self::Finished,
                EndedHow::Finished { .. } => Self::Partly,
            },
            (None, None) => Self::Elsewhere,
            (None, Some(_)) if shown.kept.cancelled => Self::Ending,
            (None, Some(live)) => Self::of_live(live),
        }
    }

    fn of_live(live: &Live) -> Self {
        if live.waits_for_somebody() {
            Self::Waiting
        } else if !live.pauses.is_empty() {
            Self::Trying
        } else if live.waits_until_ms().is_some() {
            Self::Hidden
        } else if live.concluding {
            Self::Concluding
        } else {
            Self::Running
        }
    }

    /// Whether there is something left to do.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Finished | Self::Partly | Self::Cancelled)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Hidden => "waiting for hidden messages",
            Self::Concluding => "making sure that nothing is left",
            Self::Waiting => "waiting for somebody",
            Self::Trying => "waiting, goes on by itself",
            Self::Ending => "ending",
            Self::Elsewhere => "not carried out here",
            Self::Finished => "finished",
            Self::Partly => "finished, with remarks",
            Self::Cancelled => "cancelled",
        }
    }

    /// The word as a badge.
    pub fn badge(self) -> impl IntoView {
        let word = self.word();
        match self {
            Self::Running | Self::Hidden | Self::Concluding => {
                view! { <Badge tone=Tone::Info glyph=Glyph::Clock>{word}</Badge> }
            }
            Self::Finished => view! { <Badge tone=Tone::Ok glyph=Glyph::Check>{word}</Badge> },
            Self::Cancelled => view! { <Badge>{word}</Badge> },
            Self::Waiting | Self::Trying | Self::Ending | Self::Elsewhere | Self::Partly => {
                view! { <Badge tone=Tone::Warn>{word}</Badge> }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::journal::{Ended, KeptRedrive, RedriveId};
    use crate::server::services::redrive::engine::Pause;
    use crate::server::services::redrive::engine::report::Counts;

    fn shown(ended: Option<EndedHow>, live: Option<Live>) -> Shown {
        let arn = "arn:aws:sqs:eu-west-1:1:orders-dlq".parse().unwrap();
        let kept = KeptRedrive {
            id: RedriveId::new("r"),
            connection: "local".parse().unwrap(),
            source: arn,
            destinations: Vec::new(),
            who: "local user".into(),
            how: "marked by hand".into(),
            messages: Some(100),
            undoes: None,
            edits: 0,
            started_ms: 0,
            paused: false,
            approved: false,
            cancelled: false,
            ended: ended.map(|how| Ended { at_ms: 1, how }),
        };
        Shown { kept, counts: Counts::default(), live }
    }

    #[test]
    fn a_word_for_everything_that_it_may_be_doing() {
        let waits = |pauses: &[Pause]| {
            State::of(&shown(None, Some(Live { pauses: pauses.iter().copied().collect(), ..Live::default() })))
        };
        assert_eq!(waits(&[]), State::Running);
        assert_eq!(waits(&[Pause::Credentials]), State::Trying);
        assert_eq!(waits(&[Pause::Credentials, Pause::Canary]), State::Waiting);
        assert_eq!(State::of(&shown(None, None)), State::Elsewhere);
        let concluding = |hidden_until_ms| Some(Live { concluding: true, hidden_until_ms, ..Live::default() });
        assert_eq!(State::of(&shown(None, concluding(None))), State::Concluding);
        assert_eq!(State::of(&shown(None, concluding(Some(1)))), State::Hidden);
        let finished = EndedHow::Finished { may_remain: None };
        assert_eq!(State::of(&shown(Some(finished), None)), State::Finished);
        let remarks = Counts { came_back: 1, ..Counts::default() };
        assert_eq!(State::of(&Shown { counts: remarks, ..shown(Some(finished), None) }), State::Partly);
        assert_eq!(State::of(&shown(Some(EndedHow::Finished { may_remain: Some(2) }), None)), State::Partly);
        assert_eq!(State::of(&shown(Some(EndedHow::Cancelled), None)), State::Cancelled);
    }
}
