//! Edit & resend: one message as text, or every message of a frozen set by a few operations. Nothing is sent by these
//! pages; what they lead to is a plan, which is shown before it is carried out.

mod all;
mod form;
mod original;
mod place;
mod preview;
mod sample;

pub use self::all::EditAllPage;
pub use self::form::EditPage;
pub(super) use self::form::link;
