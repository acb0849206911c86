//! What one request may carry: ten entries, 1 MiB in all, and one message of a group.
//!
//! SQS answers for each entry of a batch, and may take a later one although an earlier one failed (SQS API Reference,
//! `SendMessageBatch`). So two messages of a group in one batch could change places.

use std::collections::BTreeSet;

use crate::model::limits::{BATCH_ENTRIES, MAXIMUM_MESSAGE_SIZE};

/// Whether more fits into a request.
#[derive(Clone, Debug)]
pub struct Batch {
    room: usize,
    bytes: usize,
    groups: BTreeSet<u32>,
}

impl Batch {
    /// For at most so many entries.
    pub fn of(entries: usize) -> Self {
        Self { room: entries.min(BATCH_ENTRIES), bytes: 0, groups: BTreeSet::new() }
    }

    /// Whether there is room for one at all.
    pub fn is_open(&self) -> bool {
        self.room > 0
    }

    /// Takes an entry of so many bytes, of a group that keeps its order, if it fits. The first one always does: SQS says
    /// itself what it thinks of it.
    pub fn take(&mut self, bytes: usize, group: Option<u32>) -> bool {
        let most = MAXIMUM_MESSAGE_SIZE.max as usize;
        let fits = self.bytes == 0 || self.bytes + bytes <= most;
        if self.room == 0 || !fits || group.is_some_and(|group| self.groups.contains(&group)) {
            return false;
        }
        self.groups.extend(group);
        self.room -= 1;
        self.bytes += bytes;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    proptest! {
        #[test]
        fn no_bound_is_passed(entries in proptest::collection::vec((1_usize..=MIB, proptest::option::of(0_u32..4)), 1..40)) {
            let mut batch = Batch::of(10);
            let taken: Vec<_> = entries.into_iter().filter(|(bytes, group)| batch.take(*bytes, *group)).collect();
            prop_assert!(!taken.is_empty() && taken.len() <= 10);
            prop_assert!(taken.iter().map(|(bytes, _)| bytes).sum::<usize>() <= MIB);
            let groups: Vec<u32> = taken.iter().filter_map(|(_, group)| *group).collect();
            prop_assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), groups.len());
        }
    }

    #[test]
    fn it_is_filled_to_the_last_byte_and_entry() {
        let mut batch = Batch::of(100);
        assert!(batch.take(MIB - 9, None) && batch.take(9, Some(1)));
        assert!(!batch.take(1, None), "full of bytes");
        let mut batch = Batch::of(2);
        assert!(batch.take(1, Some(1)) && !batch.take(1, Some(1)), "its group is in it");
        assert!(batch.is_open() && batch.take(1, Some(2)) && !batch.is_open());
    }
}
