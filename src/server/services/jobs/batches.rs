//! How messages are put into batches: at most ten, and at most 1 MiB in all (API reference, "SendMessageBatch").

use crate::model::limits::{BATCH_ENTRIES, MAXIMUM_MESSAGE_SIZE};

/// Cuts a list into batches in its order, by count and by bytes; `size` is what an item adds to its batch. One that is
/// larger than a batch may be stands alone, for SQS to refuse.
pub fn cut<T>(items: Vec<T>, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let more = size(&item);
        let fits =
            |batch: &&mut Vec<T>| batch.len() < BATCH_ENTRIES && bytes + more <= MAXIMUM_MESSAGE_SIZE.max as usize;
        if let Some(batch) = batches.last_mut().filter(fits) {
            bytes += more;
            batch.push(item);
        } else {
            bytes = more;
            batches.push(vec![item]);
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    #[test]
    fn one_too_large_stands_alone() {
        assert_eq!(cut(vec![1, MIB + 1, 1], |size| *size), [vec![1], vec![MIB + 1], vec![1]]);
        assert_eq!(cut(vec![MIB, 1], |size| *size), [vec![MIB], vec![1]]);
        assert_eq!(cut(vec![MIB - 1, 1], |size| *size).len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_bound_is_passed(sizes in proptest::collection::vec(0_usize..=MIB, 0..100)) {
            let batches = cut(sizes.clone(), |size| *size);
            prop_assert!(batches.iter().all(|batch| batch.len() <= 10 && batch.iter().sum::<usize>() <= MIB));
            prop_assert_eq!(batches.concat(), sizes);
        }
    }
}
