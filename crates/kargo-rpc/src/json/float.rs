//! Floats as `json_encode` writes them: the shortest digits that read back the same.

/// Appends `value`, which is finite. Like PHP with `serialize_precision = -1` and `JSON_PRESERVE_ZERO_FRACTION`: `1.0`
/// stays a float, and exponents come in below 1e-4 and from 1e17 on, as in `1.0e-5` and `1.0e+17`.
pub(super) fn write(out: &mut Vec<u8>, value: f64) {
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value).as_bytes();
    let Some(e) = shortest.iter().position(|&byte| byte == b'e') else {
        write_positional(out, shortest);
        return;
    };
    let (mantissa, exponent) = shortest.split_at(e);
    let exponent = exponent.get(1..).unwrap_or_default();
    if matches!(exponent, b"16" | b"+16") {
        write_17_digits(out, mantissa);
        return;
    }
    out.extend_from_slice(mantissa);
    if !mantissa.contains(&b'.') {
        out.extend_from_slice(b".0");
    }
    out.push(b'e');
    if !matches!(exponent.first(), Some(b'-' | b'+')) {
        out.push(b'+');
    }
    out.extend_from_slice(exponent);
}

/// Appends `mantissa` times 1e16: the one power for which PHP still writes all digits.
fn write_17_digits(out: &mut Vec<u8>, mantissa: &[u8]) {
    let start = out.len();
    let (sign, digits) = match mantissa.strip_prefix(b"-") {
        Some(digits) => (&b"-"[..], digits),
        None => (&b""[..], mantissa),
    };
    out.extend_from_slice(sign);
    out.extend(digits.iter().filter(|&&byte| byte != b'.'));
    out.resize(start + sign.len() + 17, b'0');
    out.extend_from_slice(b".0");
}

/// Appends `shortest`, which has no exponent, with the one that PHP gives to what begins with `0.0000`.
fn write_positional(out: &mut Vec<u8>, shortest: &[u8]) {
    let (sign, magnitude) = match shortest.strip_prefix(b"-") {
        Some(magnitude) => (&b"-"[..], magnitude),
        None => (&b""[..], shortest),
    };
    match magnitude
        .strip_prefix(b"0.0000")
        .and_then(<[u8]>::split_first)
    {
        Some((&digit, rest)) => {
            out.extend_from_slice(sign);
            out.extend_from_slice(&[digit, b'.']);
            out.extend_from_slice(if rest.is_empty() { b"0" } else { rest });
            out.extend_from_slice(b"e-5");
        }
        None => out.extend_from_slice(shortest),
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn the_form_is_that_of_json_encode() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100_000.0, "100000.0"),
            (1e15, "1000000000000000.0"),
            (9_007_199_254_740_992.0, "9007199254740992.0"),
            (1e16, "10000000000000000.0"),
            (-1.5e16, "-15000000000000000.0"),
            (12_345_678_901_234_568.0, "12345678901234568.0"),
            (-77_484_064_854_742_688.0, "-77484064854742690.0"),
            (1e17, "1.0e+17"),
            (1.234_567_890_123_456_8e17, "1.2345678901234568e+17"),
            (1e22, "1.0e+22"),
            (1e-4, "0.0001"),
            (0.000_123_45, "0.00012345"),
            (1e-5, "1.0e-5"),
            (-1.25e-5, "-1.25e-5"),
            (9.999e-5, "9.999e-5"),
            (-1.5e-9, "-1.5e-9"),
            (5e-324, "5.0e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            let mut out = Vec::new();
            write(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
