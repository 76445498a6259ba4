//! Values of a session as bytes: null, booleans, integers, floats, byte strings, and arrays of them. Each has one form,
//! and comes back as it was, to the last bit.
//!
//! JSON has no byte strings, and PHP's own form has objects, whose classes a reader would have to be kept from. Both are
//! longer, which counts where a cookie has 4 KiB.

/// Deepest nesting of arrays.
pub const DEEPEST: usize = 64;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const FLOAT: u8 = 4;
const BYTES: u8 = 5;
const LIST: u8 = 6;
const MAP: u8 = 7;

/// The next part of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string of any bytes.
    Bytes(&'a [u8]),
    /// An array with the keys 0, 1, 2 and so on; so many values follow.
    List(usize),
    /// An array; so many pairs follow, each a key ([`Token::Int`] or [`Token::Bytes`]) and a value.
    Map(usize),
}

impl Token<'_> {
    /// Appends it.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(NULL),
            Self::Bool(false) => out.push(FALSE),
            Self::Bool(true) => out.push(TRUE),
            Self::Int(int) => {
                out.push(INT);
                // Small numbers of either sign are short.
                let folded = (int << 1) ^ (int >> 63);
                write_number(out, folded.cast_unsigned());
            }
            Self::Float(float) => {
                out.push(FLOAT);
                out.extend_from_slice(&float.to_bits().to_le_bytes());
            }
            Self::Bytes(bytes) => {
                out.push(BYTES);
                write_bytes(out, bytes);
            }
            Self::List(count) => {
                out.push(LIST);
                write_number(out, count as u64);
            }
            Self::Map(count) => {
                out.push(MAP);
                write_number(out, count as u64);
            }
        }
    }
}

/// Appends a number, seven bits in each byte.
pub(super) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or(0));
}

/// Appends bytes with their length.
pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what was written.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether everything was read.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was not read.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has one bit left; and there is one form only, without zeroes at the end.
            if bits << shift >> shift != bits || (byte == 0 && shift != 0) {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// A number of things, each of which has `least` bytes: as many as there can be.
    pub(super) fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len() / least).then_some(count)
    }

    /// The next part; `None` if there is none, or what is there is not of this form.
    pub fn token(&mut self) -> Option<Token<'a>> {
        Some(match self.byte()? {
            NULL => Token::Null,
            FALSE => Token::Bool(false),
            TRUE => Token::Bool(true),
            INT => {
                let folded = self.number()?;
                let sign = (folded & 1).cast_signed();
                Token::Int((folded >> 1).cast_signed() ^ -sign)
            }
            FLOAT => {
                let bits = self.take(8)?.first_chunk()?;
                Token::Float(f64::from_bits(u64::from_le_bytes(*bits)))
            }
            BYTES => Token::Bytes(self.bytes()?),
            LIST => Token::List(self.count(1)?),
            MAP => Token::Map(self.count(2)?),
            _ => return None,
        })
    }

    /// Reads over one value whose arrays are nested no deeper than [`DEEPEST`].
    fn skip(&mut self) -> Option<()> {
        // What is left of each array around, and whether keys are in front of its values.
        let mut open: Vec<(usize, bool)> = Vec::new();
        loop {
            match self.token()? {
                Token::List(count) => open.push((count, false)),
                Token::Map(count) => open.push((count, true)),
                _ => {}
            }
            if open.len() > DEEPEST {
                return None;
            }
            while open.last().is_some_and(|(left, _)| *left == 0) {
                open.pop();
            }
            let Some((left, has_keys)) = open.last_mut() else {
                return Some(());
            };
            *left -= 1;
            if *has_keys && !matches!(self.token()?, Token::Int(_) | Token::Bytes(_)) {
                return None;
            }
        }
    }
}

/// Whether `bytes` are one value and nothing else.
#[must_use]
pub fn is_value(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    reader.skip().is_some() && reader.is_at_end()
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, Reader, Token, is_value};

    fn written(tokens: &[Token<'_>]) -> Vec<u8> {
        let mut out = Vec::new();
        tokens.iter().for_each(|token| token.write(&mut out));
        out
    }

    #[test]
    fn values_come_back() {
        let ints = [0, 1, -1, 63, 64, -64, -65, i64::MAX, i64::MIN];
        let floats = [0.0, -0.0, 0.1, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY];
        let mut tokens = vec![Token::Null, Token::Bool(true), Token::Bool(false)];
        tokens.extend(ints.map(Token::Int));
        tokens.extend(floats.map(Token::Float));
        let long = [0xff; 300];
        tokens.extend([
            Token::Bytes(b""),
            Token::Bytes(b"\0\xff"),
            Token::Bytes(&long),
        ]);
        for token in tokens {
            let bytes = written(&[token]);
            assert!(is_value(&bytes));
            assert_eq!(Reader::new(&bytes).token(), Some(token));
            for cut in 0..bytes.len() {
                assert!(!is_value(&bytes[..cut]), "{token:?} cut at {cut}");
            }
        }
        let nan = written(&[Token::Float(f64::NAN)]);
        assert!(matches!(Reader::new(&nan).token(), Some(Token::Float(it)) if it.is_nan()));
    }

    #[test]
    fn arrays_nest() {
        let bytes = written(&[
            Token::Map(2),
            Token::Bytes(b"list"),
            Token::List(2),
            Token::Int(1),
            Token::List(0),
            Token::Int(-7),
            Token::Null,
        ]);
        assert!(is_value(&bytes));
        let mut deep = vec![Token::List(1); DEEPEST];
        deep.push(Token::Null);
        assert!(is_value(&written(&deep)));
        deep.insert(0, Token::List(1));
        assert!(!is_value(&written(&deep)));
    }

    #[test]
    fn other_bytes_are_none() {
        for bytes in [
            &b""[..],
            b"\x08",
            b"\0\0",
            b"\x03\x80\x00",
            b"\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            b"\x05\xff\xff\xff\xff\x0f",
            b"\x06\x02\0",
            b"\x07\x01\0\0",
            b"\x07\x01\x04",
            b"\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert!(!is_value(bytes), "{}", bytes.escape_ascii());
        }
    }
}
