//! Reading answers: just enough of HTTP/1.1 to know where one ends and that it is a 200.

use std::io::{self, Error, ErrorKind, Read};
use std::net::TcpStream;

/// Reads answers from one connection after the other, through one buffer.
#[derive(Debug)]
pub(crate) struct AnswerReader {
    buffer: Vec<u8>,
}

impl AnswerReader {
    pub(crate) fn new() -> Self {
        Self {
            buffer: vec![0; 256 * 1024],
        }
    }

    /// Reads exactly `count` answers.
    ///
    /// # Errors
    /// The socket's own, an answer other than a 200 with a Content-Length, more than `count` answers, and an answer
    /// that does not fit the buffer of 256 KiB.
    pub(crate) fn read(&mut self, connection: &mut TcpStream, count: usize) -> io::Result<()> {
        let mut filled = 0;
        let mut left = count;
        while left > 0 {
            match connection.read(&mut self.buffer[filled..])? {
                0 if filled == self.buffer.len() => {
                    return Err(malformed("an answer over 256 KiB"));
                }
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                received => filled += received,
            }
            let mut start = 0;
            while let Some(bytes) = first_answer_bytes(&self.buffer[start..filled])? {
                start += bytes;
                left = left
                    .checked_sub(1)
                    .ok_or_else(|| malformed("an answer nobody asked for"))?;
            }
            self.buffer.copy_within(start..filled, 0);
            filled -= start;
        }
        if filled == 0 {
            Ok(())
        } else {
            Err(malformed("bytes after the last answer"))
        }
    }

    /// Reads exactly what was sent.
    ///
    /// # Errors
    /// The socket's own, and bytes that differ.
    pub(crate) fn read_echo(
        &mut self,
        connection: &mut impl Read,
        mut sent: &[u8],
    ) -> io::Result<()> {
        while !sent.is_empty() {
            let received = match connection.read(&mut self.buffer)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => &self.buffer[..count],
            };
            sent = sent
                .strip_prefix(received)
                .ok_or_else(|| malformed("not an echo"))?;
        }
        Ok(())
    }
}

/// How many bytes the first answer in `bytes` takes, none if it is not complete yet.
fn first_answer_bytes(bytes: &[u8]) -> io::Result<Option<usize>> {
    let Some(head_bytes) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = &bytes[..head_bytes + 2];
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return Err(malformed(&format!(
            "not a 200: {}",
            String::from_utf8_lossy(head)
        )));
    }
    let body_bytes: usize = head
        .split(|&byte| byte == b'\n')
        .filter_map(|line| line.split_at_checked(b"content-length:".len()))
        .find(|(name, _)| name.eq_ignore_ascii_case(b"content-length:"))
        .and_then(|(_, value)| std::str::from_utf8(value).ok()?.trim().parse().ok())
        .ok_or_else(|| malformed("an answer without a Content-Length"))?;
    let answer_bytes = head_bytes + 4 + body_bytes;
    Ok((answer_bytes <= bytes.len()).then_some(answer_bytes))
}

fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let answer = b"HTTP/1.1 200 OK\r\nDate: x\r\ncontent-LENGTH: 3\r\n\r\nabc";
        for cut in 0..answer.len() {
            assert_eq!(
                first_answer_bytes(&answer[..cut]).unwrap(),
                None,
                "cut at {cut}"
            );
        }
        assert_eq!(
            first_answer_bytes(&answer.repeat(2)).unwrap(),
            Some(answer.len())
        );
    }

    #[test]
    fn an_echo_is_what_was_sent_and_nothing_else() {
        let mut reader = AnswerReader::new();
        let mut read = |answer: &[u8]| reader.read_echo(&mut { answer }, b"line\n");
        assert!(read(b"line\n").is_ok());
        for answer in [b"line".as_slice(), b"lime\n", b"line\n\n", b""] {
            assert!(read(answer).is_err());
        }
    }

    #[test]
    fn other_statuses_and_missing_lengths_are_errors() {
        for answer in [
            "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
        ] {
            assert!(first_answer_bytes(answer.as_bytes()).is_err(), "{answer}");
        }
    }
}
