//! The embedded local SQS: a pure core (state × request × time → state × response) under a thin HTTP layer.
//! May use: nothing of this crate.
