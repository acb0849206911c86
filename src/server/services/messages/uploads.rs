//! What was read from files and not sent yet: kept in memory between the form and the click that sends it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::import::{LINES, Line, Takes, read};
use crate::model::form::Invalid;
use crate::model::form::import::Import;
use crate::model::{Failure, Message, MessageId, QueueKind, QueueName, Refusal, words};
use crate::server::services::submissions::Rejection;
use crate::server::services::{Connection, report};

/// How many a connection keeps.
const KEPT: usize = 16;
/// The bytes of messages in all of them.
const BYTES: usize = 64 << 20;

/// A file that was read for a queue.
#[derive(Debug)]
pub struct Upload {
    /// What names it; unguessable, for its page shows messages.
    pub id: String,
    /// Where its messages shall go.
    pub queue: QueueName,
    /// Its lines; each message's id is its line, and on FIFO it has a deduplication id of its own.
    pub lines: Vec<(usize, Result<Arc<Message>, String>)>,
    /// When it was read, milliseconds since 1970.
    pub at_ms: i64,
}

impl Upload {
    /// The messages that can be sent.
    pub fn messages(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.lines.iter().filter_map(|(_, message)| message.as_ref().ok())
    }

    /// The lines that cannot, each with a sentence.
    pub fn faults(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().filter_map(|(number, message)| Some((*number, message.as_ref().err()?.as_str())))
    }

    /// Bytes of the messages that can be sent.
    pub fn bytes(&self) -> usize {
        self.messages().map(|message| message.size()).sum()
    }

    /// Bytes of memory: a file of many small lines, or of many that cannot be sent, takes more than it holds.
    fn weight(&self) -> usize {
        let weight = |line: &Result<Arc<Message>, String>| line.as_ref().map_or_else(String::len, |line| line.weight());
        self.lines.iter().map(|(_, line)| size_of::<(usize, Result<Arc<Message>, String>)>() + weight(line)).sum()
    }
}

/// The uploads of a connection, the newest last.
#[derive(Default)]
pub struct Uploads(Mutex<VecDeque<Arc<Upload>>>);

impl Uploads {
    fn keep(&self, upload: Upload) -> Arc<Upload> {
        let upload = Arc::new(upload);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(Arc::clone(&upload));
        let mut bytes: usize = all.iter().map(|upload| upload.weight()).sum();
        while all.len() > KEPT || bytes > BYTES && all.len() > 1 {
            bytes -= all.pop_front().map_or(0, |gone| gone.weight());
        }
        upload
    }

    fn find(&self, id: &str) -> Option<Arc<Upload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|upload| upload.id == id).cloned()
    }
}

impl Connection {
    /// Reads a file for a queue, and checks each line against it. One request (two where the queue's URL is unknown), and
    /// nothing is sent to the queue.
    pub async fn upload(&self, queue: &QueueName, import: Import) -> Result<Arc<Upload>, Rejection> {
        let attributes = self.attributes(queue).await?;
        let (id, kind, group) = (uuid::Uuid::new_v4().simple().to_string(), queue.kind(), import.group.clone());
        let name = id.clone();
        // Megabytes of text: other requests go on meanwhile.
        let reading = tokio::task::spawn_blocking(move || {
            let takes = Takes::new(&attributes);
            let lines = read(&import.text, import.reading)?;
            let lines = lines.into_iter().map(|Line { number, message }| {
                let message = message.map(|message| prepared(message, number, kind, &name, group.as_deref()));
                let message = message.and_then(|message| takes.refuses(&message).map_or(Ok(message), Err));
                (number, message.map(Arc::new).map_err(|fault| fault.sentence()))
            });
            Some(lines.collect::<Vec<_>>())
        });
        let lines = reading.await.map_err(|error| report::crash(&error))?;
        let Some(lines) = lines else {
            let sentence = format!("These are more than {} lines. Import them in parts.", words::count(LINES as u64));
            return Err(vec![Invalid::new("text", sentence)].into());
        };
        let (queue, at_ms) = (queue.clone(), self.now_ms());
        Ok(self.desk().uploads().keep(Upload { id, queue, lines, at_ms }))
    }

    /// Keeps lines that a job did not send, as they are: with the same deduplication ids.
    pub fn upload_again(&self, queue: &QueueName, messages: Vec<Arc<Message>>) -> Result<Arc<Upload>, Failure> {
        if messages.is_empty() {
            return Err(Failure::NoSuchMessage);
        }
        let (id, at_ms) = (uuid::Uuid::new_v4().simple().to_string(), self.now_ms());
        let number = |message: &Message| message.id.as_str().rsplit(' ').next().and_then(|n| n.parse().ok());
        let lines = messages.into_iter().map(|message| (number(&message).unwrap_or_default(), Ok(message))).collect();
        Ok(self.desk().uploads().keep(Upload { id, queue: queue.clone(), lines, at_ms }))
    }

    /// A file that was read for a queue.
    pub fn uploaded(&self, queue: &QueueName, id: &str) -> Result<Arc<Upload>, Failure> {
        let found = self.desk().uploads().find(id).filter(|upload| upload.queue == *queue);
        found.ok_or(Failure::Refused(Refusal::SnapshotReplaced))
    }
}

/// A message as it is sent: named by its line, in a group, and on FIFO with a deduplication id that is the same for
/// every try. The one it had would be swallowed where the original was sent in the last five minutes.
fn prepared(mut message: Message, number: usize, kind: QueueKind, upload: &str, group: Option<&str>) -> Message {
    message.id = MessageId::new(format!("line {number}"));
    message.system.remove("MessageDeduplicationId");
    if kind == QueueKind::Fifo {
        message.system.insert("MessageDeduplicationId".to_owned(), format!("{upload}-{number}"));
    }
    if let (Some(group), None) = (group, message.group_id()) {
        message.system.insert("MessageGroupId".to_owned(), group.to_owned());
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::tests::message;

    #[test]
    fn a_line_keeps_its_group_and_never_its_deduplication_id() {
        let mut original = message("m", "body", None);
        original.system.insert("MessageDeduplicationId".into(), "old".into());
        let fifo = prepared(original.clone(), 7, QueueKind::Fifo, "u", Some("g"));
        assert_eq!((fifo.id.as_str(), fifo.group_id(), fifo.deduplication_id()), ("line 7", Some("g"), Some("u-7")));
        original.system.insert("MessageGroupId".into(), "own".into());
        let standard = prepared(original, 7, QueueKind::Standard, "u", Some("g"));
        assert_eq!((standard.group_id(), standard.deduplication_id()), (Some("own"), None));
    }

    #[test]
    fn the_oldest_go_first() {
        let uploads = Uploads::default();
        for n in 0..=KEPT {
            let message = Arc::new(message("m", &"x".repeat(n), None));
            let lines = vec![(1, Ok(message)), (2, Err("no".to_owned()))];
            let upload = Upload { id: n.to_string(), queue: "orders".parse().unwrap(), lines, at_ms: 0 };
            assert_eq!((upload.bytes(), upload.faults().collect::<Vec<_>>()), (n, vec![(2, "no")]));
            uploads.keep(upload);
        }
        assert!(uploads.find("0").is_none() && uploads.find("1").is_some());
        let small = Arc::new(message("line 1", "1", None));
        for id in ["small", "larger"] {
            let lines = vec![(1, Ok(Arc::clone(&small))); BYTES / small.weight()];
            uploads.keep(Upload { id: id.to_owned(), queue: "orders".parse().unwrap(), lines, at_ms: 0 });
        }
        assert!(
            uploads.find("small").is_none() && uploads.find("larger").is_some(),
            "what a line takes besides counts"
        );
    }
}
