//! boto3 through `boto3_bridge.py`: one Python process for all tests, which answers JSON lines in any order.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::super::subject::{ACCOUNT, REGION};
use super::Refusal;

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/python/bin/python");
const SCRIPT: &str = include_str!("../boto3_bridge.py");

/// Who waits for an answer, by the number of the question.
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// The process. It ends when this one does, since its questions end then.
struct Bridge {
    questions: Mutex<ChildStdin>,
    waiting: Waiting,
    next: AtomicU64,
}

static BRIDGE: LazyLock<Result<Bridge, String>> = LazyLock::new(Bridge::start);

impl Bridge {
    fn start() -> Result<Self, String> {
        if !Path::new(PYTHON).exists() {
            return Err("target/tools/python with boto3 is missing: `make test` sets it up".to_owned());
        }
        let mut child = Command::new(PYTHON)
            .args(["-c", SCRIPT, ACCOUNT, REGION])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{PYTHON}: {error}"))?;
        let (questions, answers) = (child.stdin.take().expect("it is piped"), child.stdout.take().expect("so is it"));
        let waiting = Waiting::default();
        let listening = Arc::clone(&waiting);
        std::thread::spawn(move || listen(answers, &listening));
        Ok(Self { questions: Mutex::new(questions), waiting, next: AtomicU64::default() })
    }

    async fn ask(&self, mut question: Value) -> Value {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        question["number"] = number.into();
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(number, sender);
        let line = format!("{question}\n");
        let sent = self.questions.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
        sent.expect("the Python process takes questions as long as it lives; above stands why it does not");
        receiver.await.expect("the Python process answers as long as it lives; above stands why it does not")
    }
}

/// Hands answers to those who wait, until the process ends; then nobody waits any more.
fn listen(answers: ChildStdout, waiting: &Waiting) {
    for line in BufReader::new(answers).lines().map_while(Result::ok) {
        let Ok(answer) = serde_json::from_str::<Value>(&line) else { continue };
        let number = answer["number"].as_u64().unwrap_or_default();
        if let Some(asker) = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&number) {
            // Who no longer waits needs no answer.
            let _ = asker.send(answer);
        }
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Calls an operation by its name. Panics where boto3 cannot ask, or gets no answer.
pub(super) async fn call(endpoint: &str, operation: &str, input: Value) -> Result<Value, Refusal> {
    let bridge = BRIDGE.as_ref().unwrap_or_else(|why| panic!("{why}"));
    let mut answer = bridge.ask(json!({"endpoint": endpoint, "operation": operation, "input": input})).await;
    if let Some(why) = answer["broken"].as_str() {
        panic!("{operation}: {why}");
    }
    let Some(refused) = answer.get("refused") else { return Ok(answer["output"].take()) };
    let text = |member: &str| refused[member].as_str().unwrap_or_default().to_owned();
    let status = refused["status"].as_u64().and_then(|status| status.try_into().ok());
    Err(Refusal { code: text("code"), message: text("message"), status: status.unwrap_or_default() })
}
