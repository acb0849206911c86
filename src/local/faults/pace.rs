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

/// A time in epoch milliseconds as HTTP writes it (RFC 9110, "Date/Time Formats").
fn http_date(millis: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = millis / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from the first of March of the year 0, so that the leap day is the last of its year.
    let day = days + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12;
    let year = era * 400 + year_of_era + u64::from(month < 2);
    let (weekday, month) = (DAYS[index(days % 7)], MONTHS[index(month)]);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{weekday}, {of_month:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

fn index(small: u64) -> usize {
    usize::try_from(small).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, date) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_704_067_199, "Sun, 31 Dec 2023 23:59:59 GMT"),
            (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            assert_eq!(http_date(seconds * 1000), date);
        }
    }
}
