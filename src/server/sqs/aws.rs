//! The SDK client as [`super::Sqs`].
