//! A sparkline: a number over the last 30 minutes as inline SVG, by attributes alone (the content security policy knows no
//! inline styles).

use leptos::prelude::*;

use super::tone::Tone;
use crate::model::depth::{LINE_HEIGHT, LINE_WIDTH, area, line};

/// The sparkline of `samples`, oldest first. Without samples it keeps its place and draws nothing.
#[component]
pub fn Spark(
    /// When, in milliseconds since 1970, and how many; oldest first.
    samples: Vec<(i64, u64)>,
    /// The right edge of the line, milliseconds since 1970.
    now: i64,
    /// What is drawn, in words: “Visible, last 30 minutes: 3 to 1 204, now 12”.
    #[prop(into)]
    label: String,
    /// Its colour, where it means something.
    #[prop(optional)]
    tone: Option<Tone>,
    /// The queue whose visible messages these are, so that the page's stream keeps the line current.
    #[prop(optional, into)]
    queue: Option<String>,
    /// As wide as its place and taller: beside a figure.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let line = line(&samples, now);
    let area = (!line.is_empty()).then(|| area(&line));
    view! {
        <svg
            class="spark"
            viewBox=format!("0 0 {LINE_WIDTH} {LINE_HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=label
            data-tone=tone.map(Tone::as_str)
            data-spark=queue
            data-size=large.then_some("large")
        >
            {area.map(|area| view! { <polygon class="spark-area" points=area></polygon> })}
            <polyline class="spark-line" points=line></polyline>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_style_attribute() {
        let html = view! { <Spark samples=vec![(0, 1), (30_000, 2)] now=30_000 label="Visible"/> }.to_html();
        assert!(!html.contains("style=") && html.contains(r#"aria-label="Visible""#), "{html}");
    }
}
