//! The shop: orders, payments and all that follows from them.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use super::trades::decimal;
use crate::local::calendar::{DAY, compact_date, iso};

/// Number of the article, name, price in cents.
const ARTICLES: [(&str, &str, u64); 8] = [
    ("SKU-10442", "Espresso cups, set of 6", 3_990),
    ("SKU-10518", "Pour-over kettle 1.2 l", 7_450),
    ("SKU-20711", "Hand grinder, steel burrs", 12_900),
    ("SKU-20755", "Filter papers N° 4, 200 pcs", 690),
    ("SKU-31008", "Linen apron, charcoal", 4_200),
    ("SKU-31044", "Cutting board, walnut", 8_990),
    ("SKU-40110", "Enamel teapot 0.8 l", 5_600),
    ("SKU-40923", "Beeswax candles, pair", 1_480),
];

/// Country, currency, a town and a post code there.
const PLACES: [(&str, &str, &str, &str); 6] = [
    ("US", "USD", "Portland", "97209"),
    ("US", "USD", "Madison", "53703"),
    ("GB", "GBP", "Leeds", "LS1 4AP"),
    ("DE", "EUR", "Leipzig", "04109"),
    ("FR", "EUR", "Nantes", "44000"),
    ("NL", "EUR", "Utrecht", "3511 CE"),
];

/// The number of an order of a moment.
pub(super) fn order_number(at: u64, dice: &mut Dice) -> String {
    format!("ORD-{}-{:05}", &compact_date(at)[2..], dice.below(100_000))
}

fn customer(dice: &mut Dice) -> String {
    format!("cus_{}", dice.hex(8))
}

fn traced(letter: Letter, at: u64, dice: &mut Dice) -> Letter {
    let header = format!("Root=1-{:08x}-{};Parent={};Sampled=1", at / 1_000, dice.hex(24), dice.hex(16));
    letter.traced(header)
}

/// The body of an order, from Europe alone or from anywhere.
pub(super) fn order_body(at: u64, european: bool, dice: &mut Dice) -> Value {
    let places = if european { &PLACES[3..] } else { &PLACES[..3] };
    let (country, currency, town, post_code) = *dice.pick(places);
    let mut total = 0;
    let items: Vec<Value> = (0..dice.between(1, 3))
        .map(|_| {
            let (sku, name, cents) = *dice.pick(&ARTICLES);
            let quantity = dice.between(1, 3);
            total += cents * quantity;
            json!({"sku": sku, "name": name, "quantity": quantity, "unitPrice": decimal(cents)})
        })
        .collect();
    json!({
        "orderId": order_number(at, dice), "placedAt": iso(at), "customer": {"id": customer(dice), "country": country},
        "items": items, "total": decimal(total), "currency": currency,
        "shipTo": {"town": town, "postCode": post_code, "country": country},
    })
}

/// An order.
pub(super) fn order(at: u64, dice: &mut Dice) -> Letter {
    let letter = Letter::json(&order_body(at, false, dice)).with("event", "String", "order.placed");
    traced(letter.with("schemaVersion", "Number", "3"), at, dice)
}

/// An order from Europe.
pub(super) fn order_eu(at: u64, dice: &mut Dice) -> Letter {
    let letter = Letter::json(&order_body(at, true, dice)).with("event", "String", "order.placed");
    traced(letter.with("schemaVersion", "Number", "3"), at, dice)
}

/// A payment to be captured with one of two providers.
pub(super) fn payment_with(provider: &str, at: u64, dice: &mut Dice) -> Letter {
    let (_, currency, ..) = *dice.pick(&PLACES);
    let cents = dice.between(690, 42_000);
    let body = json!({
        "paymentId": format!("pay_{}", dice.hex(12)), "orderId": order_number(at, dice), "action": "capture",
        "amount": decimal(cents), "currency": currency, "provider": provider,
        "card": {"network": dice.pick(&["visa", "mastercard", "amex"]), "last4": format!("{:04}", dice.below(10_000))},
        "requestedAt": iso(at),
    });
    Letter::json(&body).with("provider", "String", provider).with("amount", "Number.cents", cents.to_string()).with(
        "idempotencyKey",
        "String",
        dice.hex(32),
    )
}

/// A payment.
pub(super) fn payment(at: u64, dice: &mut Dice) -> Letter {
    let provider = *dice.pick(&["cardworks", "cardworks", "cardworks", "banklink"]);
    payment_with(provider, at, dice)
}

/// An e-mail to be written.
pub(super) fn email(at: u64, dice: &mut Dice) -> Letter {
    let template = *dice.pick(&["order-confirmation", "order-shipped", "password-reset", "back-in-stock"]);
    let to =
        format!("{}.{}@example.com", dice.pick(&["mira", "jonas", "amelie", "tom", "ines"]), dice.below(900) + 100);
    let body = json!({
        "messageId": dice.hex(16), "template": template, "to": to, "locale": dice.pick(&["en-GB", "de-DE", "fr-FR", "nl-NL"]),
        "data": {"orderId": order_number(at, dice), "firstName": dice.pick(&["Mira", "Jonas", "Amélie", "Tom", "Inês"])}, "queuedAt": iso(at),
    });
    Letter::json(&body).with("template", "String", template)
}

/// A call to a partner's endpoint.
pub(super) fn webhook_to(host: &str, at: u64, dice: &mut Dice) -> Letter {
    let event = *dice.pick(&["order.created", "order.paid", "shipment.updated", "refund.issued"]);
    let body = json!({
        "deliveryId": format!("dlv_{}", dice.hex(14)), "endpoint": format!("https://{host}/hooks/shop"), "event": event,
        "payload": {"orderId": order_number(at, dice), "occurredAt": iso(at)},
    });
    Letter::json(&body)
        .with("event", "String", event)
        // Thirty-two bytes of signature, in base64.
        .with("signature", "Binary.hmac-sha256", format!("{}A=", dice.hex(42)))
}

/// A call to one of the partners.
pub(super) fn webhook(at: u64, dice: &mut Dice) -> Letter {
    let host = *dice.pick(&["partners.example.com", "erp.example.net", "loyalty.example.org"]);
    webhook_to(host, at, dice)
}

/// A change of stock.
pub(super) fn stock(at: u64, dice: &mut Dice) -> Letter {
    let (sku, ..) = *dice.pick(&ARTICLES);
    let body = json!({
        "sku": sku, "warehouse": dice.pick(&["LEJ1", "RTM2", "PDX1"]), "delta": -i64::try_from(dice.between(1, 4)).unwrap_or(1),
        "reason": "sold", "at": iso(at),
    });
    Letter::json(&body)
}

/// A parcel to be sent.
pub(super) fn parcel(at: u64, dice: &mut Dice) -> Letter {
    let (country, _, town, post_code) = *dice.pick(&PLACES);
    let body = json!({
        "shipmentId": format!("SHP{:08}", dice.below(100_000_000)), "orderId": order_number(at, dice),
        "carrier": dice.pick(&["parcelpost", "swiftline", "tramways"]),
        "weightGrams": dice.between(120, 9_000), "to": {"town": town, "postCode": post_code, "country": country},
        "promisedBy": iso(at + 2 * DAY),
    });
    Letter::json(&body)
}

/// A new price.
pub(super) fn price(at: u64, dice: &mut Dice) -> Letter {
    let (sku, _, cents) = *dice.pick(&ARTICLES);
    let body = json!({"sku": sku, "price": decimal(cents - cents / 10), "currency": "EUR", "validFrom": iso(at)});
    Letter::json(&body)
}

/// A document to be indexed again, once its changes have calmed down.
pub(super) fn reindex(at: u64, dice: &mut Dice) -> Letter {
    let (sku, name, _) = *dice.pick(&ARTICLES);
    Letter::json(&json!({"index": "articles-v7", "id": sku, "title": name, "changedAt": iso(at)}))
}

/// What S3 says of an uploaded picture.
pub(super) fn upload(at: u64, dice: &mut Dice) -> Letter {
    Letter::json(&upload_of(&format!("originals/{}.jpg", dice.hex(10)), dice.between(80_000, 6_000_000), at, dice))
}

/// What S3 says of an uploaded object of `size` bytes.
pub(super) fn upload_of(key: &str, size: u64, at: u64, dice: &mut Dice) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1", "eventTime": iso(at),
        "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "AWS:AROAEXAMPLEUPLOADER"},
        "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "pictures",
            "bucket": {"name": "shop-media-originals", "arn": "arn:aws:s3:::shop-media-originals"},
            "object": {"key": key, "size": size, "eTag": dice.hex(32), "sequencer": dice.hex(18).to_uppercase()},
        },
    }]})
}

/// What somebody did.
pub(super) fn audit(at: u64, dice: &mut Dice) -> Letter {
    let body = json!({
        "actor": format!("user/{}", dice.pick(&["a.lindqvist", "j.moreau", "svc-checkout", "svc-pricing"])),
        "action": dice.pick(&["order.refund", "price.override", "login", "export.customers"]),
        "outcome": if dice.once_in(9) { "denied" } else { "allowed" }, "ip": format!("192.0.2.{}", dice.between(1, 254)), "at": iso(at),
    });
    Letter::json(&body)
}

/// A push notification for one of the tenants; one of them is noisy.
pub(super) fn notification(at: u64, dice: &mut Dice) -> Letter {
    let tenant =
        *dice.pick(&["tenant-megamart", "tenant-megamart", "tenant-megamart", "tenant-bookshop", "tenant-florist"]);
    let body = json!({"tenant": tenant, "device": dice.hex(16), "title": "Your parcel is on its way", "at": iso(at)});
    Letter::json(&body).of_tenant(tenant)
}
