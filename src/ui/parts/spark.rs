//! A sparkline: the last samples of a number as inline SVG, by attributes alone (the content security policy knows no
//! inline styles).

use std::fmt::Write as _;

use leptos::prelude::*;

use super::tone::Tone;

const WIDTH: u64 = 1_000;
const HEIGHT: u64 = 200;
/// Room above and below, so that the stroke is not cut.
const MARGIN: u64 = 12;

/// The points of a polyline through the samples, oldest first, scaled to their largest. Zero is always the ground
/// line: a quiet queue is flat at the bottom, whatever the scale.
pub fn points(samples: &[u64]) -> String {
    let most = u128::from(samples.iter().copied().max().unwrap_or(0).max(1));
    let usable = u128::from(HEIGHT - 2 * MARGIN);
    let y = |sample: u64| u128::from(HEIGHT - MARGIN) - u128::from(sample) * usable / most;
    let mut out = String::new();
    match samples {
        [] => {}
        [only] => {
            let y = y(*only);
            let _ = write!(out, "0,{y} {WIDTH},{y}");
        }
        _ => {
            let steps = samples.len() as u64 - 1;
            for (i, sample) in (0u64..).zip(samples) {
                if i > 0 {
                    out.push(' ');
                }
                let _ = write!(out, "{},{}", i * WIDTH / steps, y(*sample));
            }
        }
    }
    out
}

/// The sparkline of `samples`, oldest first. Without samples it keeps its place and draws nothing.
#[component]
pub fn Spark(
    /// Oldest first.
    samples: Vec<u64>,
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
    let line = points(&samples);
    let area = (!line.is_empty()).then(|| format!("0,{HEIGHT} {line} {WIDTH},{HEIGHT}"));
    view! {
        <svg
            class="spark"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
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
    fn the_largest_sample_is_at_the_top_and_zero_on_the_ground() {
        assert_eq!(points(&[0, 5, 10]), "0,188 500,100 1000,12");
    }

    #[test]
    fn nothing_and_one_and_always_zero_are_drawn_too() {
        assert_eq!(points(&[]), "");
        assert_eq!(points(&[7]), "0,12 1000,12");
        assert_eq!(points(&[0, 0]), "0,188 1000,188");
    }

    #[test]
    fn no_sample_is_too_large() {
        assert_eq!(points(&[u64::MAX, 0]), "0,12 1000,188");
    }

    #[test]
    fn there_is_no_style_attribute() {
        let html = view! { <Spark samples=vec![1, 2] label="Visible"/> }.to_html();
        assert!(!html.contains("style=") && html.contains(r#"aria-label="Visible""#), "{html}");
    }
}
