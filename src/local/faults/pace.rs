//! An answer on its way: slowly, not whole, or with a wrong date.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::plan::Delivery;
use crate::local::calendar::http_date;
use crate::local::clock::Clock;

/// What goes before the end of a connection needs a moment to leave the buffers, which are thrown away with it.
const FLUSH: Duration = Duration::from_millis(20);

/// The body of an answer.
#[derive(Debug)]
pub struct Paced {
    rest: Bytes,
    piece: usize,
    pause: Duration,
    pausing: Option<Pin<Box<Sleep>>>,
    /// How many bytes may still go before the connection ends.
    until: Option<usize>,
}

impl Paced {
    /// A body that goes as it is.
    pub fn whole(body: Bytes) -> Self {
        Self { rest: body, piece: usize::MAX, pause: Duration::ZERO, pausing: None, until: None }
    }

    /// An answer that goes as a plan says.
    pub fn answer(answer: Response<Bytes>, delivery: Delivery) -> Response<Self> {
        let mut answer = answer.map(Self::whole);
        let body = answer.body_mut();
        if let Some((piece, ms)) = delivery.trickle {
            (body.piece, body.pause) = (piece, Duration::from_millis(ms));
        }
        body.until = delivery.truncate;
        if let Some(skew) = delivery.skew
            && let Ok(date) = HeaderValue::from_str(&http_date(Clock::Wall.now().saturating_add_signed(skew)))
        {
            answer.headers_mut().insert(header::DATE, date);
        }
        answer
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let cut = self.until == Some(0);
        let pause = if cut { FLUSH } else { self.pause };
        if !pause.is_zero() {
            let pausing = self.pausing.get_or_insert_with(|| Box::pin(sleep(pause)));
            if pausing.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pausing = None;
        }
        if cut {
            return Poll::Ready(Some(Err(io::Error::other("the dials end this answer"))));
        }
        let length = self.piece.min(self.rest.len()).min(self.until.unwrap_or(usize::MAX));
        self.until = self.until.map(|until| until - length);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        // What was promised, also where less will come.
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
