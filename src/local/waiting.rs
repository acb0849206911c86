//! Who waits for messages of which queue: what long polls wait for, and what wakes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// All who wait. A queue that nobody waits for costs nothing.
#[derive(Debug, Default)]
pub struct Waiting {
    by_queue: Mutex<HashMap<String, Waited>>,
}

#[derive(Debug, Default)]
struct Waited {
    notify: Arc<Notify>,
    waiters: usize,
}

/// One who waits, until it is dropped.
#[derive(Debug)]
pub struct Waiter<'a> {
    all: &'a Waiting,
    queue: &'a str,
    notify: Arc<Notify>,
}

impl Waiting {
    /// Waits for messages of a queue from now on.
    pub fn enter<'a>(&'a self, queue: &'a str) -> Waiter<'a> {
        let mut by_queue = self.by_queue();
        let waited = by_queue.entry(queue.to_owned()).or_default();
        waited.waiters += 1;
        Waiter { all: self, queue, notify: Arc::clone(&waited.notify) }
    }

    /// Wakes all who wait for messages of these queues.
    pub fn wake(&self, queues: &[String]) {
        if queues.is_empty() {
            return;
        }
        let by_queue = self.by_queue();
        for waited in queues.iter().filter_map(|queue| by_queue.get(queue)) {
            waited.notify.notify_waiters();
        }
    }

    fn by_queue(&self) -> MutexGuard<'_, HashMap<String, Waited>> {
        self.by_queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter<'_> {
    /// Resolves at the next [`Waiting::wake`] for its queue, counted from the making of the future and not from its first
    /// poll: whoever makes it and then looks misses nothing.
    pub fn woken(&self) -> Notified<'_> {
        self.notify.notified()
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut by_queue = self.all.by_queue();
        if let Some(waited) = by_queue.get_mut(self.queue) {
            waited.waiters -= 1;
            if waited.waiters == 0 {
                by_queue.remove(self.queue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn all_who_wait_for_a_queue_are_woken_also_before_they_look() {
        let waiting = Waiting::default();
        let (one, two, other) = (waiting.enter("a"), waiting.enter("a"), waiting.enter("b"));
        let (one, two, other) = (one.woken(), two.woken(), other.woken());
        waiting.wake(&["none".to_owned(), "a".to_owned()]);
        assert_eq!((one.now_or_never(), two.now_or_never(), other.now_or_never()), (Some(()), Some(()), None));
    }

    #[test]
    fn a_queue_is_forgotten_with_the_last_who_waits() {
        let waiting = Waiting::default();
        let (one, two) = (waiting.enter("a"), waiting.enter("a"));
        drop(one);
        assert_eq!(waiting.by_queue().len(), 1);
        drop(two);
        assert_eq!(waiting.by_queue().len(), 0);
    }
}
