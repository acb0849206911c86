//! Fair queues: a noisy tenant of a standard queue lets the others go first.

use super::*;

fn send(desk: &mut Desk, url: &str, group: &str, bodies: std::ops::Range<u32>) {
    for body in bodies {
        let mut message = json!({"QueueUrl": url, "MessageBody": format!("{group}{body}")});
        if !group.is_empty() {
            message["MessageGroupId"] = group.into();
        }
        desk.ok("SendMessage", message);
    }
}

#[test]
fn quiet_tenants_come_before_a_noisy_one() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    send(&mut desk, &url, "noisy", 0..60);
    for _ in 0..2 {
        desk.receive(&url, 10);
    }
    send(&mut desk, &url, "quiet", 0..2);
    send(&mut desk, &url, "", 0..1);
    assert_eq!(desk.bodies(&url, 1), ["noisy20"], "20 in flight are not many");
    desk.receive(&url, 9);
    assert_eq!(desk.bodies(&url, 4), ["quiet0", "quiet1", "0", "noisy30"]);
}

#[test]
fn one_tenant_or_none_changes_no_order() {
    for group in ["only", ""] {
        let mut desk = Desk::new();
        let url = desk.create("a", json!({}));
        send(&mut desk, &url, group, 0..60);
        for n in 0..60 {
            assert_eq!(desk.bodies(&url, 1), [format!("{group}{n}")]);
        }
    }
}

#[test]
fn a_noisy_tenant_is_quiet_after_five_minutes_without_a_message() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"VisibilityTimeout": "3600"}));
    send(&mut desk, &url, "noisy", 0..60);
    for _ in 0..4 {
        desk.receive(&url, 10);
    }
    desk.wait(5 * 60_000 - 1);
    send(&mut desk, &url, "quiet", 0..2);
    assert_eq!(desk.bodies(&url, 1), ["quiet0"]);
    desk.wait(1);
    assert_eq!(desk.bodies(&url, 1), ["noisy40"]);
}

#[test]
fn a_fifo_queue_keeps_its_order() {
    let mut desk = Desk::new();
    let url = desk.create("a.fifo", json!({}));
    for n in 0..50 {
        desk.send_to_group(&url, &n.to_string(), &n.to_string());
    }
    for n in 0..50 {
        assert_eq!(desk.bodies(&url, 1), [n.to_string()]);
    }
}
