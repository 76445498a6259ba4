//! Eight bytes at a time, in a `u64` whose lowest byte is the first one.
//!
//! A test gives a word whose high bits are marks. The subtractions borrow, so that a byte above a marked one may be marked
//! wrongly: *whether* there is a mark, and *the lowest one*, are exact. Bytes from 0x80 on must be masked out by the
//! caller, with `& !word & HIGH_BITS`.

/// The high bit of each byte.
pub(crate) const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
const ONES: u64 = u64::from_le_bytes([1; 8]);

/// `byte` eight times.
#[inline(always)]
pub(crate) const fn repeat(byte: u8) -> u64 {
    ONES * byte as u64
}

/// Marks the bytes that are `byte`.
#[inline(always)]
pub(crate) const fn equal(word: u64, byte: u8) -> u64 {
    (word ^ repeat(byte)).wrapping_sub(ONES)
}

/// Marks the bytes that are below `limit`, which is at most 0x80.
#[inline(always)]
pub(crate) const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(repeat(limit))
}

/// Which byte the lowest mark is on.
#[inline(always)]
pub(crate) const fn first(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// Less than eight bytes as a word, filled up with zeros.
#[inline(always)]
pub(crate) fn short_word(bytes: &[u8]) -> u64 {
    let shift = |len: usize| (bytes.len().wrapping_sub(len) & 7) * 8;
    if let (Some(&first), Some(&last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(first))
            | u64::from(u32::from_le_bytes(last)) << shift(4);
    }
    if let (Some(&first), Some(&last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) {
        return u64::from(u16::from_le_bytes(first))
            | u64::from(u16::from_le_bytes(last)) << shift(2);
    }
    bytes.first().map_or(0, |&byte| u64::from(byte))
}

/// Whether `is_clean` says so of each eight bytes, the last of which may overlap the ones before. Where there are
/// fewer, they are filled up with spaces.
#[inline(always)]
pub(crate) fn all(bytes: &[u8], is_clean: impl Fn(u64) -> bool) -> bool {
    let Some(&last) = bytes.last_chunk::<8>() else {
        let fill = repeat(b' ') << (bytes.len() * 8);
        return is_clean(short_word(bytes) | fill);
    };
    let mut rest = bytes;
    while let Some((&chunk, tail)) = rest.split_first_chunk::<8>() {
        if !is_clean(u64::from_le_bytes(chunk)) {
            return false;
        }
        rest = tail;
    }
    rest.is_empty() || is_clean(u64::from_le_bytes(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_are_the_bytes_and_zeros() {
        let bytes = b"\x01\x82\x03\x84\x05\x86\x07";
        for len in 0..=7 {
            let mut expected = [0; 8];
            expected[..len].copy_from_slice(&bytes[..len]);
            assert_eq!(short_word(&bytes[..len]).to_le_bytes(), expected);
        }
    }

    #[test]
    fn every_byte_is_looked_at() {
        for len in 0..40 {
            for at in 0..len {
                let mut bytes = vec![b'a'; len];
                bytes[at] = b'!';
                let marks = |word: u64| equal(word, b'!') & !word & HIGH_BITS;
                assert!(!all(&bytes, |word| marks(word) == 0), "{at} of {len}");
                assert!(all(&bytes, |word| word != 0));
            }
        }
    }
}
