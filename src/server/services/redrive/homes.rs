//! Where messages failed of which SQS does not say it any more: those that were put back when a redrive was taken back. The
//! journal says where each had been sent, and whether that was back to where it failed.

use std::collections::BTreeMap;

use super::engine::{Order, Route};
use crate::model::journal::{PutBack, RedriveId};
use crate::model::{Failure, MessageId, QueueArn};
use crate::server::services::{Connection, report};

/// For how long what was put back may still be there, milliseconds: no message lives longer (SQS Developer Guide, "Message
/// retention": 14 days).
const LIVES_MS: i64 = 14 * 24 * 3_600_000;

impl Connection {
    /// How many messages were put back into a queue and may still be there. No request.
    pub async fn count_put_back(&self, queue: &QueueArn) -> Result<u64, Failure> {
        self.store().count_put_back(queue, self.now_ms() - LIVES_MS).await.map_err(|error| report::store(&error))
    }

    /// The queues in which messages failed that were put back, as far as the journal tells: of these, or of all. No request.
    pub async fn remembered_homes(
        &self,
        queue: &QueueArn,
        of: Option<&[MessageId]>,
    ) -> Result<BTreeMap<MessageId, QueueArn>, Failure> {
        let since_ms = self.now_ms() - LIVES_MS;
        let put_back = match of {
            Some(ids) => self.store().put_back_among(queue, since_ms, ids).await,
            None => self.store().put_back(queue, since_ms).await,
        };
        let put_back = put_back.map_err(|error| report::store(&error))?;
        let mut orders = BTreeMap::new();
        for put in &put_back {
            if !orders.contains_key(&put.undone)
                && let Ok(order) = self.selective_order(&put.undone).await
            {
                orders.insert(put.undone.clone(), order);
            }
        }
        Ok(homes(&put_back, &orders))
    }
}

/// The homes of those that are still there.
fn homes(put_back: &[PutBack], orders: &BTreeMap<RedriveId, Order>) -> BTreeMap<MessageId, QueueArn> {
    let by_id: BTreeMap<&MessageId, &PutBack> = put_back.iter().map(|put| (&put.id, put)).collect();
    let home = |put: &PutBack| {
        // What was sent elsewhere may have been put back once before; each step leads to an older redrive.
        let earlier = std::iter::successors(by_id.get(&put.id).copied(), |put| by_id.get(&put.original).copied());
        earlier.take(put_back.len()).find_map(|put| sent_home(orders.get(&put.undone)?, put))
    };
    let there = put_back.iter().filter(|put| !put.gone_on);
    there.filter_map(|put| Some((put.id.clone(), home(put)?))).collect()
}

/// Where a redrive sent a message, if that was back to where it failed.
fn sent_home(order: &Order, put: &PutBack) -> Option<QueueArn> {
    let chosen = match &order.route {
        Route::Home => false,
        Route::To(_) => true,
        Route::Each(chosen) => chosen.contains_key(&put.original),
    };
    let queue = order.destinations.get(usize::from(put.from.0))?;
    (!chosen).then(|| queue.arn.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::QueueKind;
    use crate::model::journal::QueueNo;
    use crate::server::services::redrive::engine::{Policy, Queue, Take, Terms};

    fn queue(name: &str) -> Queue {
        let arn = format!("arn:aws:sqs:eu-west-1:1:{name}").parse().unwrap();
        Queue { arn, kind: QueueKind::Standard, max_size: 1_024 }
    }

    fn order(id: &str, route: Route) -> (RedriveId, Order) {
        let id = RedriveId::new(id);
        let order = Order {
            id: id.clone(),
            source: queue("orders-dlq"),
            take: Take::Everything,
            route,
            destinations: vec![queue("orders"), queue("rescue")],
            policy: Policy::of(QueueKind::Standard),
            terms: Terms::default(),
            edits: BTreeMap::new(),
        };
        (id, order)
    }

    fn put(id: &str, undone: &str, original: &str, from: u16) -> PutBack {
        PutBack {
            id: MessageId::new(id),
            undone: RedriveId::new(undone),
            original: MessageId::new(original),
            from: QueueNo(from),
            gone_on: false,
        }
    }

    fn named(homes: BTreeMap<MessageId, QueueArn>) -> Vec<(String, String)> {
        homes.into_iter().map(|(id, arn)| (id.to_string(), arn.name().to_string())).collect()
    }

    #[test]
    fn only_what_had_been_sent_home_failed_where_it_came_from() {
        let chosen = Route::Each([(MessageId::new("b"), QueueNo(1))].into());
        let orders = [order("home", Route::Home), order("one", Route::To(QueueNo(1))), order("each", chosen)].into();
        let put_back = [
            put("a2", "home", "a", 0),
            put("b2", "each", "b", 1),
            put("c2", "each", "c", 0),
            put("d2", "one", "d", 1),
            put("e2", "unknown", "e", 0),
            PutBack { gone_on: true, ..put("f2", "home", "f", 0) },
        ];
        let pairs = [("a2", "orders"), ("c2", "orders")].map(|(id, home)| (id.to_owned(), home.to_owned()));
        assert_eq!(named(homes(&put_back, &orders)), pairs);
    }

    #[test]
    fn it_is_remembered_over_several_ways_there_and_back() {
        let orders = [order("first", Route::Home), order("second", Route::To(QueueNo(1)))].into();
        let first = PutBack { gone_on: true, ..put("a2", "first", "a", 0) };
        let pairs = [("a3".to_owned(), "orders".to_owned())];
        assert_eq!(named(homes(&[first, put("a3", "second", "a2", 1)], &orders)), pairs);
        let circle = [put("x", "second", "y", 1), put("y", "second", "x", 1)];
        assert!(homes(&circle, &orders).is_empty(), "a damaged journal ends, too");
    }
}
