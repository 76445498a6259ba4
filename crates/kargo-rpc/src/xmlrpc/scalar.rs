//! The texts of scalars. Nothing may stand before or behind them.

/// `[+-]?[0-9]+` within 64 bits.
pub(super) fn int(text: &[u8]) -> Option<i64> {
    let digits = match text {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// The same within 32 bits.
pub(super) fn int_32(text: &[u8]) -> Option<i64> {
    int(text).filter(|&value| i32::try_from(value).is_ok())
}

/// `0` or `1`.
pub(super) fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"0" => Some(false),
        b"1" => Some(true),
        _ => None,
    }
}

/// A sign, digits with a point before, within, behind or not at all, an exponent; finite.
pub(super) fn double(text: &[u8]) -> Option<f64> {
    // The standard library's grammar is this one and the words for what is no finite number.
    if !text
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    let value: f64 = core::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_strict() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("+7", Some(7)),
            ("007", Some(7)),
            ("2147483647", Some(i64::from(i32::MAX))),
            ("-2147483648", Some(i64::from(i32::MIN))),
        ] {
            assert_eq!(int_32(text.as_bytes()), value, "{text}");
        }
        assert_eq!(int_32(b"2147483648"), None);
        assert_eq!(int_32(b"-2147483649"), None);
        assert_eq!(int(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(int(b"9223372036854775808"), None);
        for text in [
            "", "+", "-", " 1", "1 ", "1\n", "1.0", "1e3", "0x1", "--1", "+-1", "\u{661}", "1a",
        ] {
            assert_eq!(int(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn doubles_are_finite_and_alone() {
        for (text, value) in [
            ("1", 1.0),
            ("-12.214", -12.214),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("1.5E-3", 0.0015),
            ("1e-999", 0.0),
        ] {
            assert_eq!(double(text.as_bytes()), Some(value), "{text}");
        }
        for text in [
            "", ".", "-", "e5", "1e", " 1", "1 ", "inf", "-INF", "nan", "infinity", "1e400",
            "0x1p3", "1,5", "1_0",
        ] {
            assert_eq!(double(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn booleans_are_one_digit() {
        assert_eq!(boolean(b"1"), Some(true));
        assert_eq!(boolean(b"0"), Some(false));
        for text in ["", "true", "false", "2", "01", " 1"] {
            assert_eq!(boolean(text.as_bytes()), None, "{text}");
        }
    }
}
