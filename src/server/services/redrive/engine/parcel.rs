//! What is sent for a message: body byte for byte, every attribute, trace header and group, and a deduplication id of
//! our own. Nothing is copied until a request is built.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::order::{Order, Route};
use crate::model::journal::{Obstacle, QueueNo, RedriveId};
use crate::model::limits::{self, MESSAGE_ATTRIBUTES};
use crate::model::{AttributeValue, Draft, Message, MessageAttribute, MessageId, QueueArn, QueueKind};

/// The attribute that says where a copy comes from.
pub const PROVENANCE: &str = "redrive-origin";

/// Whether a copy says where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Nobody asked for it.
    Unasked,
    /// It does, by this attribute.
    Added(MessageAttribute),
    /// It has the attribute of an earlier redrive, which stays.
    Earlier,
    /// There is no room for it: ten attributes, or too few bytes.
    NoRoom,
}

/// A message ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    message: Arc<Message>,
    edited: Option<Arc<Draft>>,
    deduplication_id: Option<String>,
    provenance: Provenance,
    size: usize,
}

/// Where a message goes, or why it cannot go there.
pub fn route(order: &Order, message: &Message) -> Result<QueueNo, Obstacle> {
    let chosen = match &order.route {
        Route::To(no) => Some(*no),
        Route::Each(chosen) => chosen.get(&message.id).copied(),
        Route::Home => None,
    };
    let no = match chosen {
        Some(no) => no,
        None => home(order, &message.source().ok_or(Obstacle::NoSource)?)?,
    };
    if order.queue(no).arn == order.source.arn {
        return Err(Obstacle::SameQueue);
    }
    Ok(no)
}

fn home(order: &Order, source: &QueueArn) -> Result<QueueNo, Obstacle> {
    let at = order.destinations.iter().position(|queue| queue.arn == *source);
    at.and_then(|at| u16::try_from(at).ok()).map(QueueNo).ok_or(Obstacle::UnknownSource)
}

/// Makes the parcel of a message, or says why it cannot be sent there.
pub fn pack(order: &Order, message: &Arc<Message>, to: QueueNo) -> Result<Parcel, Obstacle> {
    let queue = order.queue(to);
    let edit = order.edits.get(&message.id);
    let edited = edit.map(|edit| Arc::clone(&edit.draft));
    let (body, attributes, group) = match &edited {
        Some(draft) => (&draft.body, &draft.attributes, draft.group_id.as_deref()),
        None => (&message.body, &message.attributes, message.group_id()),
    };
    let fifo = queue.kind == QueueKind::Fifo;
    match group {
        None if fifo => return Err(Obstacle::NoGroup),
        Some(group) if !limits::group_id_shape(group) => return Err(Obstacle::GroupShape),
        _ => {}
    }
    if body.is_empty() {
        return Err(Obstacle::Empty);
    }
    // What SQS gave us it takes back; only an edit can bring in a character that it refuses.
    if edited.is_some() && !body.chars().all(limits::allowed_character) {
        return Err(Obstacle::Characters);
    }
    if attributes.len() > MESSAGE_ATTRIBUTES {
        return Err(Obstacle::TooManyAttributes);
    }
    let size = edited.as_ref().map_or_else(|| message.size(), |draft| draft.size());
    if size > queue.max_size {
        return Err(Obstacle::TooLarge { size, most: queue.max_size });
    }
    let revision = edit.map_or(0, |edit| edit.revision);
    let deduplication_id = fifo.then(|| deduplication_id(&order.id, &order.source.arn, &message.id, revision));
    let provenance = if !order.policy.provenance {
        Provenance::Unasked
    } else if attributes.contains_key(PROVENANCE) {
        Provenance::Earlier
    } else {
        let origin = origin(order, &message.id);
        let fits = size + PROVENANCE.len() + origin.size() <= queue.max_size;
        if fits && attributes.len() < MESSAGE_ATTRIBUTES { Provenance::Added(origin) } else { Provenance::NoRoom }
    };
    let added = if let Provenance::Added(origin) = &provenance { PROVENANCE.len() + origin.size() } else { 0 };
    Ok(Parcel { message: Arc::clone(message), edited, deduplication_id, provenance, size: size + added })
}

fn origin(order: &Order, id: &MessageId) -> MessageAttribute {
    let value = format!("{} {id}", order.source.arn.name());
    MessageAttribute { data_type: "String".into(), value: AttributeValue::Text(value) }
}

/// The deduplication id of a message in a redrive: the same after every restart, so that a second send within the window
/// is swallowed, and different in every redrive, so that an earlier message's id never swallows this one (SQS Developer
/// Guide, "Using the message deduplication ID": a duplicate is accepted and not delivered).
pub fn deduplication_id(redrive: &RedriveId, source: &QueueArn, id: &MessageId, revision: u32) -> String {
    let mut hash = Sha256::new();
    for part in ["v1", redrive.as_str(), source.as_str(), id.as_str(), &revision.to_string()] {
        // With its length before it no part can run into the next.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    base32(&hash.finalize())
}

/// Base 32 without padding (RFC 4648, §6): letters and digits alone.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[(bits >> held & 31) as usize]));
        }
    }
    if held > 0 {
        text.push(char::from(LETTERS[(bits << (5 - held) & 31) as usize]));
    }
    text
}

impl Parcel {
    /// The message it is for.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// Its bytes, as SQS counts them.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether it says where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The message group it is sent with.
    pub fn group_id(&self) -> Option<&str> {
        match &self.edited {
            Some(draft) => draft.group_id.as_deref(),
            None => self.message.group_id(),
        }
    }

    /// The deduplication id, on FIFO.
    pub fn deduplication_id(&self) -> Option<&str> {
        self.deduplication_id.as_deref()
    }

    /// What `SendMessage` takes. This copies the body, once, for the request to own.
    pub fn draft(&self) -> Draft {
        let mut draft = match &self.edited {
            Some(draft) => Draft::clone(draft),
            None => Draft::copy_of(&self.message),
        };
        draft.deduplication_id.clone_from(&self.deduplication_id);
        if let Provenance::Added(origin) = &self.provenance {
            draft.attributes.insert(PROVENANCE.into(), origin.clone());
        }
        draft
    }
}
