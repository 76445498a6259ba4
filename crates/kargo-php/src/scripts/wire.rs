//! What a worker and a script process say to each other, over a stream socket between them.
//!
//! | from | frame | has |
//! |---|---|---|
//! | worker | `R`, u32, u64, u64 | variables, so many bytes; body, so many bytes; the request's number |
//! | worker | `A` | nobody wants the answer any more |
//! | script | `H` | status (u16) and header lines, each ended by a NUL |
//! | script | `B` | bytes of the body |
//! | script | `E` | nothing: the answer is complete |
//! | script | `F` | as `W`, or nothing after an `H`: the answer is complete, the script goes on until its `E` |
//! | script | `W` | u32, so many bytes as `H` has, and the whole body: complete at once |
//!
//! A script's frame has its length (u32) and the number of the request that it is about (u64) before its payload, so that no
//! client can ever be given what is another's.
//!
//! A variable is two u32, the lengths of name and value, then both, each ended by a NUL that is not counted: PHP takes them
//! as C strings where they lie. Numbers are in the machine's order, since both ends are on it. Neither trusts the network
//! here: a frame that can't be is a defect, and ends the process.

use std::io;

/// The longest request header block: all that the server takes in headers, several times over.
pub(super) const MAX_VARIABLES: usize = 1 << 24;

/// Bytes before the payload of a script's frame.
pub(super) const FRAME_HEAD: usize = 13;

/// Bytes before the variables of a request.
pub(super) const REQUEST_HEAD: usize = 21;

/// Nobody wants the answer any more.
pub(super) const ABORT: u8 = b'A';

/// A request begins.
pub(super) const REQUEST: u8 = b'R';

/// The kinds of a script's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Head,
    Body,
    End,
    Whole,
    Finished,
}

impl Kind {
    const ALL: [(u8, Self); 5] = [
        (b'H', Self::Head),
        (b'B', Self::Body),
        (b'E', Self::End),
        (b'W', Self::Whole),
        (b'F', Self::Finished),
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find_map(|(of, kind)| (of == byte).then_some(kind))
    }

    fn byte(self) -> u8 {
        Self::ALL
            .into_iter()
            .find_map(|(byte, of)| (of == self).then_some(byte))
            .unwrap_or_default()
    }
}

/// Begins a request in `out`; the variables follow by [`push_variable`], then [`end_variables`].
pub(super) fn begin_request(out: &mut Vec<u8>) {
    out.clear();
    out.push(REQUEST);
    out.extend_from_slice(&[0; REQUEST_HEAD - 1]);
}

/// A variable; one with a NUL in its value is cut there, as C has it, so it is left out.
pub(super) fn push_variable(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    if value.contains(&0) {
        return;
    }
    out.extend_from_slice(&length(name).to_ne_bytes());
    out.extend_from_slice(&length(value).to_ne_bytes());
    out.extend_from_slice(name);
    out.push(0);
    out.extend_from_slice(value);
    out.push(0);
}

/// Ends the variables of a request of that number; the body follows.
pub(super) fn end_variables(out: &mut [u8], body_length: usize, number: u64) {
    let variables = length(&out[REQUEST_HEAD..]);
    out[1..5].copy_from_slice(&variables.to_ne_bytes());
    out[5..13].copy_from_slice(&(body_length as u64).to_ne_bytes());
    out[13..REQUEST_HEAD].copy_from_slice(&number.to_ne_bytes());
}

/// How long variables and body of a request are, and its number.
pub(super) fn request_head(head: &[u8; REQUEST_HEAD - 1]) -> io::Result<(usize, usize, u64)> {
    let [a, b, c, d, rest @ ..] = *head;
    let variables = u32::from_ne_bytes([a, b, c, d]) as usize;
    let (body, number) = rest.split_at(8);
    let of = |bytes: &[u8]| {
        bytes
            .try_into()
            .map(u64::from_ne_bytes)
            .map_err(|_| invalid())
    };
    let body = usize::try_from(of(body)?).map_err(|_| invalid())?;
    if variables > MAX_VARIABLES {
        return Err(invalid());
    }
    Ok((variables, body, of(number)?))
}

/// The variables of a block: name and value, both with their NUL.
pub(super) fn variables(block: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || next_variable(block, &mut at))
}

/// The variable at `at`, which moves behind it.
pub(super) fn next_variable<'a>(block: &'a [u8], at: &mut usize) -> Option<(&'a [u8], &'a [u8])> {
    let rest = block.get(*at..)?;
    let (name_length, rest) = rest.split_at_checked(4)?;
    let (value_length, rest) = rest.split_at_checked(4)?;
    let name_length = u32::from_ne_bytes(name_length.try_into().ok()?) as usize + 1;
    let value_length = u32::from_ne_bytes(value_length.try_into().ok()?) as usize + 1;
    let (name, rest) = rest.split_at_checked(name_length)?;
    let (value, _) = rest.split_at_checked(value_length)?;
    *at += 8 + name_length + value_length;
    Some((name, value))
}

/// Sends a frame about the request of that number, whose payload is these parts.
pub(super) fn send_frame(
    socket: &mut impl io::Write,
    kind: Kind,
    number: u64,
    parts: &[&[u8]],
) -> io::Result<()> {
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let total = u32::try_from(total).map_err(|_| invalid())?;
    let mut frame = Vec::with_capacity(FRAME_HEAD + parts.first().map_or(0, |part| part.len()));
    frame.push(kind.byte());
    frame.extend_from_slice(&total.to_ne_bytes());
    frame.extend_from_slice(&number.to_ne_bytes());
    // A small answer goes with one call.
    let mut rest = parts.iter();
    for part in rest.by_ref() {
        frame.extend_from_slice(part);
        if frame.len() > 64 * 1024 {
            break;
        }
    }
    socket.write_all(&frame)?;
    rest.try_for_each(|part| socket.write_all(part))
}

/// The frame at the beginning of what came, which must be about the request of that number, and the length of its payload:
/// `None` while its head is not there.
pub(super) fn frame(received: &[u8], number: u64) -> io::Result<Option<(Kind, usize)>> {
    let Some((&[kind, a, b, c, d, ref of @ ..], _)) = received.split_first_chunk::<FRAME_HEAD>()
    else {
        return Ok(None);
    };
    if *of != number.to_ne_bytes() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is about another request",
        ));
    }
    let kind = Kind::of(kind).ok_or_else(invalid)?;
    Ok(Some((kind, u32::from_ne_bytes([a, b, c, d]) as usize)))
}

/// The status and the header lines of a head.
pub(super) fn head(payload: &[u8]) -> Option<(u16, impl Iterator<Item = &[u8]>)> {
    let (status, lines) = payload.split_at_checked(2)?;
    let status = u16::from_ne_bytes([status[0], status[1]]);
    let lines = lines.strip_suffix(b"\0").unwrap_or(lines);
    Some((
        status,
        lines
            .split(|byte| *byte == 0)
            .filter(|line| !line.is_empty()),
    ))
}

/// Head and body of a whole answer.
pub(super) fn whole(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = payload.split_at_checked(4)?;
    rest.split_at_checked(u32::from_ne_bytes(length.try_into().ok()?) as usize)
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

pub(super) fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no frame of this protocol")
}
