//! Bodies that come from files.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use crate::sys::file::read_append;

/// What passes through memory at a time where the kernel cannot send a file itself.
const COPY_BYTES: u64 = 64 << 10;

/// A body made of ranges of one file, with bytes of the caller's before, between and behind them.
#[derive(Debug)]
pub struct FileBody {
    file: File,
    parts: VecDeque<Part>,
    len: u64,
}

/// A piece of the body that is still to be sent. No range is empty.
#[derive(Debug)]
enum Part {
    Bytes(Vec<u8>),
    Range { offset: u64, len: u64 },
}

impl FileBody {
    /// A body of nothing, to which ranges of `file` and bytes are appended.
    pub fn new(file: File) -> Self {
        Self {
            file,
            parts: VecDeque::new(),
            len: 0,
        }
    }

    /// The `len` bytes of `file` from `offset` on.
    pub fn of_range(file: File, offset: u64, len: u64) -> Self {
        let mut body = Self::new(file);
        body.push_range(offset, len);
        body
    }

    /// Appends the `len` bytes of the file from `offset` on.
    pub fn push_range(&mut self, offset: u64, len: u64) {
        if len != 0 {
            self.len = self.len.saturating_add(len);
            self.parts.push_back(Part::Range { offset, len });
        }
    }

    /// Appends bytes that are not in the file.
    pub fn push_bytes(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.len = self.len.saturating_add(bytes.len() as u64);
            self.parts.push_back(Part::Bytes(bytes));
        }
    }

    /// Bytes that are still to be sent.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether everything is sent.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes bytes that are in memory if they come next.
    pub(crate) fn take_bytes(&mut self) -> Option<Vec<u8>> {
        let Part::Bytes(bytes) = self.parts.front_mut()? else {
            return None;
        };
        let bytes = std::mem::take(bytes);
        self.parts.pop_front();
        self.len -= bytes.len() as u64;
        Some(bytes)
    }

    /// Has `send` take from the range that comes next: the file, an offset and at most `most` bytes. It says how many it
    /// took.
    pub(crate) fn advance(
        &mut self,
        most: u64,
        send: impl FnOnce(&File, u64, u64) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let Some(Part::Range { offset, len }) = self.parts.front_mut() else {
            return Ok(0);
        };
        let sent = send(&self.file, *offset, (*len).min(most))?;
        if sent == 0 {
            // Shorter than promised: the peer must not take what follows for the rest.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        *offset += sent as u64;
        *len -= sent as u64;
        self.len -= sent as u64;
        if *len == 0 {
            self.parts.pop_front();
        }
        Ok(sent)
    }

    /// The next bytes, read into memory where they are not there yet.
    pub(crate) fn read_part(&mut self) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.take_bytes() {
            return Ok(bytes);
        }
        let mut part = Vec::new();
        self.advance(COPY_BYTES, |file, offset, len| {
            read_append(file, &mut part, offset, len)
        })?;
        Ok(part)
    }

    /// Appends everything to `out`. After an error a part of it may be there.
    pub(crate) fn append_to(mut self, out: &mut Vec<u8>) -> io::Result<()> {
        while !self.is_empty() {
            match self.take_bytes() {
                Some(bytes) => out.extend_from_slice(&bytes),
                None => {
                    self.advance(u64::MAX, |file, offset, len| {
                        read_append(file, out, offset, len)
                    })?;
                }
            }
        }
        Ok(())
    }
}
