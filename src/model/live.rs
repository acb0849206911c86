//! What the event stream says: the words that the console's server and its islands share.
//!
//! One kind of event, [`News`]: the state of the poller and whatever changed of what the document shows. It is state,
//! not a log: a later event says all that an earlier one did about the same thing. On the wire a row is a JSON array,
//! since there are many of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::limits;

/// Numbers older than this are greyed, milliseconds: three times what the slowest of a page should take.
pub const STALE_MS: i64 = 30_000;
/// How often a stream says that it lives, milliseconds.
pub const BEAT_MS: u64 = 10_000;
/// The name of the event that says so. It has no id: it is no news.
pub const BEAT: &str = "beat";
/// The longest list of queue names that a document sends when it opens its stream, bytes: more would be more than
/// proxies take in a request line.
pub const ROWS_BYTES: usize = 6_000;

/// How alive the numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Read on schedule.
    Live,
    /// Nobody watches.
    Paused,
    /// Throttled or slow.
    Behind,
    /// SQS does not answer.
    Offline,
}

impl State {
    /// The word for it, and the value of `data-live`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Behind => "behind",
            Self::Offline => "offline",
        }
    }
}

/// What is new since the event before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The server's time, milliseconds since 1970; ages are counted from it, so that a wrong clock does no harm.
    pub now: i64,
    /// How alive the numbers are.
    pub state: State,
    /// Requests to SQS in the last minute.
    pub calls: u32,
    /// What watching like this for a month would cost, in US cents.
    pub cents: u32,
    /// How many queues the connection has.
    pub queues: u32,
    /// The queues that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// The queues that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// The move tasks of the queues shown, and every one that runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// How far the hold or the job is that the document shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// A queue's numbers. On the wire: `[queue, visible, in flight, delayed, read at, failing, line?]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub queue: String,
    /// Visible, in flight, delayed.
    pub depth: [u64; 3],
    /// When that was read, milliseconds since 1970.
    pub read_at: i64,
    /// The last read failed; the numbers are those of the one before.
    pub failing: bool,
    /// The points of its line over the last 30 minutes, where they changed.
    pub line: Option<String>,
}

/// A message move task. On the wire: `[queue, started, moved, to move, active, status, pace]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The dead-letter queue it empties.
    pub queue: String,
    /// When it started, milliseconds since 1970; with the queue, what identifies it.
    pub started: i64,
    /// Messages moved so far.
    pub moved: u64,
    /// Messages there were to move.
    pub to_move: Option<u64>,
    /// Whether that may still change.
    pub active: bool,
    /// The word for its state.
    pub status: String,
    /// How fast it goes and how long it takes, in words.
    pub pace: String,
}

/// How far something is that goes on for a while: a hold, or a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which one.
    pub of: String,
    /// Messages so far.
    pub count: u32,
    /// The word for its state.
    pub state: String,
    /// It has ended: the page can show what it brought.
    pub done: bool,
    /// It waits for something, and its page says for what: that is another page than the one while it goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// Until when messages are held, milliseconds since 1970; absent where none are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let [visible, in_flight, delayed] = self.depth;
        let failing = u8::from(self.failing);
        match &self.line {
            Some(line) => (&self.queue, visible, in_flight, delayed, self.read_at, failing, line).serialize(to),
            None => (&self.queue, visible, in_flight, delayed, self.read_at, failing).serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> serde::de::Visitor<'de> for Fields {
            type Value = Row;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Row, A::Error> {
                Ok(Row {
                    queue: seq.next_element()?.unwrap_or_default(),
                    depth: [
                        seq.next_element()?.unwrap_or_default(),
                        seq.next_element()?.unwrap_or_default(),
                        seq.next_element()?.unwrap_or_default(),
                    ],
                    read_at: seq.next_element()?.unwrap_or_default(),
                    failing: seq.next_element()?.unwrap_or(0u8) == 1,
                    line: seq.next_element()?,
                })
            }
        }
        from.deserialize_seq(Fields)
    }
}

impl Serialize for Task {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (&self.queue, self.started, self.moved, self.to_move, u8::from(self.active), &self.status, &self.pace)
            .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Task {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (queue, started, moved, to_move, active, status, pace): (_, _, _, _, u8, _, _) =
            Deserialize::deserialize(from)?;
        Ok(Self { queue, started, moved, to_move, active: active == 1, status, pace })
    }
}

/// What `calls_per_minute` cost in a month of 30 days, in US cents, rounded; an estimate, see
/// [`limits::DOLLARS_PER_MILLION`].
pub fn cents_per_month(calls_per_minute: u32) -> u32 {
    let calls = f64::from(calls_per_minute) * 60.0 * 24.0 * 30.0;
    let cents = (calls * limits::DOLLARS_PER_MILLION / 10_000.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
    let whole = cents as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_mean_the_same_and_the_wire_is_short() {
        let news = News {
            now: 1_000,
            state: State::Behind,
            calls: 60,
            cents: 12,
            queues: 2,
            rows: vec![
                Row { queue: "a".into(), depth: [1, 2, 3], read_at: 900, failing: false, line: Some("0,1 2,3".into()) },
                Row { queue: "b.fifo".into(), depth: [u64::MAX, 0, 0], read_at: 0, failing: true, line: None },
            ],
            gone: vec![],
            tasks: vec![Task {
                queue: "a-dlq".into(),
                started: 5,
                moved: 3,
                to_move: None,
                active: true,
                status: "Running".into(),
                pace: "2/s".into(),
            }],
            progress: None,
        };
        let wire = serde_json::to_string(&news).unwrap();
        assert_eq!(
            wire,
            concat!(
                r#"{"now":1000,"state":"behind","calls":60,"cents":12,"queues":2,"#,
                r#""rows":[["a",1,2,3,900,0,"0,1 2,3"],["b.fifo",18446744073709551615,0,0,0,1]],"#,
                r#""tasks":[["a-dlq",5,3,null,1,"Running","2/s"]]}"#
            )
        );
        assert_eq!(serde_json::from_str::<News>(&wire).unwrap(), news);
    }

    #[test]
    fn a_month_of_one_call_a_second_costs_a_dollar_and_four_cents() {
        assert_eq!(cents_per_month(60), 104);
        assert_eq!(cents_per_month(0), 0);
    }
}
