//! What the book believes, keeps and drops.

use super::*;
use crate::model::{Code, Depth, RedrivePolicy, TaskStatus};

fn url(name: &str) -> QueueUrl {
    QueueUrl::new(format!("http://127.0.0.1/000000000000/{name}"))
}

fn name(text: &str) -> QueueName {
    text.parse().unwrap()
}

fn holding(visible: u64) -> Attributes {
    Attributes { depth: Depth { visible, ..Depth::default() }, ..Attributes::default() }
}

fn names(book: &Book) -> Vec<String> {
    book.rows.keys().map(QueueName::to_string).collect()
}

#[test]
fn a_list_brings_new_queues_and_takes_those_that_are_gone() {
    let mut book = Book::new(0);
    let listed = book.list(vec![url("a"), url("b")], 0);
    assert_eq!(listed, Listed { new: vec![name("a"), name("b")], gone: vec![] });
    let listed = book.list(vec![url("b"), url("c")], 1);
    assert_eq!(listed, Listed { new: vec![name("c")], gone: vec![name("a")] });
    assert_eq!(names(&book), ["b", "c"]);
}

#[test]
fn the_list_is_not_believed_about_what_we_just_did() {
    let mut book = Book::new(0);
    book.list(vec![url("old")], 0);
    book.forget(&name("old"), 0);
    assert!(book.admit(&name("new"), url("new"), 0));
    book.list(vec![url("old")], 30_000);
    assert_eq!(names(&book), ["new"], "the list still shows the deleted and not yet the created");
    book.list(vec![url("old")], 60_000);
    assert_eq!(names(&book), ["old"], "a minute later it is right");
    book.forget(&name("old"), 60_000);
    book.admit(&name("old"), url("old"), 70_000);
    book.list(vec![url("old")], 71_000);
    assert_eq!(names(&book), ["old"], "created again");
}

#[test]
fn an_older_reading_does_not_overwrite_a_newer_one() {
    let mut book = Book::new(0);
    book.list(vec![url("a")], 0);
    book.read(&name("a"), Ok(holding(7)), 20, 100);
    book.read(&name("a"), Ok(holding(3)), 10, 110);
    assert_eq!(book.row(&name("a")).unwrap().attributes.as_ref().unwrap().depth.visible, 7);
    book.read(&name("gone"), Ok(holding(1)), 30, 120);
    assert!(book.row(&name("gone")).is_none());
}

fn task(status: TaskStatus) -> MoveTask {
    let source = arn("a-dlq");
    MoveTask {
        handle: None,
        status,
        source,
        destination: None,
        rate: None,
        moved: 0,
        to_move: None,
        failure: None,
        started: 0,
    }
}

fn arn(name: &str) -> QueueArn {
    format!("arn:aws:sqs:eu-west-1:000000000000:{name}").parse().unwrap()
}

#[test]
fn an_older_answer_about_tasks_brings_nothing_back() {
    let mut book = Book::new(0);
    book.list(vec![url("a-dlq")], 0);
    book.read_tasks(&name("a-dlq"), Ok(vec![task(TaskStatus::Cancelled)]), 20, 100);
    book.read_tasks(&name("a-dlq"), Ok(vec![task(TaskStatus::Running)]), 10, 110);
    assert_eq!(book.tasks(&name("a-dlq")).unwrap().list[0].status, TaskStatus::Cancelled);
    book.forget(&name("a-dlq"), 120);
    book.read_tasks(&name("a-dlq"), Ok(vec![task(TaskStatus::Running)]), 30, 130);
    assert!(book.tasks(&name("a-dlq")).is_none(), "the queue is gone");
}

#[test]
fn who_is_a_dead_letter_queue_follows_the_policies() {
    let mut book = Book::new(0);
    book.list(vec![url("a"), url("b"), url("a-dlq")], 0);
    let dlq = name("a-dlq");
    let pointing = |target: Option<&str>| Attributes {
        redrive_policy: target.map(|target| RedrivePolicy { dead_letter_target: arn(target), max_receive_count: 3 }),
        ..Attributes::default()
    };
    let own = |visible| Attributes { arn: Some(arn("a-dlq")), ..holding(visible) };
    book.read(&dlq, Ok(own(5)), 1, 10);
    assert!(!book.holds_dead_letters(&dlq));
    book.read(&name("a"), Ok(pointing(Some("a-dlq"))), 2, 10);
    book.read(&name("b"), Ok(pointing(Some("a-dlq"))), 3, 10);
    assert!(book.holds_dead_letters(&dlq));
    book.read(&name("a"), Ok(pointing(None)), 4, 20);
    assert!(book.is_dead_letter_queue(&dlq));
    book.read(&dlq, Ok(own(0)), 5, 20);
    assert!(!book.holds_dead_letters(&dlq), "it is empty");
    book.forget(&name("b"), 30);
    assert!(!book.is_dead_letter_queue(&dlq));
}

#[test]
fn a_list_that_fails_is_remembered_until_one_works() {
    let mut book = Book::new(0);
    book.list(vec![url("a")], 0);
    let denied = Failure::AccessDenied(Code::new("AccessDenied"));
    book.list_failed(denied.clone());
    let version = book.version;
    book.list_failed(denied.clone());
    assert_eq!((book.list_failure(), book.version), (Some(&denied), version), "repeating it is no news");
    assert_eq!((names(&book), book.listed_at()), (vec!["a".to_owned()], Some(0)));
    book.list(vec![url("a")], 1);
    assert_eq!(book.list_failure(), None);
}

#[test]
fn a_failure_keeps_what_was_known_and_repeating_it_is_no_news() {
    let mut book = Book::new(0);
    book.list(vec![url("a")], 0);
    book.read(&name("a"), Ok(holding(7)), 1, 100);
    book.read(&name("a"), Err(Failure::Throttled), 2, 200);
    let row = book.row(&name("a")).unwrap().clone();
    assert_eq!((row.read_at, row.failure.as_ref()), (Some(100), Some(&Failure::Throttled)));
    book.read(&name("a"), Err(Failure::Throttled), 3, 300);
    assert_eq!(book.row(&name("a")).unwrap().version, row.version);
    book.read(&name("a"), Ok(holding(7)), 4, 400);
    let row = book.row(&name("a")).unwrap();
    assert_eq!((row.read_at, row.failure.as_ref()), (Some(400), None));
}
