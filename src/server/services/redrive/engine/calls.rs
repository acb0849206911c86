//! Calls under way. The engine numbers them; the shell answers each number once, and then it may be given out again.

use std::collections::BTreeSet;

use super::rows::RowNo;
use crate::model::ReceiptHandle;

/// A call under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallNo(pub(super) u32);

/// What was asked for, as far as its answer needs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    /// A receive.
    Receive {
        /// When.
        issued_ms: i64,
        /// Whether an empty answer says something about the queue.
        proves: bool,
    },
    /// A send of these.
    Send(Vec<RowNo>),
    /// A delete of these.
    Delete(Vec<RowNo>),
    /// These are hidden anew.
    Renew {
        /// When.
        issued_ms: i64,
        /// Which, and with which handle: one received anew meanwhile has another.
        rows: Vec<(RowNo, ReceiptHandle)>,
    },
    /// Messages become visible again.
    GiveBack,
    /// The queue's counters are read.
    Count,
    /// Are the credentials good again?
    Probe,
}

/// How many calls of each kind are under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct UnderWay {
    pub receives: u16,
    pub sends: u16,
    pub deletes: u16,
    pub returns: u16,
    pub others: u16,
}

impl UnderWay {
    fn of(&mut self, call: &Call) -> &mut u16 {
        match call {
            Call::Receive { .. } => &mut self.receives,
            Call::Send(_) => &mut self.sends,
            Call::Delete(_) => &mut self.deletes,
            Call::GiveBack => &mut self.returns,
            Call::Renew { .. } | Call::Count | Call::Probe => &mut self.others,
        }
    }
}

/// All calls under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Calls {
    pub(super) slots: Vec<Option<Call>>,
    free: BTreeSet<u32>,
    under_way: UnderWay,
}

impl Calls {
    /// A call begins.
    pub fn begin(&mut self, call: Call) -> CallNo {
        *self.under_way.of(&call) += 1;
        let no = self.free.pop_first().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("lanes bound the calls under way")
        });
        self.slots[no as usize] = Some(call);
        CallNo(no)
    }

    /// A call was answered. `None` where it was answered before.
    pub fn end(&mut self, no: CallNo) -> Option<Call> {
        let call = self.slots.get_mut(no.0 as usize)?.take()?;
        *self.under_way.of(&call) -= 1;
        self.free.insert(no.0);
        Some(call)
    }

    /// How many are under way.
    pub fn under_way(&self) -> UnderWay {
        self.under_way
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.free.len() == self.slots.len()
    }
}
