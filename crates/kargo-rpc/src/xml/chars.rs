//! Which characters may stand where (XML 1.0, fifth edition, sections 2.2 and 2.3; Namespaces in XML 1.0).

use crate::swar;

/// Whether all of `text`, which is UTF-8, are characters XML allows; else where the first other one is.
///
/// What is refused: controls but TAB, LF and CR, and the non-characters U+FFFE and U+FFFF.
pub(super) fn check_characters(text: &[u8]) -> Result<(), usize> {
    let mut rest = text;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        if is_suspect(u64::from_le_bytes(*chunk)) {
            // A suspect sequence may begin or end across the chunk's edge, hence the rest of the text.
            let at = text.len() - rest.len();
            return check_slowly(text, at.saturating_sub(2));
        }
        rest = tail;
    }
    check_slowly(text, (text.len() - rest.len()).saturating_sub(2))
}

/// Whether one of eight bytes is a control or 0xEF, with which U+FFFE and U+FFFF begin. May say yes for no reason.
#[inline(always)]
fn is_suspect(word: u64) -> bool {
    let efs = word ^ swar::repeat(0xef);
    let marks = (swar::below(word, 0x20) & !word) | (swar::equal(efs, 0) & !efs);
    marks & swar::HIGH_BITS != 0
}

fn check_slowly(text: &[u8], from: usize) -> Result<(), usize> {
    let mut at = from;
    while let Some(&byte) = text.get(at) {
        let is_allowed = match byte {
            b'\t' | b'\n' | b'\r' | 0x20.. if byte != 0xef => true,
            0xef => !matches!(
                text.get(at..at + 3),
                Some(b"\xef\xbf\xbe" | b"\xef\xbf\xbf")
            ),
            _ => false,
        };
        if !is_allowed {
            return Err(at);
        }
        at += 1;
    }
    Ok(())
}

/// Whether a character reference may stand for `character` (production 2, `Char`).
pub(super) fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{1_0000}'..)
}

/// The length of the name that `text` begins with; 0 if it doesn't begin with one.
#[inline(always)]
pub(super) fn name_len(text: &[u8]) -> usize {
    let mut len = 0;
    while let Some(&byte) = text.get(len) {
        match NAME_CLASSES[usize::from(byte)] {
            NAME => len += 1,
            NAME_NOT_FIRST if len > 0 => len += 1,
            OTHER | NAME_NOT_FIRST => break,
            _ => return long_name_len(text, len),
        }
    }
    len
}

/// The same from a byte outside of ASCII on.
#[cold]
fn long_name_len(text: &[u8], from: usize) -> usize {
    // The text is UTF-8, and `from` is at a character's beginning.
    let rest = core::str::from_utf8(text.get(from..).unwrap_or_default()).unwrap_or_default();
    let mut len = from;
    for character in rest.chars() {
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

/// Whether a name is one with namespaces: at most one colon, with a name on either side.
#[inline(always)]
pub(super) fn is_qualified(name: &[u8]) -> bool {
    match name.iter().position(|&byte| byte == b':') {
        None => true,
        Some(0) => false,
        Some(colon) => {
            let local = name.get(colon + 1..).unwrap_or_default();
            name_len(local) == local.len() && !local.is_empty() && !local.contains(&b':')
        }
    }
}

const OTHER: u8 = 0;
const NAME: u8 = 1;
const NAME_NOT_FIRST: u8 = 2;
const NOT_ASCII: u8 = 3;

const NAME_CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b':' | b'A'..=b'Z' | b'_' | b'a'..=b'z' => NAME,
            b'-' | b'.' | b'0'..=b'9' => NAME_NOT_FIRST,
            0x80.. => NOT_ASCII,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
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
            ("a", true),
            ("a:b", true),
            (":a", false),
            ("a:", false),
            ("a:b:c", false),
            ("a:1", false),
        ] {
            assert_eq!(is_qualified(name.as_bytes()), expected, "{name}");
        }
    }
}
