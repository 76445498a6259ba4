//! Requests: request line, headers, framing.

use super::BodyEncoder;
use super::EncodeError;
use super::append_length;
use super::header::Headers;
use super::header::validate_value;
use crate::Method;
use crate::chars;

/// What the head of a request depends on besides the headers.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingRequest<'a> {
    /// The method, as it is sent: names are case-sensitive.
    pub method: &'a [u8],
    /// The request target as it is sent: visible ASCII, already percent-encoded.
    pub target: &'a [u8],
    /// The Host if the headers have none: with its port, if that is not the default one. A request
    /// without either is refused, since no HTTP/1.1 server would take it (RFC 9112 section 3.2).
    pub host: &'a [u8],
    /// The User-Agent if the headers have none.
    pub user_agent: Option<&'a [u8]>,
    /// Whether the connection may stay open.
    pub keep_alive: bool,
    /// The length of the body; `None`: it comes in pieces, and is sent in chunks unless the
    /// headers have a Content-Length.
    pub body_length: Option<u64>,
}

/// How a request goes on after its head.
#[derive(Debug)]
#[must_use = "the connection's fate and the body's coding are in it"]
pub struct EncodedRequest {
    /// Whether the connection may take another request afterwards: not if the headers have
    /// `Connection: close`.
    pub keep_alive: bool,
    /// Encodes the body.
    pub body: BodyEncoder,
}

/// Appends the head of a request to `out`.
///
/// `headers` go out in their order, behind Host. Names must be tokens and values free of control
/// characters; else nothing is appended and the error names the header. Those which frame the
/// message are ours: Transfer-Encoding is left out, Content-Length must agree with the body.
///
/// ```
/// use kargo_http::{OutgoingRequest, encode_request};
///
/// let request = OutgoingRequest {
///     method: b"POST",
///     target: b"/polls?id=7",
///     host: b"example.org:8080",
///     user_agent: None,
///     keep_alive: true,
///     body_length: Some(2),
/// };
/// let mut out = Vec::new();
/// let mut encoded = encode_request(&mut out, &request, [(&b"X-Id"[..], &b"7"[..])])?;
/// encoded.body.encode(&mut out, b"{}")?;
/// encoded.body.finish(&mut out)?;
/// assert_eq!(
///     std::str::from_utf8(&out).unwrap(),
///     "POST /polls?id=7 HTTP/1.1\r\nHost: example.org:8080\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\n{}"
/// );
/// # Ok::<(), kargo_http::EncodeError>(())
/// ```
pub fn encode_request<'h>(
    out: &mut Vec<u8>,
    request: &OutgoingRequest<'_>,
    headers: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
) -> Result<EncodedRequest, EncodeError> {
    let start = out.len();
    let encoded = append_request(out, request, headers);
    if encoded.is_err() {
        out.truncate(start);
    }
    encoded
}

fn append_request<'h>(
    out: &mut Vec<u8>,
    request: &OutgoingRequest<'_>,
    headers: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
) -> Result<EncodedRequest, EncodeError> {
    if !chars::is_token(request.method) {
        return Err(EncodeError::BadMethod);
    }
    if request.target.is_empty() || !request.target.iter().all(u8::is_ascii_graphic) {
        return Err(EncodeError::BadTarget);
    }
    out.reserve(256);
    out.extend_from_slice(request.method);
    out.push(b' ');
    out.extend_from_slice(request.target);
    out.extend_from_slice(b" HTTP/1.1\r\n");
    let host_at = out.len();
    append_line(out, b"Host", request.host)?;
    let host_end = out.len();

    let mut seen = Headers::default();
    for (name, value) in headers {
        seen.append(out, name, value)?;
        if name.eq_ignore_ascii_case(b"connection") {
            append_line(out, name, value)?;
        }
    }
    match seen.hosts {
        0 if request.host.is_empty() => return Err(EncodeError::NoHost),
        0 => {}
        // Ours is first, as is good practice (RFC 9110 section 7.2); the caller's replaces it.
        1 => drop(out.drain(host_at..host_end)),
        _ => return Err(EncodeError::RepeatedHost),
    }
    if let (Some(user_agent), false) = (request.user_agent, seen.has_user_agent) {
        append_line(out, b"User-Agent", user_agent)?;
    }
    let body = append_framing(out, request, seen.content_length)?;
    let keep_alive = request.keep_alive && !seen.wants_close;
    if !keep_alive && !seen.wants_close {
        out.extend_from_slice(b"Connection: close\r\n");
    }
    out.extend_from_slice(b"\r\n");
    Ok(EncodedRequest { keep_alive, body })
}

fn append_line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) -> Result<(), EncodeError> {
    validate_value(name, value)?;
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Content-Length or Transfer-Encoding. A request without a body says so if its method would
/// lead one to expect a body (RFC 9110 section 8.6).
fn append_framing(
    out: &mut Vec<u8>,
    request: &OutgoingRequest<'_>,
    declared: Option<u64>,
) -> Result<BodyEncoder, EncodeError> {
    match (request.body_length, declared) {
        (Some(actual), Some(declared)) if actual != declared => {
            Err(EncodeError::LengthMismatch { declared, actual })
        }
        (Some(0), None) if !expects_body(request.method) => Ok(BodyEncoder::of_length(0)),
        (Some(length), _) | (None, Some(length)) => {
            append_length(out, length);
            Ok(BodyEncoder::of_length(length))
        }
        (None, None) => {
            out.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
            Ok(BodyEncoder::chunked())
        }
    }
}

const fn expects_body(method: &[u8]) -> bool {
    matches!(
        Method::from_name(method),
        Method::Post | Method::Put | Method::Patch
    )
}

#[cfg(test)]
mod tests;
