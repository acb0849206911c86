//! Durations, ages, counts and sizes as words, the same on both sides.

/// A count with thin spaces between thousands: `12 345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202F}');
        }
        out.push(digit);
    }
    out
}

/// An approximate count, as all of SQS's counters are: `≈ 12 345`.
pub fn approximately(n: u64) -> String {
    format!("≈\u{202F}{}", count(n))
}

/// How far a move task has come, both numbers being SQS's approximations: `≈ 6 412 of 9 800`.
pub fn moved(moved: u64, of: Option<u64>) -> String {
    match of {
        Some(of) => format!("≈ {} of {}", count(moved), count(of)),
        None => format!("≈ {}", count(moved)),
    }
}

/// `1 message`, `2 messages`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{}\u{A0}{}", count(n), if n == 1 { one } else { many })
}

/// The same with a capital: `not sent`, `Not sent`.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// An approximate number of things: `≈ 1 message`, `≈ 12 messages`.
pub fn about(n: u64, one: &str, many: &str) -> String {
    format!("≈\u{202F}{}", plural(n, one, many))
}

/// A length of time with at most two units: `45 s`, `1 min 30 s`, `4 d`, `0 s`.
pub fn seconds(total: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = total;
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{}\u{A0}{unit}", rest / size));
            rest %= size;
        } else if !parts.is_empty() {
            break;
        }
    }
    if parts.is_empty() { "0\u{A0}s".into() } else { parts.join(" ") }
}

/// How long ago, in the largest unit alone: `now`, `12 s ago`, `3 min ago`, `9 d ago`. Milliseconds in.
pub fn age(now_ms: i64, then_ms: i64) -> String {
    let seconds = (now_ms - then_ms) / 1_000;
    if seconds < 1 { "now".into() } else { format!("{} ago", span(seconds.unsigned_abs())) }
}

/// A length of time in its largest unit alone: `12 s`, `3 min`, `9 d`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}\u{A0}s"),
        60..3_600 => format!("{}\u{A0}min", seconds / 60),
        3_600..86_400 => format!("{}\u{A0}h", seconds / 3_600),
        _ => format!("{}\u{A0}d", seconds / 86_400),
    }
}

/// How old numbers are: `12 s old`.
pub fn old(seconds: u64) -> String {
    format!("{}\u{A0}old", span(seconds))
}

/// A size: `512 B`, `1.5 KiB`, `200 KiB`, `1 MiB`.
pub fn bytes(n: u64) -> String {
    const KIB: u64 = 1_024;
    const MIB: u64 = 1_024 * KIB;
    match n {
        0..KIB => format!("{n}\u{A0}B"),
        KIB..MIB => format!("{}\u{A0}KiB", tenths(n, KIB)),
        _ => format!("{}\u{A0}MiB", tenths(n, MIB)),
    }
}

fn tenths(n: u64, unit: u64) -> String {
    let tenths = n * 10 / unit;
    if tenths.is_multiple_of(10) || tenths >= 1_000 {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// A moment as `2026-11-20T14:02:11Z` (RFC 3339, UTC). Milliseconds since 1970 in.
pub fn timestamp(ms: i64) -> String {
    let seconds = ms.div_euclid(1_000);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

/// Its time of day alone: `14:02:11 UTC`.
pub fn time_of_day(ms: i64) -> String {
    moment(ms).chars().skip(11).collect()
}

/// The same moment for reading: `2026-11-20 14:02:11 UTC`.
pub fn moment(ms: i64) -> String {
    timestamp(ms).replace('T', " ").replace('Z', " UTC")
}

/// Days since 1970 → year, month, day: the inverse of the days-from-civil computation on the proleptic Gregorian
/// calendar, with years that start in March so that the leap day is the last.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace(['\u{202F}', '\u{A0}'], " ")
    }

    #[test]
    fn counts_are_grouped() {
        let all: Vec<String> = [0, 999, 1_000, 12_345, 1_234_567].iter().map(|n| plain(&count(*n))).collect();
        assert_eq!(all, ["0", "999", "1 000", "12 345", "1 234 567"]);
        assert_eq!(plain(&approximately(1_204)), "≈ 1 204");
        assert_eq!(plain(&plural(1, "message", "messages")), "1 message");
        assert_eq!(plain(&about(1, "message", "messages")), "≈ 1 message");
        assert_eq!(plain(&about(0, "message", "messages")), "≈ 0 messages");
        assert_eq!((capital("not sent"), capital("")), ("Not sent".to_owned(), String::new()));
    }

    #[test]
    fn lengths_of_time_have_at_most_two_units() {
        let all: Vec<String> = [0, 30, 90, 345_600, 3_601, 86_461].iter().map(|s| plain(&seconds(*s))).collect();
        assert_eq!(all, ["0 s", "30 s", "1 min 30 s", "4 d", "1 h", "1 d"]);
    }

    #[test]
    fn ages_have_one_unit() {
        assert_eq!(plain(&age(10_000, 10_000)), "now");
        assert_eq!(plain(&age(10_000, 12_000)), "now", "a clock ahead of ours is not a negative age");
        assert_eq!(plain(&age(200_000, 10_000)), "3 min ago");
    }

    #[test]
    fn sizes_are_binary() {
        let all: Vec<String> = [0, 1_023, 1_024, 1_536, 204_800, 1_048_576].iter().map(|n| plain(&bytes(*n))).collect();
        assert_eq!(all, ["0 B", "1023 B", "1 KiB", "1.5 KiB", "200 KiB", "1 MiB"]);
    }

    #[test]
    fn moments_are_utc() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(moment(1_795_183_331_000), "2026-11-20 14:02:11 UTC");
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59Z");
    }
}
