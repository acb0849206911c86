//! A large journal: read back whole, at once, and exactly.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::stage::Dice;
use super::world::order;
use crate::model::journal::{
    Change, Closing, Intent, JournalRow, KeptRedrive, QueueNo, Record, RedriveId, Stage as Far,
};
use crate::model::{Code, MessageId};
use crate::server::services::redrive::engine::{Engine, Event, Now, report};
use crate::server::store::Sqlite;
use crate::server::store::redrives::{NewRedrive, RedriveStore as _, RowQuery};

const ROWS: u32 = 100_000;
/// For this build, which is not optimised, on a machine that does something else, too. Optimised it is ten times faster.
const MOST: Duration = Duration::from_secs(20);

/// What happened to a message, as a journal of several processes has it.
fn changes(no: u32, dice: &mut Dice) -> Vec<Change> {
    let intend = |attempt, extra| {
        let (group, sequence) = (Some(format!("g{}", no % 500)), Some(18_850_000_000_000_000_000 + u128::from(no)));
        Change::Intend(Intent { to: QueueNo(0), attempt, extra, first_ms: 1_000 + i64::from(no), group, sequence })
    };
    let sent = || Change::Sent { copy: MessageId::new(format!("copy-{no}")), at_ms: 2_000 };
    match dice.below(10) {
        0 => vec![intend(1, 0)],
        1 => vec![intend(1, 0), intend(2, 1), sent(), Change::Done],
        2 => vec![intend(1, 0), Change::Refused { code: Code::new("X"), refused: 1, extra: 0 }],
        3 => vec![intend(1, 0), intend(2, 0), Change::Closed(Closing::Undecided)],
        4 => vec![intend(1, 0), sent()],
        5 => vec![Change::Closed(Closing::Blocked { by: MessageId::new("m0") })],
        _ => vec![intend(1, 0), sent(), Change::Done],
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_read_back_at_once_and_exactly() {
    let directory = tempfile::tempdir().unwrap();
    let (store, id, mut dice) = (Sqlite::open(directory.path()).unwrap(), RedriveId::new("r"), Dice::new(14));
    let order = order("r", "from", "to");
    let kept = KeptRedrive {
        id: id.clone(),
        connection: "local".parse().unwrap(),
        source: order.source.arn.clone(),
        destinations: order.destinations.iter().map(|queue| queue.arn.clone()).collect(),
        who: "somebody".into(),
        how: "the whole queue".into(),
        messages: None,
        undoes: None,
        edits: 0,
        started_ms: 0,
        paused: false,
        approved: false,
        cancelled: false,
        ended: None,
    };
    let spelled = serde_json::to_string(&order).unwrap();
    assert!(store.add_redrive(NewRedrive { kept, order: spelled, edits: Default::default() }).await.unwrap());
    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let mut expected = Vec::new();
    let mut records: Vec<Record> = Vec::new();
    for no in 0..ROWS {
        let mut row = JournalRow::new(MessageId::new(format!("0b7c3c5e-{no:08}-4f3e-9a51-2f7d1f0e6b1a")));
        for change in changes(no, &mut dice) {
            row.apply(change.clone());
            records.push(Record { id: row.id.clone(), change });
        }
        expected.push(row);
        if records.len() > 5_000 || no + 1 == ROWS {
            store.commit_records(&id, token, std::mem::take(&mut records).into()).await.unwrap();
        }
    }
    drop(store);

    let begun = Instant::now();
    let store = Sqlite::open(directory.path()).unwrap();
    let claimed = store.claim_redrive(&id, 0).await.unwrap().unwrap();
    let read = begun.elapsed();
    let now = Now { mono_ms: 5_000, wall_ms: 5_000 };
    let rows = claimed.rows.clone();
    let built = Instant::now();
    let mut engine = Engine::new(Arc::new(order), claimed.rows, claimed.earlier, now);
    let commands = engine.step(now, Event::Tick);
    let took = read + built.elapsed();
    println!("{ROWS} rows: read in {read:?}, at work after {took:?}");
    assert!(took < MOST, "{took:?}");

    assert!(!commands.is_empty(), "it looks for what is left");
    assert!(rows == expected, "a row is not what its records say");
    let by_id: HashMap<_, _> = expected.iter().map(|row| (&row.id, row)).collect();
    let (reported, total) =
        store.redrive_rows(&id, &RowQuery { duplicates: true, limit: 1_000_000, ..RowQuery::default() }).await.unwrap();
    assert_eq!(total, number(reported.len()));
    assert!(reported.iter().all(|row| by_id[&row.id].may_be_duplicated()));
    assert_eq!(reported.len(), expected.iter().filter(|row| row.may_be_duplicated()).count());
    let counts = report::counts(&expected);
    let census = *engine.progress().census;
    assert_eq!(census.done, expected.iter().filter(|row| row.stage == Far::Done).count());
    assert_eq!(census.lapsed, counts.open, "what is open must come by again");
    assert_eq!(census.lapsed_sent, expected.iter().filter(|row| row.stage == Far::Sent).count());
    let tally = store.redrive_tally(&id).await.unwrap();
    let open = tally.iter().filter(|tally| tally.example.is_open()).map(|tally| tally.rows).sum::<u64>();
    assert_eq!(open, number(counts.open));
    assert_eq!(tally.iter().map(|tally| tally.rows).sum::<u64>(), u64::from(ROWS));
    assert_eq!(tally.iter().map(|tally| tally.duplicates).sum::<u64>(), number(counts.possible_duplicates));
}
