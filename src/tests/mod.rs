//! Tests through the real router, the contract suite, and `tidy`.
