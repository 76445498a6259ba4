//! Numbers: the grammar of RFC 8259 section 6, and their values.

use crate::BodyErrorKind;

/// The value of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// Without fraction and exponent, within 64 bits.
    Int(i64),
    /// Anything else; infinite if too large.
    Float(f64),
}

/// Powers of ten that a float holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// So many digits never overflow a `u64`, nor an `i64` with 18.
const MAX_DIGITS: usize = 19;

/// Reads the number that `text` begins with. Returns it and its length.
#[inline(always)]
pub(super) fn read(text: &[u8]) -> Result<(Number, usize), BodyErrorKind> {
    let is_negative = text.first() == Some(&b'-');
    let start = usize::from(is_negative);
    let (magnitude, end) = digits(text, start, 0);
    let is_int = !matches!(text.get(end), Some(b'.' | b'e' | b'E'));
    // Not long, and no zero before other digits: nearly all integers.
    let is_short = (end - start).wrapping_sub(1) < MAX_DIGITS - 1;
    if is_int && is_short && (text.get(start) != Some(&b'0') || end - start == 1) {
        let value = magnitude as i64;
        return Ok((Number::Int(if is_negative { -value } else { value }), end));
    }
    read_slowly(text, start, magnitude, end)
}

/// The same for anything, `int_end` being where its first digits end and `mantissa` their value.
#[inline(never)]
fn read_slowly(
    text: &[u8],
    start: usize,
    mut mantissa: u64,
    int_end: usize,
) -> Result<(Number, usize), BodyErrorKind> {
    match (int_end - start, text.get(start)) {
        (0, None) => return Err(BodyErrorKind::UnexpectedEnd),
        (0, Some(_)) => return Err(BodyErrorKind::Syntax),
        (2.., Some(b'0')) => return Err(BodyErrorKind::Syntax),
        _ => {}
    }
    if !matches!(text.get(int_end), Some(b'.' | b'e' | b'E')) {
        return Ok((
            int_or_float(text.get(..int_end).unwrap_or_default()),
            int_end,
        ));
    }

    let mut end = int_end;
    let mut significant = int_end - start;
    let mut exponent = 0i64;
    if text.get(end) == Some(&b'.') {
        let fraction_start = end + 1;
        (mantissa, end) = digits(text, fraction_start, mantissa);
        let fraction_len = end - fraction_start;
        if fraction_len == 0 {
            return Err(missing_digit(text, end));
        }
        significant += fraction_len;
        exponent = -(fraction_len as i64);
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = text.get(end + 1);
        let digits_start = end + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
        let (written, exponent_end) = exponent_digits(text, digits_start);
        if exponent_end == digits_start {
            return Err(missing_digit(text, exponent_end));
        }
        exponent += if sign == Some(&b'-') {
            -written
        } else {
            written
        };
        end = exponent_end;
    }

    // Clinger's fast path: both operands are exact, so the one operation rounds correctly.
    let value = match EXACT_POWERS.get(exponent.unsigned_abs() as usize) {
        Some(power) if significant <= MAX_DIGITS && mantissa < 1 << 53 => {
            let mantissa = mantissa as i64 as f64;
            let magnitude = if exponent < 0 {
                mantissa / power
            } else {
                mantissa * power
            };
            if start == 1 { -magnitude } else { magnitude }
        }
        _ => slow_float(text.get(..end).unwrap_or_default()),
    };
    Ok((Number::Float(value), end))
}

/// Reads digits from `at` on, continuing `value` (which is meaningless after more than [`MAX_DIGITS`]).
#[inline(always)]
fn digits(text: &[u8], start: usize, mut value: u64) -> (u64, usize) {
    let mut rest = text.get(start..).unwrap_or_default();
    while let Some((byte, tail)) = rest.split_first() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        rest = tail;
    }
    (value, text.len() - rest.len())
}

/// The same for an exponent, which beyond six digits is as good as infinite.
fn exponent_digits(text: &[u8], mut at: usize) -> (i64, usize) {
    let mut value = 0i64;
    while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')) {
        if digit > 9 {
            break;
        }
        value = (value * 10 + i64::from(digit)).min(1_000_000);
        at += 1;
    }
    (value, at)
}

fn missing_digit(text: &[u8], at: usize) -> BodyErrorKind {
    if at >= text.len() {
        BodyErrorKind::UnexpectedEnd
    } else {
        BodyErrorKind::Syntax
    }
}

fn int_or_float(text: &[u8]) -> Number {
    let value = core::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok());
    value.map_or_else(|| Number::Float(slow_float(text)), Number::Int)
}

/// Correctly rounded by the standard library; infinite beyond the range.
fn slow_float(text: &[u8]) -> f64 {
    core::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_keep_their_kind_up_to_64_bits() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("7", 7),
            ("-12", -12),
            ("999999999999999999", 999_999_999_999_999_999),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(
                read(text.as_bytes()),
                Ok((Number::Int(value), text.len())),
                "{text}"
            );
        }
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "123456789012345678901234567890",
        ] {
            let float = Number::Float(text.parse().unwrap());
            assert_eq!(read(text.as_bytes()), Ok((float, text.len())), "{text}");
        }
    }

    #[test]
    fn floats_are_rounded_correctly() {
        for text in [
            "0.0",
            "1.0",
            "0.1",
            "-0.1",
            "1e5",
            "1E+5",
            "1e-5",
            "0e0",
            "123.456e-7",
            "5e-324",
            "2.5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "9007199254740993.0",
            "9007199254740992.0",
            "0.1e-21",
            "1e22",
            "1e23",
            "8.5e22",
            "179769313486231570000.0e289",
            "1.00000000000000000000000000000000001",
            "0.000000000000000000000000000000000000000001",
            "3.14159265358979323846264338327950288",
            "6.02214076e23",
            "1e-400",
            "18446744073709551616.0",
            "184467440737095516160e-1",
        ] {
            let expected: f64 = text.parse().unwrap();
            match read(text.as_bytes()) {
                Ok((Number::Float(value), len)) => {
                    assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
                    assert_eq!(len, text.len());
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        assert_eq!(read(b"1e400"), Ok((Number::Float(f64::INFINITY), 5)));
        assert_eq!(
            read(b"-1e99999999999999999999"),
            Ok((Number::Float(f64::NEG_INFINITY), 23))
        );
        assert!(matches!(read(b"-0.0"), Ok((Number::Float(zero), 4)) if zero.is_sign_negative()));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "-", "-a", "01", "-01", "00", "1.", "1.e5", "1e", "1e+", "1e-x", ".5", "+1", "1.x",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn reading_stops_at_what_follows() {
        assert_eq!(read(b"12,"), Ok((Number::Int(12), 2)));
        assert_eq!(read(b"1.5]"), Ok((Number::Float(1.5), 3)));
        assert_eq!(read(b"1-"), Ok((Number::Int(1), 1)));
    }
}
