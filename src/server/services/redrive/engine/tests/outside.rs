//! What SQS, the disk and the shell make of the engine's commands.

use super::super::{DeleteOutcome, Event, Failed, SendOutcome};
use super::sqs::{Original, Place, id, message};
use super::world::{Answer, Ask, Luck, Sent, Twist, World};
use crate::model::{Code, MessageId};

impl World {
    pub fn arrive(&mut self, ask: &Ask, luck: Luck) -> Answer {
        let now_ms = self.now_ms;
        match ask {
            Ask::Receive { .. } if luck == Luck::Expired => Answer::ReceiveFailed(true),
            Ask::Receive { lease_ms, .. } => {
                let handles: Vec<u8> =
                    (0..self.queues.originals.len()).map(|at| self.fresh_handle(u8::try_from(at).unwrap())).collect();
                let received = self.queues.receive(10, now_ms + lease_ms, |at| handles[usize::from(at)]);
                if luck == Luck::Fine { Answer::Received(received) } else { Answer::ReceiveFailed(false) }
            }
            Ask::Commit(records) => {
                if luck == Luck::Refused {
                    return Answer::CommitFailed;
                }
                if self.setup.twist == Some(Twist::ReportsEarly) {
                    self.limbo.extend(records.iter().cloned());
                    return Answer::Committed;
                }
                records.iter().for_each(|record| self.write(record));
                if luck == Luck::Fine { Answer::Committed } else { Answer::CommitFailed }
            }
            Ask::Send { messages, handles, .. } => {
                if self.setup.twist == Some(Twist::DeleteFirst) {
                    for (message, handle) in messages.iter().zip(handles) {
                        if self.queues.is_current(*message, *handle) {
                            self.queues.originals[usize::from(*message)].place = Place::Gone;
                        }
                    }
                }
                let sent = messages.iter().enumerate().map(|(at, message)| self.send(*message, luck, at == 0));
                Answer::Sent(sent.collect())
            }
            Ask::Delete { handles, .. } => {
                Answer::Deleted(handles.iter().map(|(message, handle)| self.delete(*message, *handle, luck)).collect())
            }
            Ask::Renew { handles, lease_ms, .. } => {
                let renew = |(message, handle): &(u8, u8)| {
                    let current = luck == Luck::Fine && self.queues.is_current(*message, *handle);
                    if current {
                        let place = Place::InFlight(*handle, now_ms + lease_ms);
                        self.queues.originals[usize::from(*message)].place = place;
                    }
                    current
                };
                Answer::Renewed(handles.iter().map(renew).collect())
            }
            Ask::GiveBack { handles, .. } => {
                for (message, handle) in handles {
                    if self.queues.is_current(*message, *handle) {
                        self.queues.originals[usize::from(*message)].place = Place::Visible;
                    }
                }
                Answer::GaveBack
            }
            Ask::Count { .. } => {
                let left = self.queues.originals.iter().filter(|original| original.place != Place::Gone);
                Answer::Counted(left.count() as u64)
            }
            Ask::Probe { .. } => Answer::Probed(!self.expired),
        }
    }

    fn send(&mut self, message: u8, luck: Luck, first: bool) -> Sent {
        match luck {
            Luck::Refused => Sent::Later,
            Luck::Expired => Sent::Credentials,
            Luck::LostRequest if self.setup.twist == Some(Twist::TakesSilenceForYes) => Sent::Yes,
            Luck::LostRequest => Sent::Unknown,
            Luck::OneRefused if first => Sent::Never,
            Luck::LostAnswer => {
                self.accept(message, 1).unknown += 1;
                Sent::Unknown
            }
            Luck::OneDamaged if first => {
                self.accept(message, 1).unsettled = true;
                Sent::Damaged
            }
            _ => {
                self.accept(message, if luck == Luck::Twisted { 2 } else { 1 }).unsettled = true;
                Sent::Yes
            }
        }
    }

    fn accept(&mut self, message: u8, times: u8) -> &mut Original {
        let until_ms = self.setup.window_ms.map_or(i64::MAX, |window_ms| self.now_ms + window_ms);
        // Somebody else's deduplication id: accepted, and swallowed as a duplicate of that message.
        let swallowed = self.setup.twist == Some(Twist::ReusesDeduplication);
        for _ in 0..if swallowed { 0 } else { times } {
            self.queues.accept(message, until_ms);
        }
        &mut self.queues.originals[usize::from(message)]
    }

    fn delete(&mut self, message: u8, handle: u8, luck: Luck) -> DeleteOutcome {
        let current = self.queues.is_current(message, handle);
        match luck {
            Luck::Refused => return DeleteOutcome::Stale,
            Luck::LostRequest => return DeleteOutcome::Again,
            Luck::Expired => return DeleteOutcome::Credentials,
            Luck::DidNotStick => return DeleteOutcome::Deleted,
            _ => {}
        }
        if current {
            let sent = self.journal.get(&id(message)).is_some_and(|row| row.copy.is_some());
            if !sent {
                self.broken = Some("C: deleted before it was known on the disk that it was sent");
            }
            self.queues.originals[usize::from(message)].place = Place::Gone;
        }
        match luck {
            Luck::LostAnswer => DeleteOutcome::Again,
            _ if !current && self.queues.fifo => DeleteOutcome::Stale,
            _ => DeleteOutcome::Deleted,
        }
    }

    pub fn event(&self, ask: &Ask, answer: Answer) -> Event {
        let bring = |(at, handle): (u8, u8)| message(at, handle, self.queues.groups, self.queues.fifo);
        match (ask, answer) {
            (Ask::Receive { call, .. }, Answer::Received(received)) => {
                Event::Received { call: *call, answer: Ok(received.into_iter().map(bring).collect()) }
            }
            (Ask::Receive { call, .. }, Answer::ReceiveFailed(expired)) => {
                let why = if expired { Failed::Credentials } else { Failed::Unknown };
                Event::Received { call: *call, answer: Err(why) }
            }
            (_, Answer::Committed) => Event::Committed,
            (_, Answer::CommitFailed) => Event::CommitFailed { fenced: false },
            (Ask::Send { call, messages, .. }, Answer::Sent(sent)) => {
                let outcome = |(message, sent): (&u8, Sent)| match sent {
                    Sent::Yes | Sent::Damaged => {
                        let copy = MessageId::new(format!("c{message}"));
                        SendOutcome::Accepted { copy, intact: sent == Sent::Yes }
                    }
                    Sent::Later => SendOutcome::Later(Code::new("Throttled")),
                    Sent::Credentials => SendOutcome::Credentials,
                    Sent::Never => SendOutcome::MessageRefused(Code::new("InvalidParameterValue")),
                    Sent::Unknown => SendOutcome::Unknown,
                };
                Event::SendEnded { call: *call, entries: messages.iter().zip(sent).map(outcome).collect() }
            }
            (Ask::Delete { call, .. }, Answer::Deleted(entries)) => Event::DeleteEnded { call: *call, entries },
            (Ask::Renew { call, .. }, Answer::Renewed(entries)) => Event::Renewed { call: *call, entries },
            (Ask::GiveBack { call, .. }, _) => Event::GaveBack { call: *call, all: true },
            (Ask::Count { call }, Answer::Counted(left)) => Event::Counted { call: *call, left: Some(left) },
            (Ask::Probe { call }, Answer::Probed(good)) => Event::Probed { call: *call, good },
            (ask, answer) => panic!("{answer:?} is no answer to {ask:?}"),
        }
    }
}
