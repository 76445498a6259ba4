//! Text into XML.

use crate::swar;

/// Appends `bytes` as character data. `false`, with nothing appended: they are no UTF-8, or have characters that XML can't
/// hold.
#[inline(always)]
pub(crate) fn write_text(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        return true;
    }
    write_checked(out, bytes)
}

#[cold]
#[inline(never)]
fn write_checked(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    match core::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(super::chars::is_character) => {
            write_escaped(out, text);
            true
        }
        _ => false,
    }
}

/// Appends `bytes` as character data, whatever they are: U+FFFD stands where they are no UTF-8 or no character of XML.
pub(crate) fn write_text_lossy(out: &mut Vec<u8>, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.replace(
        |character| !super::chars::is_character(character),
        "\u{fffd}",
    );
    write_escaped(out, &text);
}

/// A carriage return is written as a reference, since a reader would make it a line feed.
fn write_escaped(out: &mut Vec<u8>, text: &str) {
    for piece in text
        .as_bytes()
        .split_inclusive(|byte| matches!(byte, b'<' | b'>' | b'&' | b'\r'))
    {
        let (escape, plain) = match piece.split_last() {
            Some((b'<', plain)) => (&b"&lt;"[..], plain),
            Some((b'>', plain)) => (&b"&gt;"[..], plain),
            Some((b'&', plain)) => (&b"&amp;"[..], plain),
            Some((b'\r', plain)) => (&b"&#13;"[..], plain),
            _ => (&b""[..], piece),
        };
        out.extend_from_slice(plain);
        out.extend_from_slice(escape);
    }
}

/// Whether `bytes` are ASCII that needs no escape and no check.
#[inline(always)]
fn is_plain(bytes: &[u8]) -> bool {
    swar::all(bytes, |word| {
        // `<` and `>` differ in one bit.
        let marks = swar::equal(word | swar::repeat(2), b'>')
            | swar::equal(word, b'&')
            | swar::below(word, 0x20)
            | word;
        marks & swar::HIGH_BITS == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> Option<String> {
        let mut out = Vec::new();
        write_text(&mut out, bytes).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_byte_is_escaped_wherever_it_stands() {
        for byte in 0..0x80u8 {
            for before in 0..18 {
                let text = format!("{}{}z", "a".repeat(before), char::from(byte));
                let expected = match byte {
                    b'<' => Some("&lt;".into()),
                    b'>' => Some("&gt;".into()),
                    b'&' => Some("&amp;".into()),
                    b'\r' => Some("&#13;".into()),
                    b'\t' | b'\n' | 0x20.. => Some(char::from(byte).to_string()),
                    _ => None,
                };
                let expected: Option<String> =
                    expected.map(|middle: String| format!("{}{middle}z", "a".repeat(before)));
                assert_eq!(written(text.as_bytes()), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_refused_or_replaced() {
        assert_eq!(
            written("é\u{1f600}\u{85}".as_bytes()).as_deref(),
            Some("é\u{1f600}\u{85}")
        );
        assert_eq!(written("\u{fffe}".as_bytes()), None);
        assert_eq!(written(b"\xff"), None);
        let mut out = Vec::new();
        write_text_lossy(&mut out, b"a\0b\xffc\xef\xbf\xbe<");
        assert_eq!(out, "a\u{fffd}b\u{fffd}c\u{fffd}&lt;".as_bytes());
    }
}
