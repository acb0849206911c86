//! Everything SQS says about a message: what the console understands, and all of it as it came.

use leptos::prelude::*;

use crate::model::cli::Command;
use crate::model::paths::{self, QueuePage};
use crate::model::{AttributeValue, Attributes, ConnectionName, Draft, Message, QueueKind, QueueUrl, binary, words};
use crate::ui::parts::{
    Age, Cell, CellKind, Column, Copy, Disclosure, Equivalent, Fact, Facts, NameCell, Section, Table,
};

/// What the console understands: times, receives, size, group, where it failed.
pub(super) fn known(
    message: &Message,
    attributes: &Attributes,
    connection: &ConnectionName,
    now: i64,
) -> impl IntoView + use<> {
    let moment = move |at: i64| {
        view! {
            <span class="cluster">
                <Age at now/>
                <span class="soft nowrap">{words::moment(at)}</span>
            </span>
        }
    };
    let sent = message.sent_at();
    // A standard dead-letter queue counts from the first send, a FIFO one from the move, which no message tells (SQS
    // Developer Guide, "Setting up dead-letter queue retention").
    let unknown = message.source().is_some() && attributes.kind() == QueueKind::Fifo;
    let expires = sent.filter(|_| !unknown).map(|at| at + i64::from(attributes.retention) * 1_000);
    let expiry = expires.map(|at| {
        let left = u64::try_from((at - now) / 1_000).unwrap_or(0);
        let left = if at > now { format!("in {}", words::seconds(left)) } else { "any moment".to_owned() };
        view! {
            <Fact label="Expires">
                <span class="cluster">
                    {left}
                    <span class="soft nowrap">{words::moment(at)}</span>
                </span>
            </Fact>
        }
    });
    let sent = sent.map(|at| view! { <Fact label="Sent">{moment(at)}</Fact> });
    // An endpoint that shows messages without receiving them says 0 of those that nobody has received.
    let first = message.first_received_at().filter(|at| *at > 0);
    let first = first.map(|at| view! { <Fact label="First received">{moment(at)}</Fact> });
    let source = message.source().map(|arn| {
        let (href, name) = (paths::queue(connection, &arn.name(), QueuePage::Overview), arn.name().to_string());
        view! {
            <Fact label="Failed in">
                <a href=href>{name}</a>
            </Fact>
        }
    });
    let texts = [
        ("Message group id", message.group_id().map(str::to_owned)),
        ("Deduplication id", message.deduplication_id().map(str::to_owned)),
        ("Sequence number", message.sequence_number().map(|number| number.to_string())),
    ];
    let texts = texts.into_iter().filter_map(|(label, value)| {
        let value = value?;
        Some(view! { <Fact label=label><Copy label=label value/></Fact> })
    });
    let texts: Vec<_> = texts.collect();
    let (receives, size) = (budget(message, attributes), words::bytes(message.size() as u64));
    let bytes = (message.size() >= 1_024).then(|| words::plural(message.size() as u64, "byte", "bytes"));
    view! {
        <Section title="Message">
            <Facts>
                {sent}
                {expiry}
                {first}
                <Fact label="Receives">{receives}</Fact>
                <Fact label="Size">
                    <span class="cluster">{size} {bytes.map(|bytes| view! { <span class="soft">{bytes}</span> })}</span>
                </Fact>
                {source}
                {texts}
            </Facts>
        </Section>
    }
}

/// How many receives are left before SQS sets the message aside: “receive 3 of 5: 2 left”.
fn budget(message: &Message, attributes: &Attributes) -> String {
    let count = message.receive_count();
    let said = count.map_or_else(|| "–".to_owned(), |count| words::count(u64::from(count)));
    let Some(policy) = &attributes.redrive_policy else { return said };
    let (max, to) = (policy.max_receive_count, policy.dead_letter_target.name());
    let left = match max.saturating_sub(count.unwrap_or(0)) {
        0 => format!("none left, the next one moves it to {to}"),
        left => format!("{} left", words::count(u64::from(left))),
    };
    format!("receive {said} of {}: {left}", words::count(u64::from(max)))
}

/// The message attributes with their types; bytes as hexadecimal digits and as base64.
pub(in crate::server::pages) fn attributes(message: &Message) -> impl IntoView + use<> {
    let rows: Vec<_> = message
        .attributes
        .iter()
        .map(|(name, attribute)| {
            let value = match &attribute.value {
                AttributeValue::Text(text) => view! { <code class="value">{text.clone()}</code> }.into_any(),
                AttributeValue::Binary(bytes) => {
                    let (hex, base64) = (binary::hex(bytes), binary::base64(bytes));
                    let size = words::bytes(bytes.len() as u64);
                    view! {
                        <div>
                            <code class="value">{hex}</code>
                        </div>
                        <div class="table-note">{format!("{size}, as base64 ")} <code class="value">{base64}</code></div>
                    }
                    .into_any()
                }
            };
            let (name, data_type) = (name.clone(), attribute.data_type.clone());
            view! {
                <tr>
                    <NameCell>
                        <span class="value">{name}</span>
                    </NameCell>
                    <Cell label="Type">{data_type}</Cell>
                    <Cell label="Value" kind=CellKind::Text>
                        {value}
                    </Cell>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Name", CellKind::Name),
        Column::new("Type", CellKind::Plain),
        Column::new("Value", CellKind::Text),
    ];
    let md5 = message.md5_of_attributes.clone().map(|md5| format!("MD5 {md5}, verified"));
    let body = if rows.is_empty() {
        view! { <p class="soft">"None."</p> }.into_any()
    } else {
        view! {
            <Table caption="Message attributes" columns>
                {rows}
            </Table>
            {md5.map(|md5| view! { <p class="soft mono">{md5}</p> })}
        }
        .into_any()
    };
    view! { <Section title="Message attributes">{body}</Section> }
}

/// All system attributes as they came, those that this program does not know too.
pub(in crate::server::pages) fn system(message: &Message) -> impl IntoView + use<> {
    let facts: Vec<_> = message
        .system
        .iter()
        .map(|(name, value)| {
            let (name, value) = (name.clone(), value.clone());
            view! { <Fact label=name><code class="value">{value}</code></Fact> }
        })
        .collect();
    let note = words::count(message.system.len() as u64);
    view! {
        <Disclosure summary="All system attributes" note>
            <Facts>{facts}</Facts>
        </Disclosure>
    }
}

/// What one would type to send it again, to hide it and to delete it.
pub(super) fn commands(message: &Message, url: &QueueUrl) -> impl IntoView + use<> {
    let send = Draft::copy_of(message).command(url);
    let held = |operation: &str| {
        let command = Command::new(operation).option("queue-url", url.as_str());
        command.option("receipt-handle", message.receipt_handle.as_str())
    };
    // Of a message that was only read there is no handle to act with.
    let received = !message.receipt_handle.as_str().is_empty();
    let delete = received.then(|| held("delete-message"));
    let change = received.then(|| held("change-message-visibility").option("visibility-timeout", "60"));
    view! {
        <div class="stack" data-gap="small">
            <Equivalent summary="Send it again as a command" command=send/>
            {change.map(|command| view! { <Equivalent summary="Change its visibility as a command" command/> })}
            {delete.map(|command| view! { <Equivalent summary="Delete it as a command" command/> })}
        </div>
    }
}
