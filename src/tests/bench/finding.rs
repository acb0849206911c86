//! Finding: how soon a filter, the causes and the list of a large snapshot are there. Nothing is asked of SQS.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redrive::model::filter::{Filter, JsonPath, Query};
use redrive::model::message::AttributeValue;
use redrive::model::{Message, MessageAttribute, MessageId, ReceiptHandle};
use redrive::server::services::messages::causes::Causes;
use redrive::server::services::messages::view::{matching, view};
use redrive::server::services::messages::{Origin, Snapshot};
use serde_json::{Value, json};

use super::{Outcome, RUNS, median, milliseconds, report};

/// How many messages there are.
pub const MESSAGES: usize = 10_000;
/// When they were sent, milliseconds since 1970.
const SENT: usize = 1_790_000_000_000;

/// A body of 2 KiB: an order that failed.
pub fn body(n: usize) -> String {
    let line = |line: usize| json!({ "sku": format!("SKU-{:05}", n * 7 + line), "quantity": line, "price": "19.90" });
    let mut body = json!({
        "order": { "id": n, "customer": format!("customer-{:04}", n % 1_000), "total": n * 3, "currency": "EUR" },
        "lines": (0..12).map(line).collect::<Vec<_>>(),
        "error": { "code": format!("E{}", n % 17), "message": format!("Payment {n} was declined by bank {}", n % 5) },
        "trace": format!("{:032x}", n * 7_919),
    });
    let missing = 2_048_usize.saturating_sub(body.to_string().len() + ",\"note\":\"\"".len());
    body["note"] = "lorem ipsum dolor ".chars().cycle().take(missing).collect::<String>().into();
    body.to_string()
}

fn message(n: usize) -> Message {
    let id = format!("{n:08x}-1111-4222-8333-444444444444");
    let system = [
        ("ApproximateReceiveCount", (n % 5 + 1).to_string()),
        ("SentTimestamp", (SENT + n * 1_000).to_string()),
        ("ApproximateFirstReceiveTimestamp", (SENT + n * 1_000 + 50).to_string()),
        ("SenderId", "AIDAEXAMPLE".to_owned()),
        ("DeadLetterQueueSourceArn", format!("arn:aws:sqs:eu-west-1:111122223333:orders-{}", n % 3)),
    ];
    let kind = AttributeValue::Text(["OrderPlaced", "OrderFailed", "OrderPaid"][n % 3].to_owned());
    let kind = MessageAttribute { data_type: "String".to_owned(), value: kind };
    Message {
        id: MessageId::new(id),
        receipt_handle: ReceiptHandle::new(format!("{n:0180}")),
        body: body(n),
        md5_of_body: format!("{n:032x}"),
        md5_of_attributes: None,
        system: system.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        attributes: BTreeMap::from([("type".to_owned(), kind)]),
    }
}

fn snapshot(messages: &[Message]) -> Snapshot {
    let mut snapshot = Snapshot::begun(Origin::Look, 0, 20, messages.len(), 30);
    snapshot.take(messages.to_vec(), 30_000);
    snapshot
}

/// The median time of a work.
fn time<T>(work: impl Fn() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    median((0..RUNS).map(once).collect())
}

/// The slowest of several, and all of them in words.
fn slowest(times: &[(&str, Duration)]) -> (String, String) {
    let most = times.iter().map(|(_, time)| *time).max().unwrap_or_default();
    let each = times.iter().map(|(name, time)| format!("{name} {:.1}", time.as_secs_f64() * 1_000.0));
    (milliseconds(most), each.collect::<Vec<_>>().join(", "))
}

/// Filters of several kinds, causes by several measures, and a page of the list.
pub fn finding() -> Outcome {
    let messages: Vec<Message> = (0..MESSAGES).map(message).collect();
    let shared: Vec<Arc<Message>> = messages.iter().cloned().map(Arc::new).collect();
    let parsing = time(|| messages.iter().filter_map(|it| serde_json::from_str::<Value>(&it.body).ok()).count());
    let snapshot = snapshot(&messages);
    let first = time(|| self::snapshot(&messages).index().paths().len());
    let taking = time(|| self::snapshot(&messages).entries.len());
    report(
        &format!("Index of {MESSAGES} messages of 2 KiB, once per snapshot"),
        &milliseconds(first.saturating_sub(taking)),
        &format!("parsing all bodies {}; taking them in {}", milliseconds(parsing), milliseconds(taking)),
    );

    let now_ms = i64::try_from(SENT)?;
    let causes = snapshot.index().causes(None);
    let cause = format!("cause:{}", causes.key_of(0).ok_or("no cause")?);
    let kinds = [
        ("text", "declined"),
        ("absent text", "nowhere-to-be-found"),
        ("path", "body.order.id:123"),
        ("absent path", "body.order.missing:1"),
        ("number", "body.order.total>15000"),
        ("deep path", "body.lines[11].quantity:11"),
        ("negation", "-body.error.code:E3 -declined"),
        ("attribute", "attr.type:OrderFailed count>=3"),
        ("cause", &cause),
    ];
    let mut times = Vec::new();
    for (name, filter) in kinds {
        let filter: Filter = filter.parse().map_err(|fault| format!("{filter}: {fault:?}"))?;
        times.push((name, time(|| matching(&snapshot, &filter, None, now_ms).len())));
    }
    let (most, each) = slowest(&times);
    report(&format!("Filter of {MESSAGES} messages of 2 KiB, slowest kind"), &most, &format!("budget 50 ms; {each}"));

    let place: JsonPath = "error.message".parse().map_err(|_| "no path")?;
    let shape: JsonPath = "shape".parse().map_err(|_| "no path")?;
    let by = [("automatic", None), ("by a place", Some(&place)), ("by shape", Some(&shape))];
    let times = by.map(|(name, by)| (name, time(|| Causes::of(&shared, by).list.len())));
    let (most, each) = slowest(&times);
    report(&format!("Causes of {MESSAGES} messages of 2 KiB, slowest kind"), &most, &format!("budget 100 ms; {each}"));

    let query = |url: &'static [(&'static str, &'static str)]| {
        Query::read(|name| url.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    };
    let queries = [
        ("all", query(&[])),
        ("sorted", query(&[("sort", "-sent")])),
        ("sorted by a place", query(&[("sort", "body:order.total"), ("columns", "sent,body:order.total")])),
        ("filtered", query(&[("filter", "body.order.total>15000")])),
    ];
    let times = queries.each_ref().map(|(name, query)| (*name, time(|| view(&snapshot, query, now_ms).rows.len())));
    let (most, each) = slowest(&times);
    report("The same as a list with facets, slowest kind", &most, &each);
    Ok(())
}
