//! Base64 (RFC 4648 section 4) with padding, as XML-RPC uses it.

const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends `bytes` in base64.
pub fn write(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    let mut rest = bytes;
    while let Some((&[a, b, c], tail)) = rest.split_first_chunk::<3>() {
        let group = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
        out.extend_from_slice(&[
            digit(group >> 18),
            digit(group >> 12),
            digit(group >> 6),
            digit(group),
        ]);
        rest = tail;
    }
    match *rest {
        [a] => {
            let group = u32::from(a) << 16;
            out.extend_from_slice(&[digit(group >> 18), digit(group >> 12), b'=', b'=']);
        }
        [a, b] => {
            let group = u32::from(a) << 16 | u32::from(b) << 8;
            out.extend_from_slice(&[
                digit(group >> 18),
                digit(group >> 12),
                digit(group >> 6),
                b'=',
            ]);
        }
        _ => {}
    }
}

/// Appends what `text` stands for. White space may stand anywhere; padding must be complete and the bits that it leaves
/// over zero, so that no two texts stand for the same bytes. `None` (with `out` partly written) if it isn't base64.
pub(crate) fn read(out: &mut Vec<u8>, text: &[u8]) -> Option<()> {
    out.reserve(text.len() / 4 * 3);
    let (mut group, mut digits, mut padding) = (0u32, 0u32, 0u32);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        group = group << 6 | u32::from(value);
        digits += 1;
        if digits == 4 {
            out.extend_from_slice(&[(group >> 16) as u8, (group >> 8) as u8, group as u8]);
            (group, digits) = (0, 0);
        }
    }
    match (digits, padding) {
        (0, 0) => {}
        (2, 2) if group & 0xf == 0 => out.push((group >> 4) as u8),
        (3, 1) if group & 3 == 0 => {
            out.extend_from_slice(&[(group >> 10) as u8, (group >> 2) as u8]);
        }
        _ => return None,
    }
    Some(())
}

#[inline]
fn digit(bits: u32) -> u8 {
    ALPHABET[(bits & 63) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        read(&mut out, text.as_bytes()).map(|()| out)
    }

    #[test]
    fn the_vectors_of_rfc_4648_hold_both_ways() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut out = Vec::new();
            write(&mut out, bytes.as_bytes());
            assert_eq!(out, text.as_bytes());
            assert_eq!(decoded(text), Some(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn white_space_is_ignored_and_all_bytes_survive() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut text = Vec::new();
        write(&mut text, &bytes);
        let wrapped: String = text
            .chunks(76)
            .map(|line| format!(" {}\r\n", String::from_utf8_lossy(line)))
            .collect();
        assert_eq!(decoded(&wrapped), Some(bytes));
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for text in [
            "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=", "====", "Zg==Zg==", "Zm9v=",
            "Zm-_", "Zm9v\0", "Z=g=",
        ] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
