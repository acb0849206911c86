//! The shell against an SQS over HTTP that can be made to misbehave: nothing lost, whatever happens.

mod moving;
mod waiting;
pub mod world;
