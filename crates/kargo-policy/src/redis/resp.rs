//! RESP2, the protocol of Redis.

use std::fmt;

/// Longest line of a reply: a status, an error, a number.
pub const LONGEST_LINE: usize = 8 << 10;

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A short text, such as `OK`.
    Status(Vec<u8>),
    /// What is wrong; the first word is a code.
    Error(Vec<u8>),
    /// A number.
    Integer(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// There is nothing.
    Nothing,
}

/// What came is no reply to anything that we ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what it answers is not the protocol of Redis")
    }
}

impl std::error::Error for Malformed {}

/// Reads the reply at the start of `bytes` and says how long it is; `None` if its end has not come yet.
///
/// # Errors
/// It is none, or longer than `longest` bytes. Lists are none either: nothing that we ask is answered with one.
pub fn decode(bytes: &[u8], longest: usize) -> Result<Option<(Reply, usize)>, Malformed> {
    let Some((line, used)) = line(bytes)? else {
        return Ok(None);
    };
    let Some((kind, rest)) = line.split_first() else {
        return Err(Malformed);
    };
    let reply = match kind {
        b'+' => Reply::Status(rest.to_vec()),
        b'-' => Reply::Error(rest.to_vec()),
        b':' => Reply::Integer(number(rest)?),
        b'$' | b'*' if rest == b"-1" => Reply::Nothing,
        b'$' => {
            let length = usize::try_from(number(rest)?).map_err(|_| Malformed)?;
            if length > longest {
                return Err(Malformed);
            }
            let after = bytes.get(used..).unwrap_or_default();
            let Some((data, end)) = after.split_at_checked(length) else {
                return Ok(None);
            };
            return match end {
                [b'\r', b'\n', ..] => Ok(Some((Reply::Bytes(data.to_vec()), used + length + 2))),
                [] | [b'\r'] => Ok(None),
                _ => Err(Malformed),
            };
        }
        _ => return Err(Malformed),
    };
    Ok(Some((reply, used)))
}

/// The first line, without its end, and its length with it.
fn line(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, Malformed> {
    let head = bytes.get(..LONGEST_LINE).unwrap_or(bytes);
    let Some(at) = head.iter().position(|byte| *byte == b'\n') else {
        return if bytes.len() < LONGEST_LINE {
            Ok(None)
        } else {
            Err(Malformed)
        };
    };
    let line = head.get(..at).and_then(|line| line.strip_suffix(b"\r"));
    line.filter(|line| !line.contains(&b'\r'))
        .map(|line| Some((line, at + 1)))
        .ok_or(Malformed)
}

/// Digits, with a sign in front of them or none.
fn number(digits: &[u8]) -> Result<i64, Malformed> {
    let text = std::str::from_utf8(digits).map_err(|_| Malformed)?;
    text.parse().map_err(|_| Malformed)
}

/// Appends a command.
pub fn encode<'a>(
    out: &mut Vec<u8>,
    words: impl IntoIterator<Item = &'a [u8], IntoIter: ExactSizeIterator>,
) {
    let words = words.into_iter();
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_LINE, Malformed, Reply, decode, encode};

    fn whole(bytes: &[u8]) -> Reply {
        let (reply, used) = decode(bytes, 100).unwrap().unwrap();
        assert_eq!(used, bytes.len());
        reply
    }

    #[test]
    fn replies_are_read() {
        assert_eq!(whole(b"+OK\r\n"), Reply::Status(b"OK".to_vec()));
        assert_eq!(whole(b"+\r\n"), Reply::Status(Vec::new()));
        assert_eq!(whole(b"-ERR no\r\n"), Reply::Error(b"ERR no".to_vec()));
        assert_eq!(whole(b":-12\r\n"), Reply::Integer(-12));
        assert_eq!(whole(b":9223372036854775807\r\n"), Reply::Integer(i64::MAX));
        assert_eq!(whole(b"$3\r\na\r\n\r\n"), Reply::Bytes(b"a\r\n".to_vec()));
        assert_eq!(whole(b"$0\r\n\r\n"), Reply::Bytes(Vec::new()));
        assert_eq!(whole(b"$-1\r\n"), Reply::Nothing);
        assert_eq!(whole(b"*-1\r\n"), Reply::Nothing);
    }

    #[test]
    fn a_part_is_waited_for_and_what_follows_is_left() {
        let two = b"$5\r\nhello\r\n:1\r\n";
        for cut in 0..11 {
            assert_eq!(decode(&two[..cut], 100), Ok(None), "{cut}");
        }
        for cut in 11..=two.len() {
            let read = decode(&two[..cut], 100).unwrap().unwrap();
            assert_eq!(read, (Reply::Bytes(b"hello".to_vec()), 11));
        }
    }

    #[test]
    fn hostile_replies_are_refused() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"\r\n",
            b"\n",
            b"+OK\n",
            b"+O\rK\r\n",
            b":\r\n",
            b":1x\r\n",
            b":99999999999999999999\r\n",
            b"$-2\r\n",
            b"$101\r\n",
            b"$99999999999999999999\r\n",
            b"$18446744073709551615\r\n",
            b"$2\r\nabc",
            b"$2\r\nab\rx",
            b"$2\r\nab\nx",
            b"*1\r\n+OK\r\n",
            b"*1000000000\r\n",
            b"%1\r\n",
            b"_\r\n",
        ] {
            assert_eq!(
                decode(bytes, 100),
                Err(Malformed),
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn a_line_has_an_end() {
        let mut line = vec![b'+'; LONGEST_LINE - 1];
        assert_eq!(decode(&line, 100), Ok(None));
        line.push(b'a');
        assert_eq!(decode(&line, 100), Err(Malformed));
    }

    #[test]
    fn commands_are_written() {
        let mut out = Vec::new();
        encode(&mut out, [&b"SET"[..], b"a\r\n", b""]);
        assert_eq!(out, b"*3\r\n$3\r\nSET\r\n$3\r\na\r\n\r\n$0\r\n\r\n");
    }
}
