//! The command line that does what a button does: the console teaches the API.

use leptos::prelude::*;

use crate::model::cli::Command;
use crate::ui::parts::Copy;

/// The command, folded away until someone wants it.
pub fn command(command: &Command) -> impl IntoView + use<> {
    let line = command.line().to_owned();
    view! {
        <details>
            <summary>"As a command"</summary>
            <Copy label="command" value=line/>
        </details>
    }
}
