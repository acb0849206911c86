//! From an SDK error to a [`super::SqsError`].
