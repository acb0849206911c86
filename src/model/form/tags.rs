//! Tags as people type them: one `key=value` a line. An `=` in a key is written `\=`.

use super::Invalid;
use crate::model::limits::{TAG_KEY_MAX, TAG_VALUE_MAX, TAGS};
use crate::model::settings::Tags;

/// The tags as lines.
pub fn write(tags: &Tags) -> String {
    tags.iter().map(|(key, value)| line_of(key, value)).collect::<Vec<_>>().join("\n")
}

fn line_of(key: &str, value: &str) -> String {
    format!("{}={value}", key.replace('=', "\\="))
}

/// Ends of lines as a browser may have changed them, all alike.
fn alike(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads the lines. Tags that stand there already are taken as they are; what is new keeps the rules of SQS
/// (SQS Developer Guide, "Amazon SQS cost allocation tags").
pub(super) fn read(text: &str, before: &Tags, field: &str, invalid: &mut Vec<Invalid>) -> Tags {
    let text = alike(text);
    // What nobody touched may hold what no line can say.
    if text.trim_matches('\n') == alike(&write(before)).trim_matches('\n') {
        return before.clone();
    }
    // Where one tag was touched, the others still stand as they were written, blanks and ends of lines and all.
    let written: Vec<(String, &String, &String)> =
        before.iter().map(|(key, value)| (alike(&line_of(key, value)), key, value)).collect();
    let mut tags = Tags::new();
    let mut wrong = |sentence: String| {
        if !invalid.iter().any(|invalid| invalid.field == field) {
            invalid.push(Invalid::new(field, sentence));
        }
    };
    let (mut rest, mut number) = (text.as_str(), 0);
    while !rest.is_empty() {
        number += 1;
        let untouched = written
            .iter()
            .filter(|(lines, key, _)| !tags.contains_key(*key) && starts(rest, lines))
            .max_by_key(|(lines, ..)| lines.len());
        if let Some((lines, key, value)) = untouched {
            tags.insert((*key).clone(), (*value).clone());
            number += lines.matches('\n').count();
            rest = rest[lines.len()..].strip_prefix('\n').unwrap_or_default();
            continue;
        }
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        if line.trim().is_empty() {
            continue;
        }
        let (key, value) = split(line);
        let unchanged = before.get(&key) == Some(&value);
        if key.is_empty() {
            wrong(format!("Line {number} has no key. Write key=value."));
        } else if !unchanged && key.to_ascii_lowercase().starts_with("aws:") {
            wrong(format!("Line {number}: keys that begin with “aws:” are AWS's own."));
        } else if !unchanged && key.chars().count() > TAG_KEY_MAX {
            wrong(format!("Line {number}: a key has at most {TAG_KEY_MAX} characters."));
        } else if !unchanged && value.chars().count() > TAG_VALUE_MAX {
            wrong(format!("Line {number}: a value has at most {TAG_VALUE_MAX} characters."));
        } else if tags.insert(key.clone(), value).is_some() {
            wrong(format!("Line {number}: the key {key} is there already."));
        }
    }
    if tags.len() > TAGS {
        wrong(format!("A queue has at most {TAGS} tags; these are {}.", tags.len()));
    }
    tags
}

/// Whether a text starts with these lines, whole.
fn starts(text: &str, lines: &str) -> bool {
    text.strip_prefix(lines).is_some_and(|rest| rest.is_empty() || rest.starts_with('\n'))
}

/// Key and value of a line, blanks around them gone. A line without `=` is a key without a value.
fn split(line: &str) -> (String, String) {
    let mut escaped = false;
    let at = line.char_indices().find_map(|(at, c)| {
        let ends = c == '=' && !escaped;
        escaped = c == '\\';
        ends.then_some(at)
    });
    let (key, value) = at.map_or((line, ""), |at| (&line[..at], &line[at + 1..]));
    (key.trim().replace("\\=", "="), value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
        let mut invalid = Vec::new();
        let tags = read(text, &Tags::new(), "tags", &mut invalid);
        if invalid.is_empty() { Ok(tags.into_iter().collect()) } else { Err(invalid.remove(0).sentence) }
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.into(), value.into())
    }

    #[test]
    fn lines_become_tags() {
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse("team = pay\r\n\r\nenv=prod=eu\n"), Ok(vec![pair("env", "prod=eu"), pair("team", "pay")]));
        assert_eq!(parse("flag"), Ok(vec![pair("flag", "")]));
        assert_eq!(parse("a\\=b=c"), Ok(vec![pair("a=b", "c")]));
    }

    #[test]
    fn what_sqs_would_refuse_names_its_line() {
        for (text, says) in [
            ("a=1\n=x", "Line 2 has no key"),
            ("a=1\na=2", "Line 2: the key a"),
            ("aws:x=1", "AWS's own"),
            (&format!("{}=1", "k".repeat(129)), "at most 128"),
            (&format!("k={}", "v".repeat(257)), "at most 256"),
        ] {
            let sentence = parse(text).unwrap_err();
            assert!(sentence.contains(says), "{sentence}");
        }
        let many = (0..51).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("\n");
        assert!(parse(&many).unwrap_err().contains("at most 50"));
    }

    #[test]
    fn what_stands_there_already_is_left_alone() {
        let before: Tags = [pair("aws:cloudformation:stack-name", "s"), pair("odd", " a\nb ")].into();
        let mut invalid = Vec::new();
        assert_eq!(read(&write(&before), &before, "tags", &mut invalid), before);
        let stack: Tags = [pair("aws:cloudformation:stack-name", "s")].into();
        let with_more = format!("{}\nteam=pay", write(&stack));
        assert_eq!(read(&with_more, &stack, "tags", &mut invalid).len(), 2);
        assert_eq!(invalid, []);
    }

    #[test]
    fn touching_one_tag_leaves_the_others_as_they_are() {
        let before: Tags =
            [pair("blank ", " a "), pair("lines", "one\r\ntwo"), pair("odd\\", "b"), pair("team", "pay")].into();
        let mut invalid = Vec::new();
        for (old, new, changed) in [
            ("team=pay", "team = risk", Some(pair("team", "risk"))),
            ("team=pay", "\r\nteam=pay\r\nenv=prod\r\n", Some(pair("env", "prod"))),
            ("\nteam=pay", "", None),
        ] {
            let typed = write(&before).replace(old, new);
            let mut wanted = before.clone();
            match changed {
                Some((key, value)) => wanted.insert(key, value),
                None => wanted.remove("team"),
            };
            assert_eq!(read(&typed, &before, "tags", &mut invalid), wanted, "{typed:?}");
        }
        assert_eq!(invalid, []);
        let twice = format!("{}\nteam=pay\n=x", write(&before));
        read(&twice, &before, "tags", &mut invalid);
        assert_eq!(invalid[0].sentence, "Line 6: the key team is there already.", "a value of two lines counts twice");
    }

    proptest! {
        #[test]
        fn a_tag_more_leaves_any_others_as_they_are(before in proptest::collection::btree_map("[a-z=+ -]{0,4}[a-z]", "[a-zA= \n-]{0,6}", 0..6)) {
            let mut invalid = Vec::new();
            let mut wanted = before.clone();
            wanted.insert("NEW".into(), "x".into());
            prop_assert_eq!(&read(&(write(&before) + "\nNEW=x"), &before, "tags", &mut invalid), &wanted);
            prop_assert_eq!(invalid, vec![]);
        }

        #[test]
        fn tags_survive_writing_and_reading(tags in proptest::collection::btree_map("[a-z_.:/=+@-]{1,9}", "[a-zA-Z0-9_.:/=+@-]{0,9}", 0..9)) {
            prop_assume!(tags.keys().all(|key| !key.starts_with("aws:")));
            let mut invalid = Vec::new();
            prop_assert_eq!(&read(&(write(&tags) + "\n "), &Tags::new(), "tags", &mut invalid), &tags);
            prop_assert_eq!(invalid, vec![]);
        }
    }
}
