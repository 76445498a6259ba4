//! The texts of scalars as XML Schema has them: white space around them means nothing.

/// `[+-]?[0-9]+` within 64 bits.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let text = trim(text);
    let digits = match text {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// The same in the one form that we would write.
pub(super) fn canonical_integer(text: &[u8]) -> Option<i64> {
    let value = integer(text)?;
    (itoa::Buffer::new().format(value).as_bytes() == text).then_some(value)
}

/// `true`, `false`, `1` or `0`.
pub(super) fn boolean(text: &[u8]) -> Option<bool> {
    match trim(text) {
        b"true" | b"1" => Some(true),
        b"false" | b"0" => Some(false),
        _ => None,
    }
}

/// A decimal number, perhaps with an exponent; finite.
pub(super) fn number(text: &[u8]) -> Option<f64> {
    let text = trim(text);
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

/// Without the white space of XML around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let start = text.iter().position(|byte| !is_space(byte));
    let end = text.iter().rposition(|byte| !is_space(byte));
    match (start, end) {
        (Some(start), Some(end)) => text.get(start..=end).unwrap_or_default(),
        _ => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_those_of_xml_schema() {
        assert_eq!(integer(b" \n+07\t"), Some(7));
        assert_eq!(integer(b"-9223372036854775808"), Some(i64::MIN));
        for text in [
            "",
            "+",
            "1.0",
            "1e3",
            "0x1",
            "9223372036854775808",
            "1 2",
            "\u{661}",
        ] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
        assert_eq!(canonical_integer(b"-7"), Some(-7));
        assert_eq!(canonical_integer(b"07"), None);
        assert_eq!(canonical_integer(b" 7"), None);
        assert_eq!(boolean(b" true "), Some(true));
        assert_eq!(boolean(b"0"), Some(false));
        assert_eq!(boolean(b"TRUE"), None);
        assert_eq!(number(b" 1.5E3 "), Some(1500.0));
        assert_eq!(number(b"-.5"), Some(-0.5));
        for text in ["", "INF", "-INF", "NaN", "inf", "1e400", "1,5", "e"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }
}
