//! Editing messages: what is changed in a body, in place, so that everything else stays byte for byte.
//!
//! A message on its own is edited as text ([`lines`] keeps the line ends that a form cannot send); a set of messages by a
//! few [`Operation`]s, the same for each.

pub mod lines;
mod operation;
mod place;

pub use self::operation::{OPERATIONS, Operation, apply};
pub use self::place::{Cannot, remove, rename, set};
