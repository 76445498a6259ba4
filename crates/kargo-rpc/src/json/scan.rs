//! Finding the next byte of a string that is not itself, eight bytes at a time.

use crate::swar;

/// The offset of the first quotation mark, backslash or control character, or the length.
#[inline(always)]
pub(super) fn find_special(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let marks = special_marks(word) & !word & swar::HIGH_BITS;
        if marks != 0 {
            return bytes.len() - rest.len() + swar::first(marks);
        }
        rest = tail;
    }
    let in_tail = rest
        .iter()
        .position(|&byte| is_special(byte))
        .unwrap_or(rest.len());
    bytes.len() - rest.len() + in_tail
}

/// Whether `json_encode`'s string form of `bytes` is `bytes`: no special byte and nothing outside ASCII.
#[inline(always)]
pub(super) fn is_plain_ascii(bytes: &[u8]) -> bool {
    swar::all(bytes, is_plain_ascii_word)
}

/// The same for eight bytes.
#[inline(always)]
pub(super) const fn is_plain_ascii_word(word: u64) -> bool {
    (special_marks(word) | word) & swar::HIGH_BITS == 0
}

#[inline]
pub(crate) const fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Marks special bytes; see [`swar`] for how to read the marks.
#[inline(always)]
const fn special_marks(word: u64) -> u64 {
    // With that bit turned the quotation mark is what follows the control characters, which stay below 0x20.
    let turned = word ^ swar::repeat(b'"' ^ b' ');
    swar::below(turned, b' ' + 1) | swar::equal(word, b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_offset_is_found_or_passed() {
        for len in 0..40 {
            for at in 0..len {
                for byte in 0..=255u8 {
                    let mut bytes = vec![b'a'; len];
                    bytes[at] = byte;
                    let expected = if is_special(byte) { at } else { len };
                    assert_eq!(find_special(&bytes), expected);
                    assert_eq!(is_plain_ascii(&bytes), !is_special(byte) && byte < 0x80);
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found() {
        let bytes = b"aaa\x7f\x80\xff\x20\x21\x23\"\\\x00";
        assert_eq!(find_special(bytes), 9);
        assert_eq!(find_special(&bytes[10..]), 0);
        assert_eq!(find_special(&bytes[11..]), 0);
        assert_eq!(find_special(&bytes[12..]), 0);
    }
}
