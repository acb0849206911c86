//! Looks at every call that a redrive makes, whichever process makes it, and at every commit: what must not be done is
//! noticed at the moment at which it is. Knows nothing of the engine but what it does.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::local::Local;
use crate::model::journal::{Change, JournalRow, Record, Stage};
use crate::model::limits::BATCH_ENTRIES;
use crate::model::message::{BatchOutcome, Sent};
use crate::model::{Draft, Message, MessageAttribute, MessageId, ReceiptHandle};
use crate::server::sqs::{Result, error};

/// What a request may carry, bytes.
const MOST_BYTES: usize = 1 << 20;
/// The attribute that tells messages with equal bodies apart.
pub(super) const MARK: &str = "mark";

/// What was seen of the attempts to send one message.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    /// Attempts that are on the disk, by their number.
    pub intended: BTreeSet<u32>,
    /// Sends that began.
    pub begun: usize,
    /// Those of them that certainly had no effect.
    pub refused: usize,
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Which messages look like this.
    looks: HashMap<u64, BTreeSet<MessageId>>,
    handles: HashMap<ReceiptHandle, MessageId>,
    pub attempts: HashMap<MessageId, Attempts>,
    acknowledged: HashSet<MessageId>,
    /// When which message was sent, by the clock of the SQS.
    pub sends: Vec<(u64, MessageId)>,
    /// How many messages each process sent.
    pub sent_by: BTreeMap<usize, usize>,
    /// Who took the redrive over, and how many messages each had sent by then.
    pub claims: Vec<(usize, BTreeMap<usize, usize>)>,
    /// What must not be.
    pub wrong: Vec<String>,
}

/// The one who looks.
#[derive(Debug)]
pub(super) struct Watch {
    local: Arc<Local>,
    seen: Mutex<Seen>,
}

fn look(body: &str, attributes: &BTreeMap<String, MessageAttribute>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (body, attributes.get(MARK).map(|mark| format!("{mark:?}"))).hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    /// How many sends of a message may have made a copy that the journal does not know.
    pub fn unknown(&self, id: &MessageId) -> usize {
        let known = usize::from(self.acknowledged.contains(id));
        self.attempts.get(id).map_or(0, |attempts| (attempts.begun - attempts.refused).saturating_sub(known))
    }

    /// The message that a draft is a copy of, where it is the only one that looks like it.
    fn original(&self, draft: &Draft) -> Option<MessageId> {
        let ids = self.looks.get(&look(&draft.body, &draft.attributes))?;
        ids.first().filter(|_| ids.len() == 1).cloned()
    }
}

impl Watch {
    pub fn new(local: &Arc<Local>) -> Arc<Self> {
        Arc::new(Self { local: Arc::clone(local), seen: Mutex::default() })
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    /// How many messages were sent so far, by all.
    pub fn sent(&self) -> usize {
        self.seen().sent_by.values().sum()
    }

    pub fn received(&self, messages: &[Message]) {
        let mut seen = self.seen();
        for message in messages {
            let look = look(&message.body, &message.attributes);
            seen.looks.entry(look).or_default().insert(message.id.clone());
            seen.handles.insert(message.receipt_handle.clone(), message.id.clone());
        }
    }

    pub fn committed(&self, records: &[Record]) {
        let mut seen = self.seen();
        for Record { id, change } in records {
            match change {
                Change::Intend(intent) => {
                    seen.attempts.entry(id.clone()).or_default().intended.insert(intent.attempt);
                }
                Change::Sent { .. } => {
                    seen.acknowledged.insert(id.clone());
                }
                _ => {}
            }
        }
    }

    /// A process has read the journal: it may rely on commits of which nobody heard.
    pub fn claimed(&self, by: usize, rows: &[JournalRow]) {
        let mut seen = self.seen();
        for row in rows.iter().filter(|row| matches!(row.stage, Stage::Sent | Stage::Done)) {
            seen.acknowledged.insert(row.id.clone());
        }
        let sent_by = seen.sent_by.clone();
        seen.claims.push((by, sent_by));
    }

    pub fn send_begins(&self, by: usize, drafts: &[Draft]) {
        let mut seen = self.seen();
        *seen.sent_by.entry(by).or_default() += drafts.len();
        let bytes: usize = drafts.iter().map(Draft::size).sum();
        if drafts.is_empty() || drafts.len() > BATCH_ENTRIES || bytes > MOST_BYTES {
            seen.wrong.push(format!("a request with {} messages of {bytes} bytes", drafts.len()));
        }
        let fifo = drafts.iter().filter(|draft| draft.deduplication_id.is_some());
        let groups: Vec<&str> = fifo.filter_map(|draft| draft.group_id.as_deref()).collect();
        if groups.iter().collect::<BTreeSet<_>>().len() < groups.len() {
            seen.wrong.push(format!("two of a group in one request: {groups:?}"));
        }
        for draft in drafts {
            let Some(id) = seen.original(draft) else { continue };
            let attempts = seen.attempts.entry(id.clone()).or_default();
            attempts.begun += 1;
            if attempts.begun > attempts.intended.len() {
                let wrong = format!("{id:?} was sent without an intent on the disk: {attempts:?}");
                seen.wrong.push(wrong);
            }
            if seen.acknowledged.contains(&id) {
                seen.wrong.push(format!("{id:?} was sent although the journal says that it was"));
            }
            seen.sends.push((self.local.now(), id));
        }
    }

    pub fn send_ended(&self, drafts: &[Draft], answer: &Result<BatchOutcome<Sent>>) {
        let refused: Vec<usize> = match answer {
            Ok(answer) => {
                let failed = answer.value.failed.iter().filter(|entry| !error::leaves_open(&entry.code));
                failed.map(|entry| entry.index).collect()
            }
            Err(error) if error.had_no_effect() => (0..drafts.len()).collect(),
            Err(_) => Vec::new(),
        };
        let mut seen = self.seen();
        for draft in refused.into_iter().filter_map(|at| drafts.get(at)) {
            if let Some(id) = seen.original(draft) {
                seen.attempts.entry(id).or_default().refused += 1;
            }
        }
    }

    pub fn delete_begins(&self, handles: &[ReceiptHandle]) {
        let mut seen = self.seen();
        for handle in handles {
            let id = seen.handles.get(handle).cloned();
            if !id.as_ref().is_some_and(|id| seen.acknowledged.contains(id)) {
                seen.wrong.push(format!("{id:?} was deleted without an acknowledgement on the disk"));
            }
        }
    }
}
