//! What the shop could not process: orders, parcels and stock. Each message is a failure that happens to people.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use super::{envelopes, shop};
use crate::local::calendar::{HOUR, MINUTE, iso};

/// A failed message with the moment at which it was sent.
pub(super) type Failed = Vec<(u64, Letter)>;

/// Orders that failed, and the source of each: seventeen.
pub(super) fn orders(now: u64, dice: &mut Dice) -> (Failed, Failed) {
    let mut hours = [211, 188, 140, 121, 97, 74, 71, 53, 49, 31, 27, 12].into_iter().map(|hours| now - hours * HOUR);
    let mut next = || hours.next().unwrap_or(now - 3 * HOUR);
    let mut failed = Failed::new();
    let mut spoilt = |at: u64, dice: &mut Dice, spoil: fn(&mut Value)| {
        let mut body = shop::order_body(at, false, dice);
        spoil(&mut body);
        failed.push((
            at,
            Letter::json(&body).with("event", "String", "order.placed").with("schemaVersion", "Number", "3"),
        ));
    };

    spoilt(next(), dice, |body| body["items"] = json!([]));
    spoilt(next(), dice, |body| {
        body.as_object_mut().map(|body| body.remove("customer"));
    });
    spoilt(next(), dice, |body| body["total"] = "NaN".into());
    spoilt(next(), dice, |body| body["currency"] = "GBX".into());
    spoilt(next(), dice, |body| body["shipTo"] = Value::Null);
    spoilt(next(), dice, |body| body["items"][0]["quantity"] = "2 pcs".into());

    // Cut off by somebody's buffer of 256 bytes.
    let at = next();
    let cut: String = shop::order_body(at, false, dice).to_string().chars().take(256).collect();
    failed.push((at, Letter::text(cut).with("event", "String", "order.placed")));
    // Written by hand: single quotes and a comma too many.
    failed.push((next(), Letter::text("{'orderId': 'ORD-TEST-1', 'items': [{'sku': 'SKU-10442', 'quantity': 1,}],}")));
    // JSON inside a JSON text.
    let at = next();
    let twice = Value::String(shop::order_body(at, false, dice).to_string());
    failed.push((at, Letter::json(&twice).with("event", "String", "order.placed")));
    // In the envelope of SNS: raw message delivery is off.
    let at = next();
    failed.push((at, envelopes::sns("order-events", &shop::order_body(at, false, dice).to_string(), at, dice)));
    // Too large for SQS: a pointer to S3.
    let at = next();
    failed.push((at, envelopes::s3_pointer("shop-large-messages", 1_874_330, dice)));
    // With a byte order mark, as an export from a spreadsheet has it.
    let at = next();
    failed.push((at, Letter::text(format!("\u{feff}{}", shop::order_body(at, false, dice)))));

    let european = [166, 92, 44, 20, 9]
        .into_iter()
        .map(|hours| {
            let at = now - hours * HOUR - 17 * MINUTE;
            let mut body = shop::order_body(at, true, dice);
            // A post code that the address service does not accept, each in another country's form.
            body["shipTo"]["postCode"] = (*dice.pick(&["0000", "D-04109", "75 008", "n/a"])).into();
            let tax = json!({"country": body["shipTo"]["country"], "rate": "?"});
            body["vat"] = tax;
            (at, Letter::json(&body).with("event", "String", "order.placed").with("taxRate", "Number.percent", "19.00"))
        })
        .collect();
    (failed, european)
}

/// Changes of stock that failed, almost four days old: six.
pub(super) fn stock(now: u64, dice: &mut Dice) -> Failed {
    let mut failed: Failed = (0..5)
        .map(|n| {
            let at = now - 92 * HOUR + n * 11 * MINUTE;
            let body = json!({
                "sku": format!("SKU-9{:04}", dice.below(10_000)), "warehouse": "LEJ9", "delta": 480, "reason": "delivery",
                "note": "warehouse LEJ9 opens next month", "at": iso(at),
            });
            (at, Letter::json(&body))
        })
        .collect();
    failed.push((now - 90 * HOUR, Letter::text(STACK_TRACE)));
    failed
}

/// Parcels that failed: four, three of them in a carrier's XML.
pub(super) fn parcels(now: u64, dice: &mut Dice) -> Failed {
    let mut failed: Failed =
        [("FR", "customs value missing"), ("GB", "EORI number missing"), ("US", "HS code unknown")]
            .into_iter()
            .zip(1..)
            .map(|((country, reason), n)| {
                let at = now - n * 19 * HOUR;
                let number = 70_000_000 + dice.below(10_000_000);
                let body = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<shipment number=\"SHP{number}\" created=\"{}\">\n  \
                 <to country=\"{country}\"/>\n  <parcel weight=\"2.40\" unit=\"kg\"/>\n  \
                 <rejected by=\"swiftline\"><![CDATA[{reason} & label not printed]]></rejected>\n</shipment>\n",
                    iso(at)
                );
                (at, Letter::text(body).with("Content-Type", "String", "application/xml"))
            })
            .collect();
    let at = now - 5 * HOUR;
    failed.push((at, Letter::json(&json!({"shipmentId": null, "carrier": "tramways", "weightGrams": 0, "to": {}}))));
    failed
}

const STACK_TRACE: &str = "\
java.lang.IllegalStateException: no stock row for warehouse LEJ9
	at com.example.inventory.StockRepository.requireRow(StockRepository.java:118)
	at com.example.inventory.StockService.apply(StockService.java:64)
	at com.example.inventory.sqs.StockListener.onMessage(StockListener.java:41)
	at java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)
	at java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: org.postgresql.util.PSQLException: ERROR: insert or update on table \"stock\" violates foreign key constraint
  Detail: Key (warehouse)=(LEJ9) is not present in table \"warehouse\".
	... 5 more
";
