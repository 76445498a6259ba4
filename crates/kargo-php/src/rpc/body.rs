//! What an RPC door needs of a request: its body, and that it may be one.

use kargo_http::media_type::MediaType;
use kargo_net::RequestId;

use crate::rpc::cors;
use crate::serve::{answer, runtime};

/// A request's body where it lies, and the charset of its Content-Type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) charset: Option<&'a [u8]>,
}

/// The body of request `id` if its media type is accepted; else the request is answered with 415.
///
/// A web page can make a browser post forms and plain text anywhere, also to 127.0.0.1, but nothing else without asking
/// first; so those are refused. A missing Content-Type is what old clients and scripts send; a page can leave it out too,
/// so it is refused where an Origin tells of a page from elsewhere that nobody lets in.
///
/// # Safety
/// The bytes are the server's: they are to be used only until PHP code runs or the request is answered.
#[inline]
pub(crate) unsafe fn read<'a>(
    id: RequestId,
    accepts: fn(MediaType<'_>) -> bool,
    usual: &'static [u8],
) -> Option<Body<'a>> {
    let found = runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        let content_type = request.head().header(request.bytes(), "content-type");
        let mut body = Body {
            bytes: lasting(request.body()),
            charset: None,
        };
        match content_type {
            None => {
                let (head, bytes) = (request.head(), request.bytes());
                if is_foreign(head.header(bytes, "origin"), head.host(bytes)) && !cors::is_guest() {
                    return Some(Err(()));
                }
            }
            Some(value) if value == usual => {}
            Some(value) => match MediaType::parse(value) {
                Some(media_type) if accepts(media_type) => {
                    body.charset = charset_of(value);
                }
                _ => return Some(Err(())),
            },
        }
        Some(Ok(body))
    });
    match found? {
        Ok(body) => Some(body),
        Err(()) => {
            answer::send_failure(id, 415, None);
            None
        }
    }
}

/// Whether a web page of another host than `host`, which the request is for, has sent it: what browsers say in Origin
/// (RFC 6454 section 7).
#[cold]
pub(crate) fn is_foreign(origin: Option<&[u8]>, host: Option<&[u8]>) -> bool {
    let Some(origin) = origin else {
        return false;
    };
    let Some(scheme) = origin.windows(3).position(|part| part == b"://") else {
        return true;
    };
    let authority = origin.get(scheme + 3..).unwrap_or_default();
    !host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

/// The same bytes without the borrow; see the safety section of [`read`].
fn lasting<'a>(bytes: &[u8]) -> &'a [u8] {
    // SAFETY: the caller of `read` promises not to use them for too long.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) }
}

/// The charset parameter where it lies, without its quotes.
pub(crate) fn charset_of<'a>(value: &[u8]) -> Option<&'a [u8]> {
    parameter_of(value, b"charset=")
}

/// A parameter of a media type, whose name and `=` are given.
fn parameter_of<'a>(value: &[u8], name_and_sign: &[u8]) -> Option<&'a [u8]> {
    value
        .split(|byte| *byte == b';')
        .skip(1)
        .find_map(|parameter| {
            let parameter = parameter.trim_ascii();
            let (name, value) = parameter.split_at_checked(name_and_sign.len())?;
            name.eq_ignore_ascii_case(name_and_sign)
                .then(|| lasting(unquoted(value)))
        })
}

/// JSON-RPC over HTTP names application/json, application/json-rpc and application/jsonrequest.
pub(crate) fn is_json(media_type: MediaType<'_>) -> bool {
    let main_is_application = media_type.main().eq_ignore_ascii_case(b"application");
    main_is_application
        && (media_type.is_or_has_suffix("json")
            || media_type.is("application", "json-rpc")
            || media_type.is("application", "jsonrequest"))
}

/// XML-RPC says text/xml; RFC 7303 makes application/xml the same.
pub(crate) fn is_xml(media_type: MediaType<'_>) -> bool {
    media_type.is("text", "xml")
        || (media_type.main().eq_ignore_ascii_case(b"application")
            && media_type.is_or_has_suffix("xml"))
}

/// SOAP 1.1 says text/xml, SOAP 1.2 application/soap+xml.
pub(crate) fn is_soap(media_type: MediaType<'_>) -> bool {
    media_type.is("text", "xml")
        || media_type.is("application", "soap+xml")
        || media_type.is("application", "xml")
}

/// What the head of a SOAP request says beside its body: the action, from the header of SOAP 1.1 or the parameter of 1.2,
/// and whether the media type is that of 1.2.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn soap_action<'a>(id: RequestId) -> (Option<&'a [u8]>, bool) {
    let found = runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        let head = request.head();
        let content_type = head.header(request.bytes(), "content-type");
        let is_12 = content_type
            .and_then(MediaType::parse)
            .is_some_and(|media_type| media_type.is("application", "soap+xml"));
        let action = if is_12 {
            content_type.and_then(|value| parameter_of(value, b"action="))
        } else {
            head.header(request.bytes(), "soapaction")
                .map(|value| lasting(unquoted(value.trim_ascii())))
        };
        Some((action, is_12))
    });
    found.unwrap_or((None, false))
}

fn unquoted(value: &[u8]) -> &[u8] {
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    value.strip_suffix(b"\"").unwrap_or(value)
}
