//! The form that looks.

use leptos::prelude::*;

use super::asking::Asking;
use crate::model::form::look::{LIMITS, LookForm, USUAL};
use crate::model::paths;
use crate::model::words;
use crate::server::services::messages;
use crate::ui::parts::{Button, Choice, Equivalent, Glyph, Section, SelectField, Variant};

/// What a look is, what it costs here, and the button.
pub(super) fn form(asking: &Asking<'_>) -> impl IntoView + use<> {
    let (form, sentence) = asking.typed::<LookForm>();
    let limit = if form.limit.is_empty() { USUAL.to_string() } else { form.limit };
    let choices = LIMITS.map(|n| Choice::new(n.to_string(), words::plural(n as u64, "message", "messages"))).to_vec();
    let (connection, queue) = (asking.connection.to_string(), asking.queue.to_string());
    let spending = asking.spending("confirm", sentence("confirm"));
    let limit_error = sentence("limit");
    let reason = asking.refusal.as_ref().map(|refusal| refusal.title());
    let command = messages::command(asking.url, 30, 1);
    view! {
        <Section title="Look" note="and give everything back">
            <form class="form" method="post" action=paths::api("messages/look")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <p class="soft">"Hidden from consumers for a moment, 30 s at most, then given back."</p>
                {spending}
                <div class="asking">
                    <SelectField name="limit" label="Up to" choices value=limit error=limit_error/>
                    <Button variant=Variant::Primary glyph=Glyph::Look reason>
                        "Look"
                    </Button>
                </div>
            </form>
            <Equivalent command/>
        </Section>
    }
}
