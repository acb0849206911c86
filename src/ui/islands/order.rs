//! How far a table's rows are from the order they were sorted in, now that the numbers have moved. Pure.

/// How many rows must move for `values`, from top to bottom, to be in order again.
pub fn out_of_order(values: &[u64], descending: bool) -> usize {
    // The longest run that is in order stays where it is; the rest moves. `ends[n]` is the smallest last value of the
    // runs of n + 1 rows seen so far.
    let mut ends: Vec<u64> = Vec::new();
    for value in values {
        let value = if descending { u64::MAX - value } else { *value };
        let at = ends.partition_point(|end| *end <= value);
        if at == ends.len() {
            ends.push(value);
        } else {
            ends[at] = value;
        }
    }
    values.len() - ends.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_move_is_counted() {
        assert_eq!(out_of_order(&[], false), 0);
        assert_eq!(out_of_order(&[1, 1, 2, 3], false), 0);
        assert_eq!(out_of_order(&[9, 1, 2, 3], false), 1);
        assert_eq!(out_of_order(&[3, 2, 1], false), 2);
        assert_eq!(out_of_order(&[3, 2, 2, 1], true), 0);
        assert_eq!(out_of_order(&[3, 7, 2, 1, 5], true), 2);
    }
}
