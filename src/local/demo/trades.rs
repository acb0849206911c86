//! The trading desk: trades that are received, checked and confirmed, and what stands around them.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use crate::local::calendar::{DAY, compact_date, iso, iso_date};

/// ISIN, name, market, price in cents, currency.
pub(super) const INSTRUMENTS: [(&str, &str, &str, u64, &str); 8] = [
    ("DE0007164600", "SAP SE", "XETR", 23_145, "EUR"),
    ("NL0010273215", "ASML Holding N.V.", "XAMS", 71_280, "EUR"),
    ("CH0038863350", "Nestlé S.A.", "XSWX", 8_412, "CHF"),
    ("FR0000121014", "LVMH Moët Hennessy Louis Vuitton SE", "XPAR", 60_350, "EUR"),
    ("US0378331005", "Apple Inc.", "XNAS", 22_817, "USD"),
    ("GB0002374006", "Diageo plc", "XLON", 2_466, "GBP"),
    ("JP3633400001", "Toyota Motor Corporation", "XTKS", 268_400, "JPY"),
    ("DE0001102580", "Bundesrepublik Deutschland 0 % 02/2032", "XETR", 8_573, "EUR"),
];

/// LEI and name; invented, with right check digits.
pub(super) const COUNTERPARTIES: [(&str, &str); 5] = [
    ("529900DEMO0BANK00135", "Nordhafen Bank AG"),
    ("213800DEMO0BROKR0254", "Harrow & Pike Securities Ltd"),
    ("969500DEMO0ASSET0326", "Rivage Gestion S.A."),
    ("635400DEMO0CUSTO0493", "Liffey Custody Services plc"),
    ("549300DEMO0FUNDS0583", "Blue Heron Funds LLC"),
];

const BOOKS: [&str; 4] = ["EQ-FLOW-1", "EQ-FLOW-2", "RATES-EUR", "ETF-MM"];

/// How far a trade has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It arrived.
    Received,
    /// It passed the checks.
    Checked,
    /// Both sides agree.
    Confirmed,
}

impl Stage {
    /// All stages, in order.
    pub(super) const ALL: [Self; 3] = [Self::Received, Self::Checked, Self::Confirmed];

    /// The stage after this one.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Received => Some(Self::Checked),
            Self::Checked => Some(Self::Confirmed),
            Self::Confirmed => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Checked => "CHECKED",
            Self::Confirmed => "CONFIRMED",
        }
    }
}

/// A trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trade {
    /// Its id, the message group of its messages: `TRD-20261120-004711`.
    pub(super) id: String,
    at: u64,
    instrument: usize,
    counterparty: usize,
    book: &'static str,
    sell: bool,
    quantity: u64,
    cents: u64,
}

impl Trade {
    /// A trade of a moment. `number` is its number of that day.
    pub(super) fn made(at: u64, number: u64, dice: &mut Dice) -> Self {
        let index = |dice: &mut Dice, length: usize| usize::try_from(dice.below(length as u64)).unwrap_or(0);
        let instrument = index(dice, INSTRUMENTS.len());
        let price = INSTRUMENTS[instrument].3;
        Self {
            id: format!("TRD-{}-{number:06}", compact_date(at)),
            at,
            instrument,
            counterparty: index(dice, COUNTERPARTIES.len()),
            book: *dice.pick(&BOOKS),
            sell: dice.once_in(2),
            quantity: dice.between(1, 60) * 50,
            cents: price + dice.below(price / 50 + 1) - price / 100,
        }
    }

    /// The body of its message for a stage that it reached at `at`.
    pub(super) fn body(&self, stage: Stage, at: u64) -> Value {
        let (isin, name, market, _, currency) = INSTRUMENTS[self.instrument];
        let (lei, counterparty) = COUNTERPARTIES[self.counterparty];
        let mut body = json!({
            "schema": "trade-status/2",
            "tradeId": self.id,
            "status": stage.word(),
            "at": iso(at),
            "instrument": {"isin": isin, "name": name, "mic": market},
            "side": if self.sell { "SELL" } else { "BUY" },
            "quantity": self.quantity,
            "price": decimal(self.cents),
            "currency": currency,
            "counterparty": {"lei": lei, "name": counterparty},
            "book": self.book,
            "tradeDate": iso_date(self.at),
            "settlementDate": iso_date(settlement(self.at)),
        });
        if stage != Stage::Received {
            body["checks"] = json!({"limits": "PASS", "sanctions": "PASS", "duplicate": "PASS"});
        }
        if stage == Stage::Confirmed {
            body["confirmation"] = json!({"reference": format!("CNF{}", &self.id[4..]), "by": "CCP"});
        }
        body
    }

    /// Its message for a stage.
    pub(super) fn letter(&self, stage: Stage, at: u64) -> Letter {
        self.letter_with(stage, &self.body(stage, at))
    }

    /// Its message for a stage, with a body that may have been spoilt.
    pub(super) fn letter_with(&self, stage: Stage, body: &Value) -> Letter {
        Letter::json(body)
            .in_group(&self.id, format!("{}-{}", self.id, stage.word()))
            .with("status", "String", stage.word())
            .with("desk", "String", self.book)
    }

    /// The settlement instruction for it: ISO 20022 sese.023, cut down to what a person reads.
    pub(super) fn instruction(&self) -> String {
        let (isin, name, ..) = INSTRUMENTS[self.instrument];
        let (lei, counterparty) = COUNTERPARTIES[self.counterparty];
        let currency = INSTRUMENTS[self.instrument].4;
        let reference = self.id.trim_start_matches("TRD-").replace('-', "");
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:sese.023.001.11">
  <SctiesSttlmTxInstr>
    <TxId>SI{reference}</TxId>
    <SttlmTpAndAddtlParams><SctiesMvmntTp>{movement}</SctiesMvmntTp><Pmt>APMT</Pmt></SttlmTpAndAddtlParams>
    <TradDtls>
      <TradId>{id}</TradId>
      <TradDt><Dt><Dt>{traded}</Dt></Dt></TradDt>
      <SttlmDt><Dt><Dt>{settles}</Dt></Dt></SttlmDt>
    </TradDtls>
    <FinInstrmId><ISIN>{isin}</ISIN><Desc>{name}</Desc></FinInstrmId>
    <QtyAndAcctDtls>
      <SttlmQty><Qty><Unit>{quantity}</Unit></Qty></SttlmQty>
      <SfkpgAcct><Id>40118-{book}</Id></SfkpgAcct>
    </QtyAndAcctDtls>
    <DlvrgSttlmPties><Pty1><Id><LEI>{lei}</LEI></Id><!-- {counterparty} --></Pty1></DlvrgSttlmPties>
    <SttlmAmt><Amt Ccy="{currency}">{amount}</Amt></SttlmAmt>
  </SctiesSttlmTxInstr>
</Document>
"#,
            movement = if self.sell { "DELI" } else { "RECE" },
            id = self.id,
            traded = iso_date(self.at),
            settles = iso_date(settlement(self.at)),
            quantity = self.quantity,
            book = self.book,
            counterparty = counterparty.replace('&', "+"),
            amount = decimal(self.cents * self.quantity),
        )
    }

    /// The message that carries its settlement instruction; ordered per counterparty.
    pub(super) fn instruction_letter(&self, body: impl Into<String>) -> Letter {
        Letter::text(body)
            .in_group(COUNTERPARTIES[self.counterparty].0, format!("SI-{}", self.id))
            .with("message-type", "String", "sese.023.001.11")
            .with("trade-id", "String", &self.id)
    }

    /// What it changes in the position of its book.
    pub(super) fn position(&self, at: u64) -> Letter {
        let change = i64::try_from(self.quantity).unwrap_or(0) * if self.sell { -1 } else { 1 };
        let body = json!({
            "book": self.book, "isin": INSTRUMENTS[self.instrument].0, "change": change, "cause": self.id, "at": iso(at),
        });
        Letter::json(&body).of_tenant(self.book)
    }
}

/// A price of this moment.
pub(super) fn tick(at: u64, dice: &mut Dice) -> Letter {
    let (isin, _, market, cents, currency) = *dice.pick(&INSTRUMENTS);
    let last = cents + dice.below(cents / 50 + 1);
    let body = json!({
        "isin": isin, "mic": market, "currency": currency,
        "bid": decimal(last - 2), "ask": decimal(last + 3), "last": decimal(last),
        "volume": dice.between(10, 4_000), "at": iso(at),
    });
    Letter::json(&body).with("mic", "String", market)
}

/// A difference that the reconciliation with a custodian found.
pub(super) fn difference(at: u64, dice: &mut Dice) -> Letter {
    let (isin, ..) = *dice.pick(&INSTRUMENTS);
    let (lei, custodian) = *dice.pick(&COUNTERPARTIES);
    let ours = dice.between(1, 400) * 50;
    let body = json!({
        "breakId": format!("BRK-{}-{:04}", compact_date(at), dice.below(10_000)),
        "isin": isin, "custodian": {"lei": lei, "name": custodian},
        "ours": ours, "theirs": ours + dice.between(1, 9) * 50, "found": iso(at),
    });
    Letter::json(&body)
}

/// `231.45` of 23145.
pub(super) fn decimal(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The moment two working days later: when a trade of this moment settles.
fn settlement(ms: u64) -> u64 {
    let mut day = ms;
    let mut left = 2;
    while left > 0 {
        day += DAY;
        // 1 January 1970 was a Thursday: day 2 and day 3 of each week are Saturday and Sunday.
        if !matches!(day / DAY % 7, 2 | 3) {
            left -= 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_friday_settles_on_tuesday() {
        assert_eq!(iso_date(settlement(1_795_183_331_482)), "2026-11-24");
    }
}
