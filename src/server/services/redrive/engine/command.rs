//! What the engine asks for.

use std::sync::Arc;

use super::calls::CallNo;
use super::outbox::{Deletion, Dispatch};
use crate::model::ReceiptHandle;
use crate::model::journal::{QueueNo, Record};

/// What the shell shall do. Commands of one step may be carried out side by side.
#[derive(Debug)]
pub enum Command {
    /// Receive from the source queue; answer with `Received`.
    Receive {
        /// The number of the call.
        call: CallNo,
        /// At most so many.
        count: u32,
        /// Wait so long for the first, seconds. The shell may end it early and answer that its outcome is unknown.
        wait_s: u32,
        /// Hide them for so long, seconds.
        lease_s: u32,
    },
    /// Write these down, all or none, and let them reach the disk; answer with `Committed` or `CommitFailed`.
    Commit {
        /// In this order.
        records: Arc<[Record]>,
    },
    /// Send these in one request that nobody repeats; answer with `SendEnded`.
    Send {
        /// The number of the call.
        call: CallNo,
        /// Where to.
        to: QueueNo,
        /// What.
        entries: Vec<Dispatch>,
        /// When the request must begin at the latest, on the monotonic clock: a process may be stopped between this
        /// command and its request, and leases run on meanwhile. Past it, nothing is sent; answer `Later`.
        by_ms: i64,
    },
    /// Delete these from the source queue in one request; answer with `DeleteEnded`.
    Delete {
        /// The number of the call.
        call: CallNo,
        /// Which.
        entries: Vec<Deletion>,
    },
    /// Hide these anew, in one request; answer with `Renewed`.
    Renew {
        /// The number of the call.
        call: CallNo,
        /// Which.
        handles: Vec<ReceiptHandle>,
        /// For so long from now, seconds.
        lease_s: u32,
    },
    /// Make these visible again, in this order and in one request; answer with `GaveBack`.
    GiveBack {
        /// The number of the call.
        call: CallNo,
        /// Which.
        handles: Vec<ReceiptHandle>,
    },
    /// Read the source queue's counters; answer with `Counted`.
    Count {
        /// The number of the call.
        call: CallNo,
    },
    /// Make a call without effect; answer with `Probed`.
    Probe {
        /// The number of the call.
        call: CallNo,
    },
    /// There is nothing more to do.
    End(End),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Everything was taken care of.
    Finished {
        /// How many messages SQS says are left in a queue that was to be emptied; `None` where it says none, or where
        /// messages were chosen.
        may_remain: Option<u64>,
    },
    /// Somebody cancelled it.
    Cancelled,
    /// The process ends; the journal has what is left to do.
    Stopped,
    /// Another process owns it.
    Fenced,
}
