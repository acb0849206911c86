//! The fuzz target: any bytes, read as a few requests of either protocol, put to a small prepared account; and what must hold
//! whatever they are. `tests` plays a fixed number of mutations in `make test`; `make fuzz` lets libFuzzer, which sees what
//! the code does with an input, look for as long as one likes.
//!
//! An input is text, so that a find can be read and kept: requests with an empty line between them, each a line like
//! `POST /path AmazonSQS.SendMessage` (without the last word it is of the Query protocol) and a body, or `WAIT seconds`.
//! `$HANDLE`, `$OLDER`, `$TASK` and `$TOKEN` stand for what earlier answers said.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Request as Http, Response as Answer};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::core::{ApiError, Kind, Request, Response, State, apply};
use super::wire::{Protocol, foreign};

/// The most requests of an input, so that one cannot take long.
const MOST: usize = 12;
/// When it begins, and the longest wait: both in seconds.
const START: u64 = 1_700_000_000;
const LONGEST_WAIT: u64 = 20 * 86_400;

/// Plays an input; answers which requests were done and not refused. Panics if anything does not hold.
pub fn play(input: &[u8]) -> Vec<(Protocol, String)> {
    let mut account = Account::prepared();
    // The end of a file is no part of its last request.
    let input = input.strip_suffix(b"\n").unwrap_or(input);
    for step in pieces(input, b"\n\n").into_iter().take(MOST) {
        account.step(step);
    }
    account.check_messages();
    account.done
}

/// An account in the middle of its work.
struct Account {
    state: State,
    now: u64,
    /// What `$HANDLE` and its like stand for.
    said: BTreeMap<&'static str, String>,
    done: Vec<(Protocol, String)>,
}

impl Account {
    fn prepared() -> Self {
        let mut state = State::new("000000000000", "us-east-1", "http://localhost", 7);
        state.keep_effects();
        let mut account = Self { state, now: START * 1000, said: BTreeMap::new(), done: Vec::new() };
        let policy = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:d", "maxReceiveCount": 2});
        let attributes = json!({"n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": "AAE="}});
        for (operation, body) in [
            ("CreateQueue", json!({"QueueName": "d"})),
            (
                "CreateQueue",
                json!({"QueueName": "a", "Attributes": {"RedrivePolicy": policy.to_string()}, "tags": {"t": "1"}}),
            ),
            (
                "CreateQueue",
                json!({"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true", "ContentBasedDeduplication": "true"}}),
            ),
            ("SendMessage", json!({"QueueUrl": url("a"), "MessageBody": "one", "MessageAttributes": attributes})),
            ("SendMessage", json!({"QueueUrl": url("a"), "MessageBody": "two", "DelaySeconds": 60})),
            ("SendMessage", json!({"QueueUrl": url("d"), "MessageBody": "dead"})),
            ("SendMessage", json!({"QueueUrl": url("d"), "MessageBody": "dead too"})),
            ("SendMessage", json!({"QueueUrl": url("f.fifo"), "MessageBody": "first", "MessageGroupId": "g"})),
            ("SendMessage", json!({"QueueUrl": url("f.fifo"), "MessageBody": "second", "MessageGroupId": "g"})),
            ("ReceiveMessage", json!({"QueueUrl": url("a")})),
        ] {
            let answer = account.call(operation, body).unwrap_or_else(|error| panic!("{operation}: {error}"));
            account.remember(&serde_json::to_value(answer).unwrap_or_default());
        }
        account
    }

    fn step(&mut self, step: &[u8]) {
        let line_end = step.iter().position(|&byte| byte == b'\n').unwrap_or(step.len());
        let (line, body) = (&step[..line_end], step.get(line_end + 1..).unwrap_or_default());
        let mut words = line.split(|&byte| byte == b' ');
        let (method, address, target) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
        if method == b"WAIT" {
            let seconds = std::str::from_utf8(address).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(1);
            self.now += seconds.min(LONGEST_WAIT) * 1000;
        } else {
            let request = Http::builder().method(method).uri(self.filled_in(address, true)).header(HOST, "localhost");
            let request = match target {
                Some(target) => {
                    request.header(CONTENT_TYPE, "application/x-amz-json-1.0").header("x-amz-target", target)
                }
                None => request.header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
            };
            // What hyper would not let through is no request.
            let Ok(request) = request.body(self.filled_in(body, target.is_none())) else { return };
            let (head, body) = request.into_parts();
            self.ask(&head, &body);
        }
    }

    /// One request, from its bytes to those of its answer.
    fn ask(&mut self, head: &http::request::Parts, body: &[u8]) {
        assert!(foreign(&HeaderMap::from_iter(head.headers.get(HOST).map(|host| (HOST, host.clone())))).is_none());
        let protocol = Protocol::of(head);
        let before = self.doings();
        let mut operation = String::new();
        let done = protocol.read(head, body).and_then(|call| {
            operation = call.operation;
            self.call(&operation, call.body)
        });
        let answer = match &done {
            Ok(answer) => protocol.success(&operation, answer, "id"),
            Err(error) => protocol.refusal(error, "id"),
        };
        check_answer(protocol, &answer);
        match done {
            Ok(answer) => {
                self.remember(&serde_json::to_value(answer).unwrap_or_default());
                self.done.push((protocol, operation));
            }
            Err(error) => assert_eq!(self.doings(), before, "{operation} was refused and did something: {error}"),
        }
    }

    fn call(&mut self, operation: &str, body: Value) -> Result<Response, ApiError> {
        apply(&mut self.state, self.now, Request::decode(operation, body)?)
    }

    /// Keeps what later requests may want to say.
    fn remember(&mut self, answer: &Value) {
        if let Some(handle) = answer["Messages"][0]["ReceiptHandle"].as_str()
            && let Some(older) = self.said.insert("$HANDLE", handle.to_owned())
        {
            self.said.insert("$OLDER", older);
        }
        for (name, member) in [("$TASK", "TaskHandle"), ("$TOKEN", "NextToken")] {
            if let Some(text) = answer[member].as_str() {
                self.said.insert(name, text.to_owned());
            }
        }
    }

    /// Bytes with what was said in place of its names.
    fn filled_in(&self, bytes: &[u8], encoded: bool) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for (name, text) in &self.said {
            let text = if encoded { utf8_percent_encode(text, NON_ALPHANUMERIC).to_string() } else { text.clone() };
            bytes = pieces(&bytes, name.as_bytes()).join(text.as_bytes());
        }
        bytes
    }

    /// How much was done to messages by requests, and not by the passing of time.
    fn doings(&self) -> usize {
        let by_time = [Kind::Moved, Kind::Expired];
        self.state.effect_log().iter().filter(|effect| !by_time.contains(&effect.effect)).count()
    }

    /// By the effect log: a queue holds what was sent or moved to it and did not leave it, and its counters say so.
    fn check_messages(&mut self) {
        let names = self.call("ListQueues", json!({})).map(|answer| json!(answer)["QueueUrls"].take());
        let urls: Vec<String> = serde_json::from_value(names.unwrap_or_default()).unwrap_or_default();
        let mut counted = BTreeMap::new();
        for url in &urls {
            let body = json!({"QueueUrl": url, "AttributeNames": ["All"]});
            let attributes = self.call("GetQueueAttributes", body).unwrap_or_else(|error| panic!("{url}: {error}"));
            let attributes = json!(attributes)["Attributes"].take();
            let count =
                |name: &str| attributes[name].as_str().and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
            let held = count("ApproximateNumberOfMessages")
                + count("ApproximateNumberOfMessagesNotVisible")
                + count("ApproximateNumberOfMessagesDelayed");
            counted.insert(url.rsplit('/').next().unwrap_or_default().to_owned(), held);
        }
        let mut there: BTreeSet<(String, String)> = BTreeSet::new();
        for effect in self.state.effect_log() {
            let here = (effect.queue.clone(), effect.message_id.clone());
            match effect.effect {
                Kind::Sent => assert!(there.insert(here), "sent twice: {effect:?}"),
                Kind::Moved => {
                    assert!(there.remove(&here), "moved, and was not there: {effect:?}");
                    let id = effect.new_message_id.as_ref().unwrap_or(&effect.message_id);
                    assert!(
                        there.insert((effect.to.clone().unwrap_or_default(), id.clone())),
                        "arrived twice: {effect:?}"
                    );
                }
                Kind::Deleted | Kind::Purged | Kind::Expired => {
                    assert!(there.remove(&here), "left, and was not there: {effect:?}");
                }
                Kind::Received | Kind::Hidden => assert!(there.contains(&here), "was not there: {effect:?}"),
                Kind::Deduplicated => {}
                Kind::Restored | Kind::Revealed | Kind::Repeated => panic!("only a dial does this: {effect:?}"),
            }
        }
        let mut expected: BTreeMap<String, usize> = counted.keys().map(|name| (name.clone(), 0)).collect();
        for (queue, _) in there {
            *expected.entry(queue).or_default() += 1;
        }
        assert_eq!(counted, expected, "the counters and the effect log differ");
    }
}

fn url(name: &str) -> String {
    format!("http://localhost/000000000000/{name}")
}

/// What lies between the places of `separator`.
fn pieces<'a>(bytes: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        found.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    found.push(rest);
    found
}

/// An answer is never a failure of this server, and a client of its protocol can read it.
fn check_answer(protocol: Protocol, answer: &Answer<bytes::Bytes>) {
    let text = String::from_utf8_lossy(answer.body());
    assert!(answer.status().as_u16() < 500, "{}: {text}", answer.status());
    assert_eq!(
        answer.headers().contains_key("x-amzn-query-error"),
        protocol == Protocol::Json && answer.status() != 200
    );
    match protocol {
        Protocol::Json => {
            let value: Result<Value, _> = serde_json::from_slice(answer.body());
            assert!(value.is_ok_and(|value| value.is_object()), "no JSON object: {text}");
        }
        Protocol::Query => {
            let mut reader = quick_xml::Reader::from_reader(answer.body().as_ref());
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => panic!("no XML, {error}: {text}"),
                }
            }
        }
    }
}
