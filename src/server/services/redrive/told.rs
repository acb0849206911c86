//! The report of a selective redrive as a file: a line of NDJSON for each message, with the words of its page.

use serde::Serialize;

use super::engine::report;
use crate::model::journal::{JournalRow, KeptRedrive};
use crate::model::{MessageId, QueueArn, words};

/// What says that a line was written here.
const FORMAT: &str = "redrive.report";
/// The version that is written.
const VERSION: u64 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    format: &'static str,
    version: u64,
    redrive: &'a str,
    message_id: &'a MessageId,
    source: &'a QueueArn,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'a QueueArn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_id: Option<&'a MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<&'a str>,
    outcome: &'static str,
    reason: String,
    attempts: u32,
    possible_duplicates: u32,
    came_back: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<String>,
}

/// Writes what became of a message as one line, its end included.
pub fn write(kept: &KeptRedrive, row: &JournalRow) -> String {
    let line = report::line(row);
    let line = Line {
        format: FORMAT,
        version: VERSION,
        redrive: kept.id.as_str(),
        message_id: line.id,
        source: &kept.source,
        destination: line.to.and_then(|to| kept.destinations.get(usize::from(to.0))),
        copy_id: line.copy,
        message_group_id: row.group.as_deref(),
        outcome: line.standing.key(),
        reason: line.sentence.replace('\u{A0}', " "),
        attempts: row.attempts,
        possible_duplicates: line.possible_duplicates,
        came_back: line.came_back,
        sent_at: row.sent_ms.map(words::timestamp),
    };
    let mut text = serde_json::to_string(&line).expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::journal::{Change, Closing, Intent, QueueNo, RedriveId};

    /// A redrive of two destinations.
    fn kept() -> KeptRedrive {
        let arn = |name: &str| format!("arn:aws:sqs:eu-west-1:1:{name}").parse().unwrap();
        KeptRedrive {
            id: RedriveId::new("r"),
            connection: "local".parse().unwrap(),
            source: arn("orders-dlq"),
            destinations: vec![arn("orders"), arn("orders-eu")],
            who: "local user".into(),
            how: "marked by hand".into(),
            messages: Some(1),
            undoes: None,
            edits: 0,
            started_ms: 0,
            paused: false,
            approved: false,
            cancelled: false,
            ended: None,
        }
    }

    #[test]
    fn a_line_says_what_the_page_says() {
        let mut row = JournalRow::new(MessageId::new("m"));
        let group = Some("g\n\"".to_owned());
        row.apply(Change::Intend(Intent { to: QueueNo(1), attempt: 1, extra: 0, first_ms: 0, group, sequence: None }));
        row.apply(Change::Sent { copy: MessageId::new("c"), at_ms: 1_795_183_331_000 });
        row.apply(Change::Done);
        let expected = concat!(
            r#"{"format":"redrive.report","version":1,"redrive":"r","messageId":"m","#,
            r#""source":"arn:aws:sqs:eu-west-1:1:orders-dlq","destination":"arn:aws:sqs:eu-west-1:1:orders-eu","#,
            r#""copyId":"c","messageGroupId":"g\n\"","outcome":"moved","reason":"Moved.","attempts":1,"#,
            r#""possibleDuplicates":0,"cameBack":false,"sentAt":"2026-11-20T14:02:11Z"}"#,
            "\n"
        );
        assert_eq!(write(&kept(), &row), expected);
        let never = write(&kept(), &JournalRow::new(MessageId::new("n")));
        assert!(never.contains(r#""outcome":"open""#) && !never.contains("destination"), "{never}");
        let closed = |closing| {
            let mut row = JournalRow::new(MessageId::new("n"));
            row.apply(Change::Closed(closing));
            write(&kept(), &row)
        };
        assert!(closed(Closing::Kept).contains(r#""outcome":"kept""#));
        assert!(closed(Closing::NotSeenAgain).contains(r#""outcome":"not-seen-again""#));
        assert!(closed(Closing::Gone).contains(r#""outcome":"gone""#));
        let damaged = closed(Closing::Damaged { copy: MessageId::new("odd") });
        assert!(damaged.contains(r#""copyId":"odd""#) && damaged.contains(r#""possibleDuplicates":1"#), "{damaged}");
    }
}
