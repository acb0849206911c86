//! What pages show of selective redrives. No request to SQS.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::forget::KEPT_MS;
use super::run::Live;
use crate::model::journal::{JournalRow, KeptRedrive, Origin, RedriveId};
use crate::model::live::Progress;
use crate::model::{Failure, MessageId, QueueName};
use crate::server::services::redrive::engine::Order;
use crate::server::services::redrive::engine::report::{self, Counts, Standing};
use crate::server::services::{Connection, report as failed};
use crate::server::store::redrives::{RowKey, RowQuery, Tally};

/// A redrive as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What is kept of it.
    pub kept: KeptRedrive,
    /// What became of its messages.
    pub counts: Counts,
    /// How it is doing, where this process carries it out.
    pub live: Option<Live>,
}

impl Shown {
    /// Whether it ended so long ago that its report is not kept any more: only the counts are.
    pub fn is_forgotten(&self, now_ms: i64) -> bool {
        self.kept.ended.is_some_and(|ended| ended.at_ms < now_ms - KEPT_MS)
    }
}

/// Which rows of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All.
    #[default]
    All,
    /// Those that came to this.
    Standing(Standing),
    /// Those of which there may be more than one copy.
    Duplicates,
    /// Those whose copy came back.
    CameBack,
}

/// What is asked of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsWanted {
    /// Only those whose id, copy or group has this in it.
    pub text: String,
    /// Which.
    pub only: Only,
    /// Without so many of the first.
    pub skip: u64,
    /// At most so many.
    pub limit: u32,
}

/// A part of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The rows, in the order in which their messages became known.
    pub rows: Vec<JournalRow>,
    /// How many there are in all.
    pub total: u64,
}

/// A walk through a report, a part at a time.
#[derive(Clone, Debug)]
pub struct Walk {
    id: RedriveId,
    query: RowQuery,
    after: RowKey,
}

impl Connection {
    /// A redrive.
    pub async fn selective(&self, id: &RedriveId) -> Result<Shown, Failure> {
        let kept = self.kept_redrive(id).await?;
        self.show(kept).await
    }

    /// The redrives of this connection, or from one of its queues, newest first.
    pub async fn selectives(&self, queue: Option<&QueueName>, skip: u64, limit: u32) -> Result<Vec<Shown>, Failure> {
        let kept = self.store().redrives(self.name(), queue, skip, limit).await;
        let mut shown = Vec::new();
        for kept in kept.map_err(|error| failed::store(&error))? {
            shown.push(self.show(kept).await?);
        }
        Ok(shown)
    }

    /// The redrives that have not ended.
    pub async fn open_selectives(&self) -> Result<Vec<Shown>, Failure> {
        let kept = self.store().open_redrives(self.name()).await;
        let mut shown = Vec::new();
        for kept in kept.map_err(|error| failed::store(&error))? {
            shown.push(self.show(kept).await?);
        }
        Ok(shown)
    }

    /// The redrives that take this one back, newest first.
    pub async fn undos(&self, id: &RedriveId) -> Result<Vec<Shown>, Failure> {
        let kept = self.store().undos(id).await;
        let mut shown = Vec::new();
        for kept in kept.map_err(|error| failed::store(&error))? {
            shown.push(self.show(kept).await?);
        }
        Ok(shown)
    }

    /// How many this process carries out.
    pub fn running_selectives(&self) -> usize {
        self.desk().runs().count()
    }

    /// What a redrive was asked to do; its edits are not in it any more.
    pub async fn selective_order(&self, id: &RedriveId) -> Result<Order, Failure> {
        let order = self.store().redrive_order(id).await.map_err(|error| failed::store(&error))?;
        order.and_then(|order| serde_json::from_str(&order).ok()).ok_or(Failure::NotFound)
    }

    /// Rows of a redrive.
    pub async fn redrive_rows(&self, id: &RedriveId, wanted: &RowsWanted) -> Result<Rows, Failure> {
        let query = RowQuery { text: wanted.text.clone(), skip: wanted.skip, ..self.only(id, wanted.only).await? };
        let query = RowQuery { limit: wanted.limit, ..query };
        let (rows, total) = self.store().redrive_rows(id, &query).await.map_err(|error| failed::store(&error))?;
        Ok(Rows { rows, total })
    }

    /// Begins a walk through a report, so many rows a part.
    pub async fn walk_rows(&self, id: &RedriveId, only: Only, part: u32) -> Result<Walk, Failure> {
        let query = RowQuery { limit: part, ..self.only(id, only).await? };
        Ok(Walk { id: id.clone(), query, after: RowKey::default() })
    }

    /// The next part of a walk; nothing at its end.
    pub async fn walk_on(&self, walk: &mut Walk) -> Result<Vec<JournalRow>, Failure> {
        let found = self.store().next_rows(&walk.id, &walk.query, walk.after).await;
        let (rows, after) = found.map_err(|error| failed::store(&error))?;
        walk.after = after;
        Ok(rows)
    }

    /// A query for such rows.
    async fn only(&self, id: &RedriveId, only: Only) -> Result<RowQuery, Failure> {
        let mut query = RowQuery::default();
        match only {
            Only::All => {}
            Only::Duplicates => query.duplicates = true,
            Only::CameBack => query.came_back = true,
            Only::Standing(standing) => {
                let tallies = self.tallies(id).await?.into_iter();
                let shapes = tallies.filter(|tally| report::line(&tally.example).standing == standing);
                query.shapes = Some(shapes.map(|tally| tally.shape).collect());
            }
        }
        Ok(query)
    }

    /// How far a redrive is that this process carries out, for a stream.
    pub fn follow_selective(&self, id: &RedriveId) -> Option<watch::Receiver<Progress>> {
        Some(self.desk().runs().find_lately(id)?.follow())
    }

    /// Where messages come from that are copies of others.
    pub async fn copied_from(&self, ids: &[MessageId]) -> Result<BTreeMap<MessageId, Origin>, Failure> {
        self.store().origins(self.name(), ids).await.map_err(|error| failed::store(&error))
    }

    /// What is kept of a redrive.
    pub(super) async fn kept_redrive(&self, id: &RedriveId) -> Result<KeptRedrive, Failure> {
        let kept = self.store().redrive(self.name(), id).await.map_err(|error| failed::store(&error))?;
        kept.ok_or(Failure::NotFound)
    }

    async fn show(&self, kept: KeptRedrive) -> Result<Shown, Failure> {
        let counts = count(&self.tallies(&kept.id).await?);
        let live = self.desk().runs().find(&kept.id).map(|run| run.live());
        Ok(Shown { kept, counts, live })
    }

    async fn tallies(&self, id: &RedriveId) -> Result<Vec<Tally>, Failure> {
        let count = self.store().redrive_tally(id);
        let tallies = match self.desk().runs().find(id) {
            Some(run) => run.tallied.or_count(&self.clock(), count).await,
            None => count.await,
        };
        tallies.map_err(|error| failed::store(&error))
    }
}

/// How many rows came to what: what a report says of a row, it says of all of its shape.
fn count(tallies: &[Tally]) -> Counts {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let mut counts = Counts::default();
    for tally in tallies {
        counts.add(report::line(&tally.example).standing, number(tally.rows));
        counts.possible_duplicates += number(tally.duplicates);
        counts.came_back += number(tally.came_back);
    }
    counts
}
