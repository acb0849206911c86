//! Tests through the real router, the contract suite, and `tidy`.

mod tidy;
