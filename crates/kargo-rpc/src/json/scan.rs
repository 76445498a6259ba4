//! Finding the next byte of a string that is not itself, eight bytes at a time.

const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// The offset of the first quotation mark, backslash or control character, or the length.
#[inline(always)]
pub(super) fn find_special(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let specials = specials(u64::from_le_bytes(*chunk));
        if specials != 0 {
            return bytes.len() - rest.len() + (specials.trailing_zeros() / 8) as usize;
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
#[inline]
pub(super) fn is_plain_ascii(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        if specials(word) | (word & HIGH_BITS) != 0 {
            return false;
        }
        rest = tail;
    }
    rest.iter()
        .all(|&byte| !is_special(byte) && byte.is_ascii())
}

#[inline]
pub(super) const fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// The high bit of each byte of `word` that is special. A byte above a special one may be marked wrongly (the
/// subtractions borrow), so only the lowest mark is to be believed.
#[inline]
const fn specials(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let below =
        quote.wrapping_sub(ONES) | backslash.wrapping_sub(ONES) | word.wrapping_sub(ONES * 0x20);
    below & !word & HIGH_BITS
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
