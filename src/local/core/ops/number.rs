//! What SQS takes for a number in an attribute. It stays the text it was sent as: SDKs compare its digest.
//!
//! Developer guide, "Amazon SQS message metadata".

/// The most significant digits of a number.
const DIGITS: usize = 38;
/// The powers of ten between which a number lies, or below zero its opposite.
const POWERS: (i64, i64) = (-128, 126);

/// Whether a text is a number with at most 38 digits, not counting zeros at its ends, and either zero or, without its
/// sign, between 10^-128 and 10^126.
pub fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(exponent) = exponent.parse::<i64>().ok().filter(|exponent| exponent.abs() < 10_000) else {
        return false;
    };
    if whole.len() + fraction.len() == 0 || !numeric(whole) || !numeric(fraction) {
        return false;
    }
    let all = format!("{whole}{fraction}");
    let led = all.trim_start_matches('0');
    let significant = led.trim_end_matches('0');
    let places = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX / 4);
    // The power of ten of the first significant digit.
    let power = places(whole) - 1 - (places(&all) - places(led)) + exponent;
    let (least, most) = POWERS;
    let in_range = power >= least && (power < most || (power == most && significant == "1"));
    significant.len() <= DIGITS && (significant.is_empty() || in_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_precision_and_their_range() {
        let most = format!("1{}", "0".repeat(126));
        let least = format!("0.{}1", "0".repeat(127));
        for good in ["0", "-0.0", "007", "+1.5", ".5", "5.", "1e126", "-1e-128", &most, &least, &"9".repeat(38)] {
            assert!(is_number(good), "{good}");
        }
        for good in [format!("000{}000", "9".repeat(38)), format!("{}.{}", "9".repeat(19), "9".repeat(19))] {
            assert!(is_number(&good), "{good}");
        }
        for bad in ["", "x", ".", "-", "1e", "1e1.5", "1 ", "0x1f", "1_000", "NaN", "inf", "1e127", "2e126", "1e-129"] {
            assert!(!is_number(bad), "{bad}");
        }
        for bad in [format!("{most}0"), "1".repeat(39), format!("1.{}1", "0".repeat(37)), format!("1e{}", i64::MAX)] {
            assert!(!is_number(&bad), "{bad}");
        }
    }
}
