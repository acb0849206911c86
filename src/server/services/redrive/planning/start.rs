//! A plan is carried out, once; and the plan that takes a redrive back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Planned, What};
use crate::model::form::redrive_wish::WishForm;
use crate::model::journal::{QueueNo, RedriveId};
use crate::model::redrive::preflight::Going;
use crate::model::{Failure, MessageId, QueueName, Refusal};
use crate::server::services::redrive::native::going_of;
use crate::server::services::redrive::selective::About;
use crate::server::services::submissions::Rejection;
use crate::server::services::{Connection, report};

impl Connection {
    /// Carries a plan out; the same plan again is the redrive that it became. Refused where the queue cannot spare the
    /// receives, unless `spend`. One request beyond those of the redrive.
    pub async fn carry_out_plan(&self, planned: &Planned, spend: bool) -> Result<RedriveId, Failure> {
        let id = planned.order.id.clone();
        match self.selective(&id).await {
            Ok(_) => return Ok(id),
            Err(Failure::NotFound) => {}
            Err(failure) => return Err(failure),
        }
        self.something_to_undo(planned).await?;
        let attributes = self.attributes(&planned.queue).await?;
        self.spare(&planned.queue, &attributes, spend, planned.receiving())?;
        self.nothing_vanishes(planned).await?;
        let about = About {
            how: planned.asked.how(),
            messages: planned.asked.messages(),
            undoes: planned.asked.undoes.clone(),
        };
        self.start_selective((*planned.order).clone(), about).await
    }

    /// Refuses to send to a queue that this console purged or deleted a moment ago: what is sent there may vanish.
    pub async fn nothing_vanishes(&self, planned: &Planned) -> Result<(), Failure> {
        let gone = self.gone_lately().await;
        for destination in &planned.order.destinations {
            let queue = destination.arn.name();
            if let Some(going) = going_of(&gone, &queue, None) {
                return Err(Failure::Refused(Refusal::QueueGoing { queue, deleted: going == Going::Deleted }));
            }
        }
        Ok(())
    }

    /// Refuses to take back what was taken back since the plan was made.
    async fn something_to_undo(&self, planned: &Planned) -> Result<(), Failure> {
        let (Some(undone), What::Ids { ids, .. }) = (&planned.asked.undoes, &planned.asked.what) else { return Ok(()) };
        let left = self.copies_to_take_back(undone).await?;
        if left.iter().any(|(_, copy)| ids.contains(copy)) { Ok(()) } else { Err(nothing_left()) }
    }

    /// The copies of a redrive that can be taken back, by the queue that each was sent to. No request.
    async fn copies_to_take_back(&self, id: &RedriveId) -> Result<Vec<(QueueNo, MessageId)>, Failure> {
        self.store().copies_left(id).await.map_err(|error| report::store(&error))
    }

    /// How many these are. No request.
    pub async fn count_copies_to_take_back(&self, id: &RedriveId) -> Result<BTreeMap<QueueNo, u64>, Failure> {
        self.store().count_copies_left(id).await.map_err(|error| report::store(&error))
    }

    /// Plans to take back what a redrive sent to one of its destinations: from there to where it came from. One request
    /// for each of the two queues.
    pub async fn plan_undo(&self, id: &RedriveId, from: QueueNo) -> Result<(QueueName, String), Rejection> {
        let kept = self.selective(id).await?.kept;
        let queue = kept.destinations.get(usize::from(from.0)).ok_or(Failure::NotFound)?.name();
        let copies = self.copies_to_take_back(id).await?.into_iter().filter(|(to, _)| *to == from);
        let ids: BTreeSet<MessageId> = copies.map(|(_, copy)| copy).collect();
        if ids.is_empty() {
            return Err(nothing_left().into());
        }
        let typed = WishForm {
            connection: self.name().to_string(),
            queue: queue.to_string(),
            route: "queue".to_owned(),
            target: kept.source.name().to_string(),
            ..WishForm::default()
        };
        let wish = typed.parse()?;
        let what = What::Ids { ids, how: "copies that a redrive sent".to_owned() };
        let asked = Asked { what, edits: BTreeMap::new(), undoes: Some(id.clone()) };
        let planned = self.plan_selective(&queue, typed, &wish, asked).await?;
        Ok((queue, planned.id.clone()))
    }
}

fn nothing_left() -> Failure {
    Failure::Refused(Refusal::NothingToTakeBack)
}
