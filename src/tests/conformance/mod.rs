//! Conformance: what AWS's documentation says SQS does, one named case per rule, asked by two clients that were not
//! written here – `aws-sdk-sqs` and boto3.
//!
//! The subject is the embedded SQS, a fresh account per case, with a clock that the case moves. With
//! `REDRIVE_CONFORMANCE_ENDPOINT=http://…` in the environment it is the SQS at that address (`make conformance
//! ENDPOINT=…` prints the table); then `differences` is the list of what is known to differ there, and a difference
//! that is not listed, or is listed and gone, fails.
//!
//! * `case` – the [`cases!`] that families are written in, and how one runs
//! * `sqs` – what a case speaks to
//! * `subject` – the SQS behind it
//! * `clients` – the ways to ask: the Rust SDK, boto3, and plain HTTP
//! * every other file is a family of rules

mod case;
mod clients;
mod differences;
mod sqs;
mod subject;

mod access_policies;
mod addresses;
mod attributes;
mod batches;
mod dead_letter_sources;
mod dead_letters;
mod deduplication;
mod deleting;
mod encryption;
mod errors;
mod fair_queues;
mod fifo;
mod fifo_attributes;
mod fifo_sending;
mod lists;
mod long_polling;
mod message_attributes;
mod move_tasks;
mod moved_messages;
mod permissions;
mod policies;
mod protocols;
mod purging;
mod queues;
mod receiving;
mod sending;
mod tags;
mod visibility;

use case::cases;
use sqs::{NO_QUEUE, Sqs};
