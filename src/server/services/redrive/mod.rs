//! Redrive: back to where a message failed, or anywhere else, without losing one.
//!
//! There are two ways. [`native`] is SQS's own message move task: whole queues, no choice, and it outlives the console.
//! [`engine`] is ours, for what SQS cannot do: chosen messages, edited ones, other destinations, queues that SQS refuses;
//! [`selective`] carries it out. [`homes`] remembers where messages failed that were put back.

pub mod editing;
pub mod engine;
mod homes;
mod native;
pub mod planning;
pub mod selective;
pub mod told;

pub use self::native::{Crossing, History, Redrivable, Wish, keep_log, start_command};
