//! Selective redrive: what the [engine](super::engine) decides, carried out on the server, whoever watches.
//!
//! * `seen` – what others meet in its queue
//! * `start` – begins one, goes on with those that a process before has left, and steers them
//! * `stint` – one process's part in one
//! * `abandoned` – what becomes of the messages of one that cannot go on to its end
//! * `drive` – tells the engine what happened and carries out what it asks for
//! * `caller` – its commands as calls to SQS
//! * `run` – how each is doing, and a way to steer it
//! * `tallied` – what the rows of one came to, when they were last counted
//! * `forget` – the reports of old ones
//! * `read` – what pages show: all redrives, one, and what became of each message

mod abandoned;
mod caller;
mod drive;
mod forget;
mod read;
mod run;
mod seen;
mod speed;
mod start;
mod stint;
mod tallied;
#[cfg(test)]
mod tests;

pub use self::forget::forget;
pub use self::read::{Only, Rows, RowsWanted, Shown, Walk};
pub use self::run::{Live, Runs};
pub use self::start::{About, Steer};
