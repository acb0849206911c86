//! Floor 0 — the ground: what is true of queues. No I/O, no async, no Leptos, no AWS.
//! May use: nothing of this crate.

pub mod activity;
pub mod archive;
pub mod binary;
pub mod cli;
pub mod depth;
pub mod draft;
pub mod edit;
pub mod failure;
pub mod filter;
pub mod form;
pub mod health;
pub mod ids;
pub mod job;
pub mod journal;
pub mod json;
pub mod limits;
pub mod listing;
pub mod live;
pub mod message;
pub mod paths;
pub mod policy;
pub mod queue;
pub mod redrive;
pub mod refusal;
pub mod settings;
pub mod words;

pub use activity::{Activity, ActivityId, Verb};
pub use draft::Draft;
pub use failure::{Code, Failure};
pub use ids::{ConnectionName, MessageId, QueueArn, QueueName, QueueUrl, ReceiptHandle};
pub use message::{AttributeValue, Message, MessageAttribute};
pub use policy::{RedriveAllowPolicy, RedrivePolicy};
pub use queue::{Attributes, Depth, QueueKind};
pub use redrive::{MoveTask, TaskStatus};
pub use refusal::Refusal;
