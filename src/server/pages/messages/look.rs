//! The form that looks.

use leptos::prelude::*;

use super::asking::Asking;
use super::list::keep;
use crate::model::form::look::{LIMITS, LookForm, USUAL};
use crate::model::paths;
use crate::model::words;
use crate::server::services::messages;
use crate::ui::parts::{Button, Choice, Equivalent, Glyph, Section, SelectField, Variant};

/// What a look is, what it costs here, and the button.
pub(super) fn form(asking: &Asking<'_>) -> impl IntoView + use<> {
    let (form, sentence) = asking.typed::<LookForm>();
    let limit = if form.limit.is_empty() { USUAL.to_string() } else { form.limit };
    let choices = LIMITS.map(|n| Choice::new(n.to_string(), most(n))).to_vec();
    let (connection, queue) = (asking.connection.to_string(), asking.queue.to_string());
    let kept = keep(&asking.list);
    let limit_error = sentence("limit");
    let (spending, refusal) = if asking.free {
        (None, asking.running.as_ref())
    } else {
        (asking.spending("confirm", sentence("confirm")), asking.refusal.as_ref())
    };
    let reason = refusal.map(|refusal| refusal.title());
    // A look is the natural way to see a queue that others work on; what failed is worked on, which needs it held.
    let variant = if asking.dead && !asking.free { Variant::Quiet } else { Variant::Primary };
    let (note, price) = if asking.free {
        (
            "without receiving",
            "Nothing is hidden and nothing counted: this endpoint shows messages for free, as AWS does not.",
        )
    } else {
        (
            "and give everything back",
            "Hidden from consumers while they are read, as a rule for a moment, and then given back: within half a minute for up to 500 messages and if the console dies, within two minutes for more.",
        )
    };
    let command = (!asking.free).then(|| messages::command(asking.url, 30, 1));
    view! {
        <Section title="Look" note>
            <form class="form" method="post" action=paths::api("messages/look")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                {kept}
                <p class="soft">{price}</p>
                {spending}
                <div class="asking">
                    <SelectField name="limit" label="Up to" choices value=limit error=limit_error/>
                    <Button variant glyph=Glyph::Look reason>
                        "Look"
                    </Button>
                </div>
            </form>
            {command.map(|command| view! { <Equivalent command/> })}
        </Section>
    }
}

/// A choice, with the bytes where they are more than usual.
fn most(limit: usize) -> String {
    let messages = words::plural(limit as u64, "message", "messages");
    if limit > USUAL { format!("{messages}, 64 MiB") } else { messages }
}
