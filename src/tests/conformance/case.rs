//! A case: one rule of SQS and the section it comes from, run once per client; and what its outcome means here and
//! elsewhere.

use std::any::Any;
use std::fs::OpenOptions;
use std::future::Future;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::runtime::Runtime;

use super::clients::Kind;
use super::differences::{self, Difference};
use super::sqs::Sqs;

/// Where the outcomes of a run elsewhere are written, one line each; `make conformance` makes a table of it.
const OUTCOMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/conformance.tsv");

/// No case takes longer; one that does waits for something that does not come.
const LONGEST: Duration = Duration::from_secs(300);

/// One runtime for all cases: the SDK's connections and the embedded SQS live in it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A rule.
#[derive(Clone, Copy)]
pub(super) struct Case {
    /// `visibility::twelve_hours_are_counted_from_the_receive`
    pub(super) path: &'static str,
    /// The section of AWS's documentation that says it.
    pub(super) section: &'static str,
    /// Whether it can be asked of the embedded SQS alone.
    pub(super) embedded_only: bool,
}

/// How a case ends that cannot be run elsewhere.
struct Skipped(String);

impl Case {
    /// Runs it through one client. Panics when the rule does not hold, and, elsewhere, when `differences` and the
    /// outcome disagree.
    pub(super) fn run<F: Future<Output = ()>>(self, kind: Kind, case: impl FnOnce(Sqs) -> F) {
        let (_, name) = self.path.split_once("conformance::").unwrap_or(("", self.path));
        RUNTIME.block_on(async {
            let sqs = Sqs::new(kind).await;
            let work = async {
                if self.embedded_only && !sqs.is_embedded() {
                    skip("needs the embedded SQS");
                }
                assert!(
                    tokio::time::timeout(LONGEST, case(sqs.clone())).await.is_ok(),
                    "waits for something that does not come"
                );
            };
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            sqs.clean_up().await;
            if sqs.is_embedded() {
                outcome.unwrap_or_else(|panic| resume_unwind(panic));
            } else {
                self.weigh(name, kind, outcome);
            }
        });
    }

    /// Writes down an outcome elsewhere, and fails unless it is as `differences` says.
    fn weigh(self, name: &str, kind: Kind, outcome: Result<(), Box<dyn Any + Send>>) {
        let ended = match &outcome {
            Ok(()) => Ended::Held,
            Err(panic) => panic.downcast_ref().map_or(Ended::Failed, |Skipped(why)| Ended::Skipped(why)),
        };
        let verdict = verdict(ended, differences::of(name), self.section);
        let line = format!("{name}\t{}\t{}\t{}\n", kind.name(), verdict.word, verdict.why);
        let mut file = OpenOptions::new().create(true).append(true).open(OUTCOMES).unwrap();
        file.write_all(line.as_bytes()).unwrap();
        if verdict.word == FAILED {
            outcome.unwrap_or_else(|panic| resume_unwind(panic));
            panic!("{name}: {}", verdict.why);
        }
    }
}

/// How a case ended.
enum Ended<'a> {
    Held,
    Failed,
    Skipped(&'a str),
}

/// What that means elsewhere, as it stands in the table.
#[derive(Debug, PartialEq)]
struct Verdict {
    word: &'static str,
    why: String,
}

const FAILED: &str = "FAILED";

/// An outcome held against what is known to differ.
fn verdict(ended: Ended<'_>, known: Option<&Difference>, section: &str) -> Verdict {
    let (word, why) = match (ended, known) {
        (Ended::Skipped(why), _) => ("skipped", why.to_owned()),
        (Ended::Held, None) => ("passed", String::new()),
        (Ended::Held, Some(known)) => (FAILED, format!("is listed as a difference, but there is none: {}", known.what)),
        (Ended::Failed, None) => (FAILED, format!("not as in: {section}")),
        (Ended::Failed, Some(known)) => ("differs", format!("{} [{}: {section}]", known.what, known.right.words())),
    };
    Verdict { word, why }
}

/// Ends a case that cannot be run here, without a verdict.
pub(super) fn skip(why: impl Into<String>) -> ! {
    resume_unwind(Box::new(Skipped(why.into())))
}

/// Rules, each of which becomes a module with a test per client: `…::sdk` and `…::boto3`.
///
/// ```ignore
/// cases! {
///     "API reference, SendMessage"               // the section that says it
///     async fn a_message_has_an_id(sqs) { … }
///
///     "API reference, SendMessage"
///     #[only(boto3)]                             // what the typed SDK cannot say
///     async fn a_number_is_no_body(sqs) { … }
/// }
/// ```
/// `#[only(http)]` is a case in plain HTTP, run once (`…::http`); `#[only(embedded)]` needs the embedded SQS and its
/// clock. Both: `#[only(embedded, boto3)]`.
macro_rules! cases {
    ($($section:literal $(#[only($($only:ident),+)])? async fn $name:ident($sqs:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, clippy::wildcard_imports, reason = "a case sees what its family sees")]
            use super::*;

            const CASE: $crate::tests::conformance::case::Case = $crate::tests::conformance::case::Case {
                path: module_path!(),
                section: $section,
                embedded_only: $crate::tests::conformance::case::needs_embedded!($($($only)+)?),
            };

            async fn case($sqs: $crate::tests::conformance::Sqs) $body

            $crate::tests::conformance::case::tests!($($($only)+)?);
        }
    )+};
}

/// The tests of a case, by the words of its `#[only(…)]`.
macro_rules! tests {
    (embedded $($rest:ident)*) => { $crate::tests::conformance::case::tests!($($rest)*); };
    () => { $crate::tests::conformance::case::tests!(sdk Sdk boto3 Boto3); };
    (boto3) => { $crate::tests::conformance::case::tests!(boto3 Boto3); };
    (http) => { $crate::tests::conformance::case::tests!(http Http); };
    ($($name:ident $kind:ident)+) => {$(
        #[test]
        fn $name() {
            CASE.run($crate::tests::conformance::clients::Kind::$kind, case);
        }
    )+};
}

/// Whether one of the words is `embedded`.
macro_rules! needs_embedded {
    (embedded $($rest:ident)*) => {
        true
    };
    ($($rest:ident)*) => {
        false
    };
}

pub(super) use {cases, needs_embedded, tests};

#[cfg(test)]
mod verdicts {
    use super::super::differences::embedded;
    use super::*;

    #[test]
    fn what_is_not_listed_fails_and_so_does_what_is_listed_and_gone() {
        let known = embedded("family::rule", "does it late");
        let of = |ended, known| verdict(ended, known, "the section").word;
        assert_eq!(of(Ended::Held, None), "passed");
        assert_eq!(of(Ended::Failed, Some(&known)), "differs");
        assert_eq!(of(Ended::Failed, None), FAILED);
        assert_eq!(of(Ended::Held, Some(&known)), FAILED);
        assert_eq!(of(Ended::Skipped("needs 900 s"), Some(&known)), "skipped");
        assert_eq!(of(Ended::Skipped("needs 900 s"), None), "skipped");
    }

    #[test]
    fn a_difference_says_who_follows_what() {
        let known = embedded("family::rule", "does it late");
        let verdict = verdict(Ended::Failed, Some(&known), "the section");
        assert_eq!(verdict.why, "does it late [the embedded SQS follows: the section]");
    }
}
