//! What the three batch operations share: the rules for a batch as a whole, and results per entry.

use std::collections::HashSet;

use serde::Serialize;

use crate::local::core::ApiError;
use crate::local::core::decode::Members;

/// The most entries of a batch.
const ENTRIES: usize = 10;
/// The longest id of an entry.
const ID_LENGTH: usize = 80;

/// The results of a batch. Some entries may have failed although the request succeeded.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Results<T> {
    /// Of the entries that went well.
    pub successful: Vec<T>,
    /// Of the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
}

/// An entry that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Failed {
    /// The entry's id.
    pub id: String,
    /// Whether the caller is to blame.
    pub sender_fault: bool,
    /// The error's query code.
    pub code: String,
    /// The error's sentence.
    pub message: String,
}

/// An entry that went well and has nothing else to say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Id {
    /// The entry's id.
    pub id: String,
}

impl<T> Results<T> {
    /// Runs each entry, and sorts the outcomes.
    pub fn of<E>(entries: Vec<(String, E)>, mut run: impl FnMut(&str, E) -> Result<T, ApiError>) -> Self {
        let mut results = Self { successful: Vec::new(), failed: Vec::new() };
        for (id, entry) in entries {
            match run(&id, entry) {
                Ok(success) => results.successful.push(success),
                Err(error) => results.failed.push(Failed {
                    id,
                    sender_fault: error.sender_fault(),
                    code: error.code.into_owned(),
                    message: error.message,
                }),
            }
        }
        results
    }
}

/// What each entry says, by id; some cannot be read.
pub type Entries<T> = Vec<(String, Result<T, ApiError>)>;

/// Reads what each entry says. An entry that cannot be read fails alone, unless its JSON is of the wrong types.
pub fn each<T>(
    entries: Vec<(String, Members)>,
    decode: impl Fn(&mut Members) -> Result<T, ApiError>,
) -> Result<Entries<T>, ApiError> {
    let read = |(id, mut entry): (String, Members)| match decode(&mut entry) {
        Err(error) if error.code == "SerializationException" => Err(error),
        entry => Ok((id, entry)),
    };
    entries.into_iter().map(read).collect()
}

/// Reads the entries of a batch with their ids, and checks the rules for the batch as a whole.
///
/// Errors, in this order: `EmptyBatchRequest`, `TooManyEntriesInBatchRequest`, `InvalidBatchEntryId` or, where there is no
/// id, `MissingParameter`, `BatchEntryIdsNotDistinct`.
pub fn entries(members: &mut Members, entry_type: &str) -> Result<Vec<(String, Members)>, ApiError> {
    // A form with an empty list says nothing at all of it, so no list is an empty one.
    let entries = members.entries("Entries")?.unwrap_or_default();
    if entries.is_empty() {
        return Err(ApiError::named(
            "EmptyBatchRequest",
            format!("There should be at least one {entry_type} in the request."),
        ));
    }
    if entries.len() > ENTRIES {
        return Err(ApiError::named(
            "TooManyEntriesInBatchRequest",
            format!("Maximum number of entries per request are {ENTRIES}. You have sent {}.", entries.len()),
        ));
    }
    let mut with_ids = Vec::with_capacity(entries.len());
    for (place, mut entry) in entries.into_iter().enumerate() {
        let missing = || ApiError::missing(&format!("{entry_type}.{}.Id", place + 1));
        let id = entry.text("Id")?.ok_or_else(missing)?;
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > ID_LENGTH || !id.bytes().all(good) {
            return Err(ApiError::named(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
            ));
        }
        with_ids.push((id, entry));
    }
    let mut seen = HashSet::new();
    if let Some((id, _)) = with_ids.iter().find(|(id, _)| !seen.insert(id.as_str())) {
        return Err(ApiError::named("BatchEntryIdsNotDistinct", format!("Id {id} repeated.")));
    }
    Ok(with_ids)
}
