//! Tables: sortable, with a frozen name column, and cards where the page is narrow.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// What a column holds, which decides how it is aligned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellKind {
    /// A word or two on one line.
    #[default]
    Plain,
    /// The name of the row; it stays while the rest scrolls.
    Name,
    /// A number, at the end.
    Number,
    /// Text that wraps.
    Text,
    /// A checkbox.
    Mark,
    /// Buttons and links, at the end.
    Actions,
}

impl CellKind {
    fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Name => Some("name"),
            Self::Number => Some("number"),
            Self::Text => Some("text"),
            Self::Mark => Some("mark"),
            Self::Actions => Some("actions"),
        }
    }
}

/// Which way a table is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Order {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// One heading.
#[derive(Clone, Debug)]
pub struct Column {
    label: String,
    kind: CellKind,
    hidden: bool,
    marks: bool,
    sort: Option<(String, Option<Order>)>,
}

impl Column {
    /// A column of this kind.
    pub fn new(label: impl Into<String>, kind: CellKind) -> Self {
        Self { label: label.into(), kind, hidden: false, marks: false, sort: None }
    }

    /// A column whose heading only screen readers read: marks and actions.
    pub fn unseen(label: impl Into<String>, kind: CellKind) -> Self {
        Self { hidden: true, ..Self::new(label, kind) }
    }

    /// The column of checkboxes; its heading, where there is a script, is one that marks all rows of this name.
    pub fn marks(label: impl Into<String>) -> Self {
        Self { marks: true, ..Self::new(label, CellKind::Mark) }
    }

    /// Makes the heading a link that sorts; `order` says how the table is sorted by it now, if it is.
    #[must_use]
    pub fn sort(mut self, href: impl Into<String>, order: Option<Order>) -> Self {
        self.sort = Some((href.into(), order));
        self
    }
}

/// A table. The children are rows: `<tr>` of [`NameCell`] and [`Cell`], in the order of the columns.
/// Islands go around the table, never inside it.
#[component]
pub fn Table(
    /// What the table lists; read by screen readers.
    #[prop(into)]
    caption: String,
    /// The headings, in order.
    columns: Vec<Column>,
    /// What it holds; of the table, its rows.
    children: Children,
) -> impl IntoView {
    let head: Vec<_> = columns.into_iter().map(heading).collect();
    view! {
        <div class="table">
            <div class="table-scroll">
                <table>
                    <caption class="visually-hidden">{caption}</caption>
                    <thead>
                        <tr>{head}</tr>
                    </thead>
                    <tbody>{children()}</tbody>
                </table>
            </div>
        </div>
    }
}

fn heading(column: Column) -> AnyView {
    let Column { label, kind, hidden, marks, sort } = column;
    match sort {
        Some((href, order)) => view! {
            <th scope="col" data-kind=kind.as_str() aria-sort=order.map(Order::as_str)>
                <a class="table-sort" href=href>
                    <span class="table-label" title=label.clone()>
                        {label.clone()}
                    </span>
                    {order.map(|_| view! { <Icon glyph=Glyph::ChevronDown/> })}
                </a>
            </th>
        }
        .into_any(),
        None if marks => view! {
            <th scope="col" data-kind=kind.as_str()>
                <input class="choice-mark table-all" type="checkbox" aria-label=label data-select-all=""/>
            </th>
        }
        .into_any(),
        None if hidden => view! {
            <th scope="col" data-kind=kind.as_str()>
                <span class="visually-hidden">{label}</span>
            </th>
        }
        .into_any(),
        None => view! { <th scope="col" data-kind=kind.as_str()>{label}</th> }.into_any(),
    }
}

/// A cell. On a narrow page it is shown under its `label`, the heading of its column; without one it stands alone.
#[component]
pub fn Cell(
    /// What it is called.
    #[prop(optional, into)]
    label: Option<String>,
    /// How it is aligned.
    #[prop(optional)]
    kind: CellKind,
    /// What it holds; of the table, its rows.
    children: Children,
) -> impl IntoView {
    view! { <td data-label=label data-kind=kind.as_str()>{children()}</td> }
}

/// The cell that names its row.
#[component]
pub fn NameCell(
    /// What it holds; of the table, its rows.
    children: Children,
) -> impl IntoView {
    view! { <th scope="row" data-kind="name">{children()}</th> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sorted_column_says_so() {
        let columns = vec![
            Column::new("Name", CellKind::Name).sort("?sort=name", None),
            Column::new("Visible", CellKind::Number).sort("?sort=-visible", Some(Order::Descending)),
            Column::unseen("Actions", CellKind::Actions),
        ];
        let html = view! {
            <Table caption="All queues" columns>
                <tr>
                    <NameCell>"orders"</NameCell>
                    <Cell label="Visible" kind=CellKind::Number>"3"</Cell>
                </tr>
            </Table>
        }
        .to_html();
        assert_eq!(html.matches("aria-sort").count(), 1, "{html}");
        assert!(html.contains(r#"aria-sort="descending""#), "{html}");
        assert!(html.contains(r#"data-label="Visible""#) && html.contains(r#"scope="row""#), "{html}");
    }
}
