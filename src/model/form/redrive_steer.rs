//! The forms on the page of a selective redrive: steering it, and taking it back.

use serde::{Deserialize, Serialize};

/// The buttons that steer a redrive, as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SteerForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The redrive.
    #[serde(default)]
    pub redrive: String,
    /// `pause`, `resume` or `cancel`.
    #[serde(default)]
    pub steer: String,
}

/// The button that plans to take a redrive back, as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeBackForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The redrive.
    #[serde(default)]
    pub redrive: String,
    /// The number of the destination that its copies are in.
    #[serde(default)]
    pub to: String,
}
