//! What the shop could not tell anybody: payments, e-mails and webhooks that failed.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use super::shop_failures::Failed;
use super::{envelopes, shop};
use crate::local::calendar::{HOUR, MINUTE, iso};

/// Payments that failed: 412. Most of them on one night on which a provider was down for forty minutes.
pub(super) fn payments(now: u64, dice: &mut Dice) -> Failed {
    let night = now - 46 * HOUR;
    let mut failed: Failed = (0..388)
        .map(|n| {
            let at = night + n * 6_200 + dice.below(5_000);
            (at, shop::payment_with("cardworks", at, dice))
        })
        .collect();
    failed.extend((0..19).map(|n| {
        let at = now - 200 * HOUR + n * 9 * HOUR + dice.below(HOUR);
        (at, shop::payment_with("banklink", at, dice))
    }));
    // Captured twice, by a client that lost its idempotency key.
    failed.extend((0..4).map(|n| {
        let at = now - 70 * HOUR + n * 2 * MINUTE;
        let body = json!({
            "paymentId": "pay_5e1fd0aa71c3", "orderId": "ORD-261117-40417", "action": "capture", "amount": "129.00",
            "currency": "EUR", "provider": "banklink", "attempt": n + 1, "requestedAt": iso(at),
        });
        (at, Letter::json(&body).with("provider", "String", "banklink").with("amount", "Number.cents", "12900"))
    }));
    failed.push((now - 28 * HOUR, Letter::text(TRACEBACK).with("provider", "String", "cardworks")));
    failed
}

/// E-mails that failed: 23.
pub(super) fn emails(now: u64, dice: &mut Dice) -> Failed {
    let write = |to: &str, subject: &str, name: &str| json!({"template": "order-shipped", "to": to, "subject": subject, "data": {"firstName": name}});
    let bodies = [
        write("mira@example.con", "Your order is on its way", "Mira"),
        write("günther.weiß@bücher.example", "Ihre Bestellung ist unterwegs", "Günther"),
        write("li.wei@example.com", "您的订单已发货 📦", "李伟"),
        write("yuki@example.jp", "ご注文の商品を発送しました", "さくら（桜）"),
        write("noa@example.org", "ההזמנה שלך בדרך (ORD-261118-00731)", "נועה"),
        write("layla@example.org", "طلبك في الطريق — رقم 4711", "ليلى"),
        write("zalgo@example.com", "Z̷a̴l̵g̶o̷ c̈o̊m̃b̂îñîñĝ m̀àr̀k̀s̀", "e\u{301}\u{323}\u{302}"),
        write("family@example.com", "👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 🇪🇺", "👍🏽"),
        write("invoice\u{202e}fdp.exe@example.com", "Invoice \u{202e}fdp.exe", "\u{200b}\u{2066}Bidi\u{2069}"),
        write(
            "\"><script>alert('to')</script>@example.com",
            "<img src=x onerror=alert(1)>",
            "</textarea><script>alert(2)</script>",
        ),
        write("robert@example.com", "Robert'); DROP TABLE students;--", "{{constructor.constructor('alert(3)')()}}"),
        write("", "No recipient", ""),
        json!({"template": "order-shiped", "to": "tom@example.com", "data": {"firstName": "Tom"}}),
        envelopes::celery(dice),
    ];
    let mut failed: Failed = (1..)
        .zip(bodies)
        .map(|(n, body)| (now - n * 13 * HOUR, Letter::json(&body).with("template", "String", "order-shipped")))
        .collect();
    let at = now - 17 * HOUR;
    failed.push((at, Letter::text(PAGE).with("Content-Type", "String", "text/html; charset=utf-8")));
    failed.push((at - 40 * MINUTE, envelopes::sns("bounces", &bounce(at).to_string(), at, dice)));
    failed.extend((0..7).map(|n| {
        // A mail server that refused everything for an hour.
        let at = now - 60 * HOUR + n * 8 * MINUTE;
        (at, shop::email(at, dice))
    }));
    failed
}

/// Calls to partners that failed: 38, most of them to one partner who moved.
pub(super) fn webhooks(now: u64, dice: &mut Dice) -> Failed {
    let mut failed: Failed = (0..34)
        .map(|n| {
            let at = now - 150 * HOUR + n * 4 * HOUR + dice.below(HOUR);
            (at, shop::webhook_to("old-erp.example.net", at, dice))
        })
        .collect();
    failed.push((now - 36 * HOUR, Letter::text(catalogue()).with("event", "String", "catalogue.replaced")));
    let zipped = Letter::text(ZIPPED).with("event", "String", "invoice.finalized");
    failed.push((
        now - 33 * HOUR,
        zipped.with("Content-Encoding", "String", "gzip").with("Content-Transfer-Encoding", "String", "base64"),
    ));
    failed.push((now - 22 * HOUR, Letter::text("ping")));
    let form = "event=refund.issued&order=ORD-261119-55102&amount=39.90&note=kettle+arrived+broken%21&agree=on";
    failed
        .push((now - 7 * HOUR, Letter::text(form).with("Content-Type", "String", "application/x-www-form-urlencoded")));
    failed
}

/// A body of 200 KiB: a whole catalogue where a difference was meant.
fn catalogue() -> String {
    const SIZE: usize = 200 * 1024;
    let mut text = String::from(r#"{"event":"catalogue.replaced","articles":["#);
    for n in 0.. {
        let article = format!(
            r#"{{"sku":"SKU-{:05}","title":"Article no. {n}","price":"{}.{:02}","stock":{},"tags":["kitchen","home"]}}"#,
            10_000 + n,
            5 + n % 90,
            n % 100,
            n * 7 % 400
        );
        // The end of the list, and nothing else, must still fit.
        if text.len() + article.len() + 4 > SIZE {
            break;
        }
        if n > 0 {
            text.push(',');
        }
        text.push_str(&article);
    }
    text.push(']');
    text.extend(std::iter::repeat_n(' ', SIZE - 1 - text.len()));
    text.push('}');
    text
}

fn bounce(at: u64) -> Value {
    json!({
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent", "bounceSubType": "General", "timestamp": iso(at),
            "bouncedRecipients": [{"emailAddress": "jonas.400@example.com", "status": "5.1.1", "action": "failed"}],
        },
    })
}

const TRACEBACK: &str = "\
Traceback (most recent call last):
  File \"/app/payments/worker.py\", line 88, in handle
    receipt = provider.capture(payment, timeout=8)
  File \"/app/payments/providers/cardworks.py\", line 141, in capture
    raise GatewayTimeout(f\"no answer from {self.host} after {timeout}s\")
payments.errors.GatewayTimeout: no answer from api.cardworks.example after 8s
";

const PAGE: &str = "<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title><script>document.title = 'from a message body'</script></head>
<body onload=\"alert('never runs')\"><center><h1>502 Bad Gateway</h1></center><hr>
<a href=\"javascript:alert(1)\">nginx</a></body></html>
";

/// JSON, compressed with gzip, in base64.
const ZIPPED: &str = "H4sIAAAAAAACA02OXUvEMBBF/0qY57QksdiPdx90YQWX9UVkicmIwW7STdLiWvrfnS4UfLtzz2G4M+CEPkMHzk/BGSw/nde9+0ULHJwlgFM+NbuLotvqrKGbN5fg4/61UELdF1I2SlTkmDHlcMZIkOKprqWSVPfOY4LubYb0PRI77I6FFFW1vr3kK3SKg8d1yF1btgIW/t9UopZyM+VmStWWgtR3Djlk3VOlRFM24jYjRvSGdHg4vlDhQ14Hm3AeIqaEln1cWf5CltBbjPyWTfBppPEMfwY0maSh186zp8PzHpblDw8onDwuAQAA";
