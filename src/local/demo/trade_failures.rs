//! Trades and instructions that could not be processed: what the dead-letter queues of the trading desk hold.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use super::trades::{Stage, Trade};
use crate::local::calendar::date;

/// Spoils a good body.
type Spoil = fn(&mut Value, u64);

/// Nine ways for a trade to fail, each with the stage in which it does.
const SPOILT: [(Stage, Spoil); 9] = [
    // Settles on Christmas Day: no market is open.
    (Stage::Received, |body, at| body["settlementDate"] = format!("{}-12-25", date(at).0).into()),
    // A counterparty that nobody has set up.
    (Stage::Received, |body, _| {
        body["counterparty"] = json!({"lei": "549300UNKNOWN0000X41", "name": "Kestrel Point Capital (onboarding)"});
    }),
    // A price as text, with a comma.
    (Stage::Received, |body, _| body["price"] = "231,45".into()),
    // No ISIN, only a ticker.
    (Stage::Received, |body, _| body["instrument"] = json!({"ticker": "SAP GY", "mic": "XETR"})),
    // Sold a negative quantity.
    (Stage::Checked, |body, _| body["quantity"] = (-1_200).into()),
    // A status that no state machine knows.
    (Stage::Confirmed, |body, _| body["status"] = "CONFIRMD".into()),
    // Confirmed although a check failed.
    (Stage::Confirmed, |body, _| {
        body["checks"] = json!({"limits": "PASS", "sanctions": "REVIEW", "duplicate": "PASS"});
    }),
    // An ISIN whose check digit is wrong.
    (Stage::Checked, |body, _| body["instrument"]["isin"] = "DE0007164601".into()),
    // Of an older schema: one flat record.
    (Stage::Received, |body, _| {
        *body = json!({
            "schema": "trade-status/1", "id": body["tradeId"], "state": "NEW", "isin": body["instrument"]["isin"],
            "qty": body["quantity"], "px": body["price"], "cpty": body["counterparty"]["lei"],
        });
    }),
];

/// The failed trades. `at` gives the moment of each.
pub(super) fn trades(at: impl Fn(u64) -> u64, dice: &mut Dice) -> Vec<(u64, Letter)> {
    (0..)
        .zip(SPOILT)
        .map(|(n, (stage, spoil))| {
            let at = at(n);
            let trade = Trade::made(at, 1_200 + 37 * n, dice);
            let mut body = trade.body(stage, at);
            spoil(&mut body, at);
            let header = format!("Root=1-{:08x}-{};Parent={};Sampled=1", at / 1_000, dice.hex(24), dice.hex(16));
            (at, trade.letter_with(stage, &body).traced(header))
        })
        .collect()
}

/// The failed settlement instructions.
pub(super) fn instructions(at: impl Fn(u64) -> u64, dice: &mut Dice) -> Vec<(u64, Letter)> {
    let mut made = |n: u64| (at(n), Trade::made(at(n), 2_410 + 11 * n, dice));
    let mut failed = Vec::new();

    // Cut off in the middle of an element.
    let (when, trade) = made(0);
    let body: String = trade.instruction().chars().take(640).collect();
    failed.push((when, trade.instruction_letter(body)));
    // A namespace that the schema does not know.
    let (when, trade) = made(1);
    let body = trade.instruction().replace("sese.023.001.11", "sese.023.001.99");
    failed.push((when, trade.instruction_letter(body)));
    // No safekeeping account.
    let (when, trade) = made(2);
    let body: Vec<String> =
        trade.instruction().lines().filter(|line| !line.contains("SfkpgAcct")).map(str::to_owned).collect();
    failed.push((when, trade.instruction_letter(body.join("\n"))));
    // An ampersand that nobody escaped.
    let (when, trade) = made(3);
    let body = trade.instruction().replace("<Desc>", "<Desc>Harrow & Pike: ");
    failed.push((when, trade.instruction_letter(body)));
    // The old SWIFT MT 543 where XML was expected.
    let (when, trade) = made(4);
    failed.push((when, trade.instruction_letter(swift(&trade.id)).with("legacy", "String", "MT543")));
    failed
}

fn swift(trade: &str) -> String {
    format!(
        "{{1:F01NHBKDEFFAXXX0000000000}}{{2:I543CUSTIE2DXXXXN}}{{4:\r\n:16R:GENL\r\n:20C::SEME//{trade}\r\n\
         :23G:NEWM\r\n:16S:GENL\r\n:16R:TRADDET\r\n:98A::SETT//20261131\r\n:35B:ISIN DE0007164600\r\nSAP SE\r\n\
         :16S:TRADDET\r\n:16R:FIAC\r\n:36B::SETT//UNIT/1200,\r\n:97A::SAFE//40118\r\n:16S:FIAC\r\n-}}"
    )
}
