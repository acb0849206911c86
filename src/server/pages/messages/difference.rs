//! The lines in which two texts differ. Beside each other where there is room and it is wanted, else below each other; a sign
//! says which is which, so that nobody needs the colour.

use leptos::prelude::*;

use crate::model::words;
use crate::server::services::messages::difference::{Block, Difference, Line, Said};
use crate::ui::parts::{Badge, Cell, CellKind, Column, NameCell, Table, Tone};

/// What the two are called, and how one says of what differs.
pub(in crate::server::pages) struct Sides {
    /// The one on the left.
    pub first: &'static str,
    /// The one on the right.
    pub second: &'static str,
    /// What is only in the first.
    pub gone: &'static str,
    /// What is only in the second.
    pub come: &'static str,
    /// What both have, with different values.
    pub differs: &'static str,
}

/// Two messages that are compared.
pub(in crate::server::pages) const SIDES: Sides = Sides {
    first: "First",
    second: "Second",
    gone: "only in the first",
    come: "only in the second",
    differs: "differs",
};

/// The blocks of a difference under a label of their own; nothing where there is none.
pub(in crate::server::pages) fn blocks(
    difference: &Difference,
    unified: bool,
    label: String,
) -> Option<impl IntoView + use<>> {
    let blocks: Vec<_> = difference.blocks.iter().map(|shown| block(shown, unified)).collect();
    let view = unified.then_some("unified");
    (!blocks.is_empty()).then(|| {
        view! {
            <div class="diff" data-view=view tabindex="0" role="region" aria-label=label>
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

/// What is said of both, name by name.
pub(in crate::server::pages) fn table(title: &'static str, all: Vec<Said>, sides: &Sides) -> impl IntoView + use<> {
    let (one, other) = (sides.first, sides.second);
    let row = |said: Said| {
        let (word, tone) = match (&said.first, &said.second) {
            (Some(a), Some(b)) if a == b => ("same", Tone::Neutral),
            (Some(_), Some(_)) => (sides.differs, Tone::Info),
            (Some(_), None) => (sides.gone, Tone::Info),
            (None, _) => (sides.come, Tone::Info),
        };
        view! {
            <tr>
                <NameCell>
                    <span class="value">{said.name}</span>
                </NameCell>
                <Cell label="Difference">
                    <Badge tone>{word}</Badge>
                </Cell>
                <Cell label=one kind=CellKind::Text>
                    <code class="value">{said.first}</code>
                </Cell>
                <Cell label=other kind=CellKind::Text>
                    <code class="value">{said.second}</code>
                </Cell>
            </tr>
        }
    };
    let rows: Vec<_> = all.into_iter().map(row).collect();
    let columns = vec![
        Column::new("Name", CellKind::Name),
        Column::new("Difference", CellKind::Plain),
        Column::new(one, CellKind::Text),
        Column::new(other, CellKind::Text),
    ];
    view! {
        <Table caption=title columns>
            {rows}
        </Table>
    }
}
