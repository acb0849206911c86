//! What is known to differ at another SQS (LocalStack 2026.3), each case once: what it does instead, and which side
//! follows AWS's documentation. The section is the case's own; `make conformance` prints it beside.

/// Whose behaviour is the documented one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Right {
    /// The embedded SQS's.
    Embedded,
}

impl Right {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Embedded => "the embedded SQS",
        }
    }
}

/// A known difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    /// The case that shows it: `family::rule`.
    case: &'static str,
    /// What the other SQS does instead.
    pub(super) what: &'static str,
    pub(super) right: Right,
}

/// A case in which the embedded SQS follows the documentation, and the other does `what`.
pub(super) const fn embedded(case: &'static str, what: &'static str) -> Difference {
    Difference { case, what, right: Right::Embedded }
}

const KNOWN: &[Difference] = &[
    embedded("attributes::a_visibility_timeout_is_at_most_twelve_hours", "accepts any number"),
    embedded("batches::an_entry_without_an_id_is_refused", "answers 500"),
    embedded("batches::one_bad_entry_fails_alone", "accepts an entry with any delay"),
    embedded("errors::an_error_carries_its_shape_and_the_code_of_old", "says application/json"),
    embedded("sending::a_message_can_be_delayed_by_fifteen_minutes_at_most", "accepts a negative delay"),
    embedded("visibility::twelve_hours_are_counted_from_the_receive", "does not count what has passed"),
];

/// The known difference in a case, if there is one.
pub(super) fn of(case: &str) -> Option<&'static Difference> {
    KNOWN.iter().find(|difference| difference.case == case)
}

#[test]
fn every_difference_is_of_a_case_and_listed_once() {
    let families = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/conformance");
    for (place, Difference { case, .. }) in KNOWN.iter().enumerate() {
        let (family, rule) = case.split_once("::").unwrap();
        let text = std::fs::read_to_string(format!("{families}/{family}.rs")).unwrap_or_default();
        assert!(text.contains(&format!("async fn {rule}(")), "there is no case {case}");
        assert!(KNOWN[..place].iter().all(|other| other.case != *case), "{case} is listed twice");
    }
}
