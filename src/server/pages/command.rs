//! The command line that does what a button does: the console teaches the API.

use leptos::prelude::*;

use crate::model::cli::Command;
use crate::ui::parts::{Copy, Disclosure};

/// The command, folded away until someone wants it.
pub fn command(command: &Command) -> impl IntoView + use<> {
    commands(std::slice::from_ref(command))
}

/// Several, in the order they run.
pub fn commands(commands: &[Command]) -> impl IntoView + use<> {
    let lines: Vec<_> = commands
        .iter()
        .map(|command| {
            let line = command.line().to_owned();
            view! { <Copy label="command" value=line/> }
        })
        .collect();
    let summary = if lines.len() > 1 { "As commands" } else { "As a command" };
    view! {
        <Disclosure summary>
            <div class="stack" data-gap="small">{lines}</div>
        </Disclosure>
    }
}
