//! The body of a message: as it reads best, and as it is.

use leptos::prelude::*;

use crate::model::{Message, paths, words};
use crate::server::services::messages::format::{self, Format};
use crate::ui::parts::{Badge, Code, CopyButton, Section, Tone};

/// Above this many bytes the body is not put into the page a second time for a copy button.
const COPIED_MOST: usize = 256 * 1_024;

/// The body, pretty unless `raw`, with the way to the other.
pub(super) fn section(message: &Message, page: &str, raw: bool) -> impl IntoView + use<> {
    let (format, pretty) = format::pretty(&message.body);
    let note = format!("{}, {}", format.word(), words::bytes(message.body.len() as u64));
    let copy = (message.body.len() <= COPIED_MOST).then(|| message.body.clone());
    let both = pretty.is_some();
    let text = pretty.filter(|_| !raw).unwrap_or_else(|| message.body.clone());
    let json = format == Format::Json;
    let (pretty_href, raw_href) = (page.to_owned(), paths::with_query(page, &[("view", "raw")]));
    let current = |here: bool| here.then_some("true");
    let (pretty_current, raw_current) = (current(!raw), current(raw));
    let views = both.then(|| {
        view! {
            <nav class="views" aria-label="Views of the body">
                <a href=pretty_href aria-current=pretty_current>
                    "Pretty"
                </a>
                <a href=raw_href aria-current=raw_current>
                    "Raw"
                </a>
            </nav>
        }
    });
    let md5 = format!("MD5 {}", message.md5_of_body);
    view! {
        <Section title="Body" note>
            <div class="cluster">
                {views}
                <span class="cluster push">
                    <code class="soft">{md5}</code>
                    <Badge tone=Tone::Ok>"verified"</Badge>
                    {copy.map(|value| view! { <CopyButton label="body" value/> })}
                </span>
            </div>
            <Code text json/>
        </Section>
    }
}
