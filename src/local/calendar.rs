//! Dates: moments in epoch milliseconds as people and protocols write them, in UTC.

/// A minute in milliseconds.
pub const MINUTE: u64 = 60_000;
/// An hour in milliseconds.
pub const HOUR: u64 = 60 * MINUTE;
/// A day in milliseconds.
pub const DAY: u64 = 24 * HOUR;

/// Year, month and day (UTC) of a moment in epoch milliseconds: counts off whole Gregorian cycles of 400 years with
/// years that begin in March, so that a leap day is the last day of its year.
pub fn date(ms: u64) -> (u64, u64, u64) {
    let days = ms / DAY + 719_468;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + carry, month, day)
}

/// `2026-11-20`.
pub fn iso_date(ms: u64) -> String {
    let (year, month, day) = date(ms);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `20261120`.
pub fn compact_date(ms: u64) -> String {
    iso_date(ms).replace('-', "")
}

/// `2026-11-20T14:02:11.482Z`.
pub fn iso(ms: u64) -> String {
    let (hour, minute, second) = time(ms);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{:03}Z", iso_date(ms), ms % 1_000)
}

/// `Thu, 01 Jan 1970 00:00:00 GMT` (RFC 9110, "Date/Time Formats").
pub fn http_date(ms: u64) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = |names: &[&'static str], number: u64| usize::try_from(number).ok().and_then(|n| names.get(n).copied());
    let (year, month, day) = date(ms);
    let weekday = name(&WEEKDAYS, ms / DAY % 7).unwrap_or_default();
    let month = name(&MONTHS, month - 1).unwrap_or_default();
    let (hour, minute, second) = time(ms);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

fn time(ms: u64) -> (u64, u64, u64) {
    (ms / HOUR % 24, ms / MINUTE % 60, ms / 1_000 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(1_795_183_331_482), "2026-11-20T14:02:11.482Z");
        assert_eq!(compact_date(1_795_183_331_482), "20261120");
    }

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
