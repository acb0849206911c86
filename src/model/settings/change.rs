//! Telling settings apart: what someone wants to change, and what somebody else changed in between.

use std::collections::BTreeSet;

use super::{Setting, Settings, Tags};

/// An attribute that is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub setting: Setting,
    /// What it is, in words.
    pub from: String,
    /// What it shall be, in words.
    pub to: String,
    /// What it shall be, as SQS takes it.
    pub raw: String,
}

/// A tag that is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagChange {
    /// Its key.
    pub key: String,
    /// Its value; absent where there is no such tag yet.
    pub from: Option<String>,
    /// Its new value; absent where it is to be removed.
    pub to: Option<String>,
}

/// Something that somebody else changed after a form was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What.
    pub label: String,
    /// What the form showed.
    pub shown: String,
    /// What it is now.
    pub now: String,
    /// What the form asks for, where the person touched it; else it stays as it is now.
    pub wanted: Option<String>,
}

/// The attributes that differ.
pub fn changes(current: &Settings, wanted: &Settings) -> Vec<Change> {
    Setting::ALL
        .into_iter()
        .filter(|setting| setting.raw(current) != setting.raw(wanted))
        .map(|setting| Change {
            setting,
            from: setting.words(current),
            to: setting.words(wanted),
            raw: setting.raw(wanted),
        })
        .collect()
}

/// The tags that differ; none where either side is not known.
pub fn tag_changes(current: &Settings, wanted: &Settings) -> Vec<TagChange> {
    let (Some(current), Some(wanted)) = (&current.tags, &wanted.tags) else { return Vec::new() };
    let keys: BTreeSet<&String> = current.keys().chain(wanted.keys()).collect();
    keys.into_iter()
        .filter(|key| current.get(*key) != wanted.get(*key))
        .map(|key| TagChange { key: key.clone(), from: current.get(key).cloned(), to: wanted.get(key).cloned() })
        .collect()
}

/// What a person who was shown one state and typed another wants of a third: what they did not touch stays as it is.
pub fn merge(shown: &Settings, wanted: &Settings, current: &Settings) -> Settings {
    let mut merged = current.clone();
    for setting in Setting::ALL {
        if setting.raw(shown) != setting.raw(wanted) {
            setting.take(wanted, &mut merged);
        }
    }
    if let Some(tags) = &mut merged.tags {
        for change in tag_changes(shown, wanted) {
            put(tags, change.key, change.to);
        }
    }
    merged
}

/// What changed since the form was opened, and is not what the person wants anyway.
pub fn moved(shown: &Settings, wanted: &Settings, current: &Settings) -> Vec<Moved> {
    let touched = changes(shown, wanted);
    let touched_tags = tag_changes(shown, wanted);
    let mut found: Vec<Moved> = changes(shown, current)
        .into_iter()
        .map(|change| {
            let wish = touched.iter().find(|touched| touched.setting == change.setting);
            let agrees = wish.is_some_and(|wish| wish.raw == change.raw);
            let wanted = wish.map(|wish| wish.to.clone());
            (agrees, Moved { label: change.setting.label().into(), shown: change.from, now: change.to, wanted })
        })
        .filter_map(|(agrees, moved)| (!agrees).then_some(moved))
        .collect();
    let word = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    for change in tag_changes(shown, current) {
        let wish = touched_tags.iter().find(|touched| touched.key == change.key);
        if wish.is_none_or(|wish| wish.to != change.to) {
            found.push(Moved {
                label: format!("Tag {}", change.key),
                shown: word(change.from),
                now: word(change.to),
                wanted: wish.map(|wish| word(wish.to.clone())),
            });
        }
    }
    found
}

fn put(tags: &mut Tags, key: String, value: Option<String>) {
    match value {
        Some(value) => tags.insert(key, value),
        None => tags.remove(&key),
    };
}
