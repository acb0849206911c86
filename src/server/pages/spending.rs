//! How somebody spends the last receives that a queue can spare.

use leptos::prelude::*;

use crate::model::{QueueName, Refusal};
use crate::ui::parts::{Checkbox, Confirm};

/// The checkbox and the name that spend the last receives; nothing where there are enough, or none. `id` is that of the
/// field for the name: forms of one page have different ones.
pub fn spending(queue: &QueueName, budget: Option<&Refusal>, id: &str, error: Option<String>) -> Option<AnyView> {
    let Some(Refusal::ReceiveBudget { max_receive_count, received, .. }) = budget else { return None };
    if received >= max_receive_count {
        return None;
    }
    let label = match received {
        0 => format!("Receive although maxReceiveCount is {max_receive_count}"),
        _ => format!("Receive although {received} of {max_receive_count} receives are used"),
    };
    let (name, id) = (queue.to_string(), id.to_owned());
    let view = view! {
        <div class="spending">
            <Checkbox
                name="spend"
                id=format!("{id}-spend")
                label
                hint="A message that its consumer failed before may move to the dead-letter queue."
            />
            <Confirm name id field="confirm" error/>
        </div>
    };
    Some(view.into_any())
}
