//! What someone looks at, and for how long: a [`Viewer`] counts as a watcher until it is dropped.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Census, Poller};
use crate::model::QueueName;

/// The queues a document shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The queue the page is about: read every 2 s.
    pub focus: Option<QueueName>,
    /// The queues in its tables: read every 10 s.
    pub listed: Vec<QueueName>,
}

/// Someone who watches. As long as one exists the poller reads; when the last is dropped it pauses.
#[derive(Debug)]
pub struct Viewer {
    poller: Arc<Poller>,
    view: View,
    news: watch::Receiver<Arc<Census>>,
}

impl Viewer {
    pub(super) fn new(poller: Arc<Poller>, view: View, news: watch::Receiver<Arc<Census>>) -> Self {
        Self { poller, view, news }
    }

    /// What it looks at.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The newest census, and marks it as seen.
    pub fn census(&mut self) -> Arc<Census> {
        self.news.borrow_and_update().clone()
    }

    /// Waits for a census that was not seen yet. A slow viewer misses those in between, never the newest.
    /// `false` when the poller is gone.
    pub async fn changed(&mut self) -> bool {
        self.news.changed().await.is_ok()
    }

    /// Looks at something else.
    pub fn look(&mut self, view: View) {
        let before = std::mem::replace(&mut self.view, view);
        self.poller.turn(Some(&before), Some(&self.view));
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.poller.turn(Some(&self.view), None);
    }
}
