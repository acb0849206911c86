//! The lines in which two texts differ. Beside each other where there is room and it is wanted, else below each other; a sign
//! says which is which, so that nobody needs the colour.

use leptos::prelude::*;

use crate::model::words;
use crate::server::services::messages::difference::{Block, Difference, Line};

/// The blocks of a difference; nothing where there is none.
pub(super) fn blocks(difference: &Difference, unified: bool) -> Option<impl IntoView + use<>> {
    let blocks: Vec<_> = difference.blocks.iter().map(|shown| block(shown, unified)).collect();
    let view = unified.then_some("unified");
    (!blocks.is_empty()).then(|| {
        view! {
            <div class="diff" data-view=view tabindex="0" role="region" aria-label="Difference">
                {blocks}
            </div>
        }
    })
}

fn block(block: &Block, unified: bool) -> AnyView {
    match block {
        Block::Skipped(lines) => {
            let words = words::plural(*lines as u64, "equal line", "equal lines");
            view! { <p class="diff-skip">{words}</p> }.into_any()
        }
        Block::Same(first, second) => {
            // Below each other the same lines are said once.
            let beside = (!unified).then(|| {
                let lines = lines(second, Sign::Same);
                view! { <div class="diff-twin" aria-hidden="true">{lines}</div> }
            });
            view! { <div class="diff-block"><div>{lines(first, Sign::Same)}</div>{beside}</div> }.into_any()
        }
        Block::Changed(first, second) => {
            let (first, second) = (lines(first, Sign::Gone), lines(second, Sign::Come));
            view! { <div class="diff-block"><div>{first}</div><div>{second}</div></div> }.into_any()
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Same,
    Gone,
    Come,
}

fn lines(lines: &[Line], sign: Sign) -> Vec<impl IntoView + use<>> {
    let (kind, mark, spoken) = match sign {
        Sign::Same => (None, " ", None),
        Sign::Gone => (Some("gone"), "−", Some("only in the first: ")),
        Sign::Come => (Some("come"), "+", Some("only in the second: ")),
    };
    let piece = move |(strong, text): &(bool, String)| {
        let text = text.clone();
        match (strong, sign) {
            (true, Sign::Gone) => view! { <del>{text}</del> }.into_any(),
            (true, Sign::Come) => view! { <ins>{text}</ins> }.into_any(),
            _ => text.into_any(),
        }
    };
    let line = move |line: &Line| {
        let pieces: Vec<_> = line.pieces.iter().map(piece).collect();
        let spoken = spoken.map(|spoken| view! { <span class="visually-hidden">{spoken}</span> });
        view! {
            <div class="diff-line" data-kind=kind>
                <span class="diff-number">{line.number}</span>
                <span class="diff-mark" aria-hidden="true">
                    {mark}
                </span>
                <code class="diff-text">{spoken} {pieces}</code>
            </div>
        }
    };
    lines.iter().map(line).collect()
}
