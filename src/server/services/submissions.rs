//! What was typed into a form and what came of it, kept between the POST and the page that shows it.
//!
//! Every form answers with a redirect (so that a reload repeats nothing); the redirect carries the submission's id,
//! and the page finds the fields as they were typed, the sentences beside them, and the outcome. In memory only:
//! bounded by number and bytes, oldest first out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::Failure;
use crate::model::form::{Done, Invalid};

/// How many submissions are kept.
const KEPT: usize = 512;
/// How many bytes of typed text are kept over all submissions: 64 MiB.
const BYTES: usize = 64 << 20;

/// One POST: what was typed, and what came of it.
#[derive(Clone, Debug)]
pub struct Submission {
    form: Value,
    /// The fields that cannot be used, with a sentence each.
    pub invalid: Vec<Invalid>,
    /// Why it failed, where it failed as a whole.
    pub failure: Option<Failure>,
    /// What was done, where it succeeded.
    pub done: Option<Done>,
}

impl Submission {
    /// The fields as they were typed, if this is a submission of that form.
    pub fn form<F: DeserializeOwned + Serialize>(&self) -> Option<F> {
        let form: F = serde_json::from_value(self.form.clone()).ok()?;
        // Forms of one page share names of fields; only the form itself is written exactly like this.
        (serde_json::to_value(&form).ok()? == self.form).then_some(form)
    }

    /// The sentence that belongs beside a field.
    pub fn sentence(&self, field: &str) -> Option<String> {
        self.invalid.iter().find(|invalid| invalid.field == field).map(|invalid| invalid.sentence.clone())
    }
}

struct Kept {
    id: String,
    bytes: usize,
    submission: Arc<Submission>,
}

/// The submissions of the last minutes.
#[derive(Default)]
pub struct Submissions(Mutex<VecDeque<Kept>>);

impl Submissions {
    /// Keeps a submission; its id is unguessable, for it may hold a message body.
    pub fn keep<F: Serialize>(&self, form: &F, result: Result<Done, Rejection>) -> String {
        let form = serde_json::to_value(form).unwrap_or_default();
        let bytes = size(&form);
        let (done, rejection) = match result {
            Ok(done) => (Some(done), Rejection::default()),
            Err(rejection) => (None, rejection),
        };
        let submission = Submission { form, invalid: rejection.invalid, failure: rejection.failure, done };
        let id = uuid::Uuid::new_v4().simple().to_string();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(Kept { id: id.clone(), bytes, submission: Arc::new(submission) });
        let mut total: usize = kept.iter().map(|kept| kept.bytes).sum();
        while kept.len() > KEPT || total > BYTES && kept.len() > 1 {
            total -= kept.pop_front().map_or(0, |kept| kept.bytes);
        }
        id
    }

    /// Finds a submission again.
    pub fn find(&self, id: &str) -> Option<Arc<Submission>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|kept| kept.id == id).map(|kept| Arc::clone(&kept.submission))
    }
}

/// Why a form was not carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    /// The fields that cannot be used.
    pub invalid: Vec<Invalid>,
    /// Why it failed as a whole.
    pub failure: Option<Failure>,
}

impl From<Failure> for Rejection {
    fn from(failure: Failure) -> Self {
        Self { invalid: Vec::new(), failure: Some(failure) }
    }
}

impl From<Vec<Invalid>> for Rejection {
    fn from(invalid: Vec<Invalid>) -> Self {
        Self { invalid, failure: Some(Failure::Invalid) }
    }
}

/// The bytes of text in a form, near enough for a bound.
fn size(form: &Value) -> usize {
    match form {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + size(value)).sum(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found_again() {
        let submissions = Submissions::default();
        let invalid = Invalid::new("delay", "Give a number of seconds.");
        let id = submissions.keep(&vec!["a", "b"], Err(vec![invalid].into()));
        let found = submissions.find(&id).unwrap();
        assert_eq!(found.form::<Vec<String>>().unwrap(), ["a", "b"]);
        assert_eq!(found.sentence("delay").as_deref(), Some("Give a number of seconds."));
        assert_eq!(found.failure, Some(Failure::Invalid));
        assert!(submissions.find("other").is_none());
    }

    #[test]
    fn a_form_is_not_taken_for_another_with_the_same_fields() {
        #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
        struct Short {
            queue: String,
        }
        #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
        struct Long {
            queue: String,
            #[serde(default)]
            seconds: String,
        }
        let submissions = Submissions::default();
        let short = submissions.keep(&Short { queue: "orders".into() }, Ok(Done::Saved));
        let long = submissions.keep(&Long { queue: "orders".into(), seconds: "5".into() }, Ok(Done::Saved));
        let (short, long) = (submissions.find(&short).unwrap(), submissions.find(&long).unwrap());
        assert!(short.form::<Short>().is_some() && short.form::<Long>().is_none());
        assert!(long.form::<Long>().is_some() && long.form::<Short>().is_none());
    }

    #[test]
    fn the_oldest_go_first_by_number_and_by_bytes() {
        let submissions = Submissions::default();
        let first = submissions.keep(&"x", Ok(Done::Saved));
        for _ in 0..KEPT {
            submissions.keep(&"y", Ok(Done::Saved));
        }
        assert!(submissions.find(&first).is_none());
        let large = "z".repeat(BYTES / 2 - 64);
        let one = submissions.keep(&large, Ok(Done::Saved));
        let two = submissions.keep(&large, Ok(Done::Saved));
        let three = submissions.keep(&large, Ok(Done::Saved));
        assert!(submissions.find(&one).is_none());
        assert!(submissions.find(&two).is_some() && submissions.find(&three).is_some(), "two halves have room");
    }
}
