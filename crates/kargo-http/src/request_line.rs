//! The request line (RFC 9112 section 3).

use crate::DecodeError;
use crate::Method;
use crate::RequestHead;
use crate::Span;
use crate::TargetForm;
use crate::Version;
use crate::chars;
use crate::chars::PATH;
use crate::chars::QUERY;
use crate::chars::TOKEN;
use crate::framing::host_and_port_length;

/// Decodes the request line that begins at `start`; answers the offset behind its CRLF.
///
/// An incomplete line is an error too, whichever the missing bytes look like; the caller, who
/// knows whether there is an LF, tells the two apart.
#[inline]
pub(crate) fn decode_request_line(
    bytes: &[u8],
    start: usize,
    head: &mut RequestHead,
) -> Result<usize, DecodeError> {
    let Some(line) = bytes.get(start..) else {
        return Err(DecodeError::BadRequestLine);
    };
    let (method, target_start) = decode_method(line, start, head)?;
    head.method = method;

    let after_target = decode_target(bytes, target_start, head)?;
    let end = decode_version(bytes, after_target, head)?;
    check_form(head)?;
    Ok(end)
}

/// The method and the offset behind the space after it.
#[inline]
fn decode_method(
    line: &[u8],
    start: usize,
    head: &mut RequestHead,
) -> Result<(Method, usize), DecodeError> {
    let (method, length) = match line {
        _ if line.first_chunk() == Some(b"GET ") => (Method::Get, 3),
        _ if line.first_chunk() == Some(b"POST ") => (Method::Post, 4),
        _ => {
            let length = chars::prefix_length(line, TOKEN);
            let name = line.get(..length).unwrap_or_default();
            if name.is_empty() || line.get(length) != Some(&b' ') {
                return Err(fault_at(line, length, DecodeError::BadMethod));
            }
            (Method::from_name(name), length)
        }
    };
    head.method_name = Span::new(start, start + length);
    Ok((method, start + length + 1))
}

/// Finds the target's form and parts; answers the offset behind the space after it.
#[inline]
fn decode_target(bytes: &[u8], start: usize, head: &mut RequestHead) -> Result<usize, DecodeError> {
    let end = if bytes.get(start) == Some(&b'/') {
        head.form = TargetForm::Origin;
        decode_path_and_query(bytes, start, head)?
    } else {
        decode_other_target(bytes, start, head)?
    };
    head.target = Span::new(start, end);
    Ok(end + 1)
}

/// `absolute-path [ "?" query ]`; answers the offset of the space that ends it.
#[inline]
fn decode_path_and_query(
    bytes: &[u8],
    start: usize,
    head: &mut RequestHead,
) -> Result<usize, DecodeError> {
    let mut at = start;
    loop {
        at += prefix_length_from(bytes, at, PATH);
        match bytes.get(at) {
            Some(b' ') => {
                head.path = Span::new(start, at);
                head.query = None;
                return Ok(at);
            }
            Some(b'?') => break,
            Some(b'%') => match bytes.get(at + 1..at + 3) {
                Some([high, low])
                    if chars::is(*high, chars::HEX) && chars::is(*low, chars::HEX) =>
                {
                    at += 3;
                }
                _ => return Err(DecodeError::BadTarget),
            },
            _ => return Err(fault_at(bytes, at, DecodeError::BadTarget)),
        }
    }
    head.path = Span::new(start, at);
    let query_start = at + 1;
    let end = query_start + prefix_length_from(bytes, query_start, QUERY);
    head.query = Some(Span::new(query_start, end));
    match bytes.get(end) {
        Some(b' ') => Ok(end),
        _ => Err(fault_at(bytes, end, DecodeError::BadTarget)),
    }
}

/// The three rarer forms; answers the offset of the space that ends the target.
#[cold]
fn decode_other_target(
    bytes: &[u8],
    start: usize,
    head: &mut RequestHead,
) -> Result<usize, DecodeError> {
    let rest = bytes.get(start..).unwrap_or_default();
    head.query = None;
    if let [b'*', b' ', ..] = rest {
        head.form = TargetForm::Asterisk;
        head.path = Span::new(start, start + 1);
        return Ok(start + 1);
    }
    let scheme_bytes = [&b"http://"[..], b"https://"]
        .into_iter()
        .find_map(|scheme| {
            let given = rest.get(..scheme.len())?;
            given.eq_ignore_ascii_case(scheme).then_some(scheme.len())
        });
    let authority_start = start + scheme_bytes.unwrap_or(0);
    let authority = bytes.get(authority_start..).unwrap_or_default();
    // Userinfo is not taken, as RFC 9110 section 4.2.4 advises.
    let length = host_and_port_length(authority);
    let authority_end = authority_start + length;
    if length == 0 {
        return Err(fault_at(bytes, authority_end, DecodeError::BadTarget));
    }
    let authority = authority.get(..length).unwrap_or_default();
    head.host = Some(Span::new(authority_start, authority_end));
    head.path = Span::new(authority_end, authority_end);

    if scheme_bytes.is_some() {
        head.form = TargetForm::Absolute;
        return match bytes.get(authority_end) {
            Some(b' ') => Ok(authority_end),
            Some(b'/' | b'?') => decode_path_and_query(bytes, authority_end, head),
            _ => Err(fault_at(bytes, authority_end, DecodeError::BadTarget)),
        };
    }
    // The port is not optional here (RFC 9112 section 3.2.3).
    head.form = TargetForm::Authority;
    let port_at = authority
        .iter()
        .rposition(|byte| !byte.is_ascii_digit())
        .unwrap_or(0);
    match bytes.get(authority_end) {
        Some(b' ') if authority.get(port_at) == Some(&b':') && port_at + 1 < length => {
            Ok(authority_end)
        }
        _ => Err(fault_at(bytes, authority_end, DecodeError::BadTarget)),
    }
}

/// `HTTP/1.x CRLF`; answers the offset behind it.
#[inline]
fn decode_version(
    bytes: &[u8],
    start: usize,
    head: &mut RequestHead,
) -> Result<usize, DecodeError> {
    let Some((name, rest)) = bytes.get(start..).and_then(<[u8]>::split_first_chunk::<8>) else {
        return Err(DecodeError::BadVersion);
    };
    head.version = match version_named(name) {
        Ok(version) => version,
        // A version of three parts or digits is malformed before it is unsupported.
        Err(DecodeError::VersionNotSupported) if !rest.starts_with(b"\r\n") => {
            return Err(fault_at(bytes, start + 8, DecodeError::BadVersion));
        }
        Err(error) => return Err(error),
    };
    match rest {
        [b'\r', b'\n', ..] => Ok(start + 10),
        _ => Err(fault_at(bytes, start + 8, DecodeError::BadVersion)),
    }
}

/// The version that is spelled `name`.
#[inline(always)]
pub(crate) fn version_named(name: &[u8; 8]) -> Result<Version, DecodeError> {
    match name {
        _ if name == b"HTTP/1.1" => Ok(Version::Http11),
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            if *major == b'1' {
                Ok(Version::Http11)
            } else {
                Err(DecodeError::VersionNotSupported)
            }
        }
        _ => Err(DecodeError::BadVersion),
    }
}

/// The asterisk is for OPTIONS, the authority form for CONNECT, and CONNECT has no other.
#[inline]
fn check_form(head: &RequestHead) -> Result<(), DecodeError> {
    let fits = match head.form {
        TargetForm::Origin | TargetForm::Absolute => head.method != Method::Connect,
        TargetForm::Asterisk => head.method == Method::Options,
        TargetForm::Authority => head.method == Method::Connect,
    };
    if fits {
        Ok(())
    } else {
        Err(DecodeError::TargetFormNotAllowed)
    }
}

/// How many bytes from `at` on are of `class`.
#[inline(always)]
fn prefix_length_from(bytes: &[u8], at: usize, class: u8) -> usize {
    chars::prefix_length(bytes.get(at..).unwrap_or_default(), class)
}

/// What is wrong where `otherwise` was the first idea: line ends are named for what they are.
#[cold]
fn fault_at(bytes: &[u8], at: usize, otherwise: DecodeError) -> DecodeError {
    match bytes.get(at..).unwrap_or_default() {
        [b'\n', ..] => DecodeError::BareLf,
        [b'\r', b'\n', ..] => DecodeError::BadRequestLine,
        [b'\r', ..] => DecodeError::BareCr,
        _ => otherwise,
    }
}
