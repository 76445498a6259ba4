//! Which characters may stand where (XML 1.0, fifth edition, sections 2.2 and 2.3; Namespaces in XML 1.0).

use crate::swar;

/// Whether all of `text`, which is UTF-8, are characters XML allows; else where the first other one is.
///
/// What is refused: controls but TAB, LF and CR, and the non-characters U+FFFE and U+FFFF.
pub(super) fn check_characters(text: &[u8]) -> Result<(), usize> {
    let mut rest = text;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        if is_suspect(u64::from_le_bytes(*chunk)) {
            check_slowly(text, text.len() - rest.len(), 8)?;
        }
        rest = tail;
    }
    check_slowly(text, text.len() - rest.len(), rest.len())
}

/// The same for a text that is ASCII.
pub(super) fn check_ascii(text: &[u8]) -> Result<(), usize> {
    let mut rest = text;
    while let Some((chunk, tail)) = rest.split_first_chunk::<32>() {
        if has_forbidden(chunk) {
            return check_slowly(text, text.len() - rest.len(), chunk.len());
        }
        rest = tail;
    }
    // What is left is looked at together with what comes before it.
    match text.last_chunk::<32>() {
        Some(last) if !has_forbidden(last) => Ok(()),
        _ => check_slowly(text, text.len() - rest.len(), rest.len()),
    }
}

/// Whether one of the bytes is a control that is no white space. Without a branch in it, so that the compiler looks at many
/// at once.
#[inline(always)]
fn has_forbidden(bytes: &[u8; 32]) -> bool {
    let is_forbidden = |byte: u8| {
        u8::from(byte < b' ')
            & u8::from(byte != b'\n')
            & u8::from(byte != b'\t')
            & u8::from(byte != b'\r')
    };
    bytes
        .iter()
        .fold(0, |found, byte| found | is_forbidden(*byte))
        != 0
}

/// Whether one of eight bytes is a control or 0xEF, with which U+FFFE and U+FFFF begin. May say yes for no reason.
#[inline(always)]
fn is_suspect(word: u64) -> bool {
    let efs = word ^ swar::repeat(0xef);
    let marks = (swar::below(word, 0x20) & !word) | (swar::equal(efs, 0) & !efs);
    marks & swar::HIGH_BITS != 0
}

/// Checks the characters that begin in the `len` bytes at `start`.
#[inline(never)]
fn check_slowly(text: &[u8], start: usize, len: usize) -> Result<(), usize> {
    let bytes = text.get(start..start + len).unwrap_or_default();
    for (at, &byte) in (start..).zip(bytes) {
        let is_allowed = match byte {
            b'\t' | b'\n' | b'\r' => true,
            0xef => !matches!(
                text.get(at..at + 3),
                Some(b"\xef\xbf\xbe" | b"\xef\xbf\xbf")
            ),
            _ => byte >= b' ',
        };
        if !is_allowed {
            return Err(at);
        }
    }
    Ok(())
}

/// Whether a character reference may stand for `character` (production 2, `Char`).
pub(super) fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{1_0000}'..)
}

/// The length of the qualified name that `text` begins with, or `None` if it doesn't begin with one.
#[inline(always)]
pub(super) fn qualified_name_len(text: &[u8]) -> Option<usize> {
    let len = simple_len(text);
    match (text.first(), text.get(len)) {
        (Some(b'A'..=b'Z' | b'_' | b'a'..=b'z'), Some(b':')) => prefixed_name_len(text, len),
        (Some(b'0'..=b'9'), _) | (_, Some(b':' | b'-' | b'.' | 0x80..)) => long_name_len(text),
        _ if len > 0 => Some(len),
        _ => None,
    }
}

/// How many bytes that are in nearly all names `text` begins with.
#[inline(always)]
fn simple_len(text: &[u8]) -> usize {
    text.iter()
        .take_while(|&&byte| IS_SIMPLE[usize::from(byte)])
        .count()
}

/// The same for a name with a prefix of `prefix_len` simple bytes.
#[inline]
fn prefixed_name_len(text: &[u8], prefix_len: usize) -> Option<usize> {
    let local = text.get(prefix_len + 1..).unwrap_or_default();
    let len = simple_len(local);
    match (local.first(), local.get(len)) {
        (Some(b'0'..=b'9'), _) | (_, Some(b':' | b'-' | b'.' | 0x80..)) => long_name_len(text),
        _ if len > 0 => Some(prefix_len + 1 + len),
        _ => None,
    }
}

/// The same for any name.
#[inline(never)]
fn long_name_len(text: &[u8]) -> Option<usize> {
    let len = name_len(text);
    let name = text.get(..len).unwrap_or_default();
    let is_qualified = match name.iter().position(|&byte| byte == b':') {
        None => true,
        Some(colon) => {
            let local = name.get(colon + 1..).unwrap_or_default();
            colon > 0
                && !local.contains(&b':')
                && name_len(local) == local.len()
                && !local.is_empty()
        }
    };
    (len > 0 && is_qualified).then_some(len)
}

/// Bytes of a name that are looked at: more than [`Limits::max_name_bytes`](crate::Limits::max_name_bytes) has a use for.
const LONGEST_NAME: usize = 1024;

/// The length of the name that `text` begins with (production 5, `Name`); 0 if it doesn't begin with one.
pub(crate) fn name_len(text: &[u8]) -> usize {
    // A longer name is refused whatever it is, and the rest of a document must not be looked at for each of its names.
    let text = text.get(..text.len().min(LONGEST_NAME)).unwrap_or_default();
    // What is looked at is the beginning that is UTF-8, which all of it is unless it was cut.
    let text = match core::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => text
            .get(..error.valid_up_to())
            .and_then(|valid| core::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    };
    let mut len = 0;
    for character in text.chars() {
        if !(is_name_start(character) || len > 0 && is_name_only(character)) {
            break;
        }
        len += character.len_utf8();
    }
    len
}

/// Production 4, `NameStartChar`.
fn is_name_start(character: char) -> bool {
    matches!(character,
        ':' | 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{1_0000}'..='\u{e_ffff}')
}

/// What production 4a, `NameChar`, adds to it.
fn is_name_only(character: char) -> bool {
    matches!(character,
        '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Which bytes are in nearly all names.
const IS_SIMPLE: [bool; 256] = {
    let mut is_simple = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        is_simple[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    is_simple
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_non_characters_are_found_wherever_they_stand() {
        for bad in ["\0", "\u{1}", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            for before in 0..20 {
                for after in 0..20 {
                    let text = format!("{}{bad}{}", "\u{fffd}\t".repeat(before), "x".repeat(after));
                    assert_eq!(
                        check_characters(text.as_bytes()),
                        Err(before * 4),
                        "{text:?}"
                    );
                }
            }
        }
        for good in [
            "",
            "\t\r\n ~",
            "\u{7f}",
            "\u{85}\u{fffd}\u{10ffff}",
            "a\u{e000}b\u{d7ff}",
        ] {
            assert_eq!(check_characters(good.repeat(5).as_bytes()), Ok(()));
        }
    }

    #[test]
    fn names_end_where_they_must() {
        for (text, len) in [
            ("", 0),
            ("a", 1),
            ("a b", 1),
            ("a1-.:_>", 6),
            ("1a", 0),
            ("-a", 0),
            (".a", 0),
            ("é>", 2),
            ("aé=", 3),
            ("a\u{b7}b", 4),
            ("\u{b7}b", 0),
            ("\u{d7}", 0),
            ("a\u{37e}", 1),
            ("\u{10000}", 4),
        ] {
            assert_eq!(name_len(text.as_bytes()), len, "{text}");
        }
    }

    #[test]
    fn qualified_names_have_one_colon_between_names() {
        for (name, expected) in [
            ("", None),
            ("a>", Some(1)),
            ("a9_>", Some(3)),
            ("9a", None),
            ("a-b.c ", Some(5)),
            ("a:b ", Some(3)),
            ("é:b", Some(4)),
            (":a", None),
            ("a:", None),
            ("a:b:c", None),
            ("a:1", None),
            ("ns1:a_2>", Some(7)),
            ("a:b-c/", Some(5)),
            ("a:é.", Some(5)),
            ("1a:b", None),
            ("a:b:", None),
            ("a: ", None),
            ("-", None),
        ] {
            assert_eq!(qualified_name_len(name.as_bytes()), expected, "{name}");
        }
    }
}
