//! How messages are put into batches: at most ten, and at most 1 MiB in all (API reference, "SendMessageBatch"). On FIFO
//! a batch has one message of a group at most: its entries succeed and fail one by one, and what stands behind one that
//! failed must not go before it.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::model::limits::{BATCH_ENTRIES, MAXIMUM_MESSAGE_SIZE};

/// How many batches may have room at a time. More would hardly fill them better, and each item looks at all of them.
const OPEN: usize = 64;

/// Cuts a list into batches, by count and by bytes; `size` is what an item adds to its batch. One that is larger than a
/// batch may be stands alone, for SQS to refuse. What is of no group stays in the order of the list; what is of one stays
/// in the order of its group, each in a batch of its own.
pub fn cut<T, G: Eq + Hash>(items: Vec<T>, size: impl Fn(&T) -> usize, group: impl Fn(&T) -> Option<G>) -> Vec<Vec<T>> {
    let mut batches: Vec<(Vec<T>, usize)> = Vec::new();
    // From which batch on the next of a group may stand.
    let mut behind: HashMap<G, usize> = HashMap::new();
    for item in items {
        let (more, group) = (size(&item), group(&item));
        let last = batches.len().saturating_sub(1);
        let first = match &group {
            Some(group) => behind.get(group).copied().unwrap_or(0).max(batches.len().saturating_sub(OPEN)),
            None => last,
        };
        let fits = |(batch, bytes): &(Vec<T>, usize)| {
            batch.len() < BATCH_ENTRIES && bytes + more <= MAXIMUM_MESSAGE_SIZE.max as usize
        };
        let open = batches.iter().skip(first).position(fits).map(|at| first + at);
        let at = open.unwrap_or(batches.len());
        if let Some((batch, bytes)) = batches.get_mut(at) {
            batch.push(item);
            *bytes += more;
        } else {
            batches.push((vec![item], more));
        }
        if let Some(group) = group {
            behind.insert(group, at + 1);
        }
    }
    batches.into_iter().map(|(batch, _)| batch).collect()
}

/// The groups of which a message was not sent: what stands behind it is not tried, so that the order holds.
#[derive(Debug, Default)]
pub struct Broken(HashSet<String>);

impl Broken {
    /// What the page of a job says of it.
    pub const NOTE: &str = "A message group ends at its first message that was not sent: what stands behind that was not \
         tried, so that the order holds.";

    /// Whether a message of this group is not tried any more.
    pub fn holds(&self, group: Option<&str>) -> bool {
        group.is_some_and(|group| self.0.contains(group))
    }

    /// A message of this group was not sent; whether it is the first.
    pub fn add(&mut self, group: Option<&str>) -> bool {
        let first = self.0.is_empty();
        group.is_some_and(|group| self.0.insert(group.to_owned())) && first
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    #[test]
    fn one_too_large_stands_alone() {
        let cut = |items| cut(items, |size| *size, |_| None::<()>);
        assert_eq!(cut(vec![1, MIB + 1, 1]), [vec![1], vec![MIB + 1], vec![1]]);
        assert_eq!(cut(vec![MIB, 1]), [vec![MIB], vec![1]]);
        assert_eq!(cut(vec![MIB - 1, 1]).len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_bound_is_passed(sizes in proptest::collection::vec(0_usize..=MIB, 0..100)) {
            let batches = cut(sizes.clone(), |size| *size, |_| None::<()>);
            prop_assert!(batches.iter().all(|batch| batch.len() <= 10 && batch.iter().sum::<usize>() <= MIB));
            prop_assert_eq!(batches.concat(), sizes);
        }

        #[test]
        fn a_batch_has_one_of_a_group_and_a_group_its_order(
            items in proptest::collection::vec((0_usize..=MIB / 4, 0_u8..12), 0..120),
        ) {
            let numbered: Vec<_> = items.into_iter().enumerate().map(|(at, (size, group))| (at, size, group)).collect();
            let batches = cut(numbered.clone(), |item| item.1, |item| Some(item.2));
            for batch in &batches {
                let groups: HashSet<u8> = batch.iter().map(|item| item.2).collect();
                prop_assert!(groups.len() == batch.len() && batch.len() <= 10);
                prop_assert!(batch.iter().map(|item| item.1).sum::<usize>() <= MIB);
            }
            let sent = batches.concat();
            prop_assert_eq!(sent.len(), numbered.len());
            for group in 0..12 {
                let of = |items: &[(usize, usize, u8)]| -> Vec<usize> {
                    items.iter().filter(|item| item.2 == group).map(|item| item.0).collect()
                };
                prop_assert_eq!(of(&sent), of(&numbered));
            }
        }
    }
}
