//! `kill -9` in the middle of sends and deletes: this test starts itself as a process of its own and kills it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::*;

/// A file in the working directory that says: you are the one to be killed.
const VICTIM: &str = "victim-of-a-test";
/// How many things are acknowledged before the kill.
const ENOUGH: usize = 3_000;

/// Sends and deletes for ever, and says each thing that was acknowledged. Does nothing where it is not the victim.
#[test]
fn victim() {
    if !Path::new(VICTIM).exists() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let local = Arc::new(Local::open(Options::default(), Path::new("data")).unwrap());
        let made = local.call("CreateQueue", json!({"QueueName": "a"})).await.unwrap();
        let url = made["QueueUrl"].as_str().unwrap().to_owned();
        let lanes = (0..8).map(|lane| {
            let (local, url) = (Arc::clone(&local), url.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    let body = format!("{lane}-{n}");
                    local.call("SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await.unwrap();
                    say("sent", &body);
                    if n % 2 == 0 {
                        continue;
                    }
                    let got = local.call("ReceiveMessage", json!({"QueueUrl": url})).await.unwrap();
                    let message = &got["Messages"][0];
                    let body = message["Body"].as_str().unwrap();
                    say("deleting", body);
                    let delete = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
                    local.call("DeleteMessage", delete).await.unwrap();
                    say("deleted", body);
                }
            })
        });
        for lane in lanes.collect::<Vec<_>>() {
            lane.await.unwrap();
        }
    });
}

/// One line in one write, so that lines of lanes do not mix and none is half there.
fn say(what: &str, body: &str) {
    std::io::stderr().write_all(format!("{what} {body}\n").as_bytes()).unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(VICTIM), "").unwrap();
    let name = format!("{}::victim", module_path!().split_once("::").unwrap().1);
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args([&name, "--exact", "--nocapture"])
        .current_dir(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stderr.take().unwrap()).lines();
    let mut said: Vec<String> = lines.by_ref().take(ENOUGH).map(Result::unwrap).collect();
    victim.kill().unwrap();
    // What it still said before its end counts, too.
    said.extend(lines.map_while(Result::ok));
    victim.wait().unwrap();
    assert!(said.len() >= ENOUGH, "{:?}", said.last());

    let all = |what: &str| -> BTreeSet<&str> { said.iter().filter_map(|line| line.strip_prefix(what)).collect() };
    let (sent, deleting, deleted) = (all("sent "), all("deleting "), all("deleted "));
    let local = Local::open(Options::default(), &directory.path().join("data")).unwrap();
    let kept: BTreeSet<String> = local
        .with_state(|state, _| state.queues["a"].shelf.iter().map(|(_, held)| held.message.body.clone()).collect());
    assert!(!deleted.is_empty());
    for body in &deleted {
        assert!(!kept.contains(*body), "{body} was deleted and is back");
    }
    for body in sent.difference(&deleting) {
        assert!(kept.contains(*body), "{body} is lost");
    }
}
