//! What of `$_SERVER` is the request's, whoever runs the script: CGI's variables (RFC 3875, section 4.1), as front
//! controllers see them under Apache or nginx.

use std::borrow::Cow;
use std::net::IpAddr;

use kargo_http::forwarded::Origin;
use kargo_http::{TargetForm, TrustedProxies, Version};
use kargo_net::RequestRef;

use crate::classes::request;
use crate::engine::ffi;

const SOFTWARE: &[u8] = concat!("kargo-event/", env!("CARGO_PKG_VERSION")).as_bytes();

/// Where the variables go.
pub(crate) trait Sink {
    /// One that the request has once.
    fn set(&mut self, variable: ffi::kg_variable, value: &[u8]);

    /// A header line, by its name as it was sent. There may be several of one name.
    fn set_header(&mut self, name: &[u8], value: &[u8]);
}

/// Adds all that the request says by itself; what is said of the script is the caller's.
/// `proxies`: whose word about the client is taken.
pub(crate) fn add(
    sink: &mut impl Sink,
    request: &RequestRef<'_>,
    proxies: Option<&TrustedProxies>,
) {
    let origin = request::origin(proxies, request);
    add_request(sink, request, origin.is_secure == Some(true));
    add_headers(sink, request, origin.host);
    add_addresses(sink, request, &origin);
}

/// Adds which script it is: `path_info` is what follows it in the path, decoded, and empty if nothing does.
pub(crate) fn add_script(
    sink: &mut impl Sink,
    document_root: &[u8],
    file: &[u8],
    name: &[u8],
    path_info: &[u8],
) {
    sink.set(ffi::kg_variable_KG_DOCUMENT_ROOT, document_root);
    sink.set(ffi::kg_variable_KG_SCRIPT_FILENAME, file);
    sink.set(ffi::kg_variable_KG_SCRIPT_NAME, name);
    if !path_info.is_empty() {
        sink.set(ffi::kg_variable_KG_PATH_INFO, path_info);
    }
    let mut own = Cow::Borrowed(name);
    if !path_info.is_empty() {
        own.to_mut().extend_from_slice(path_info);
    }
    sink.set(ffi::kg_variable_KG_PHP_SELF, &own);
    sink.set(ffi::kg_variable_KG_DOCUMENT_URI, &own);
}

fn add_request(sink: &mut impl Sink, request: &RequestRef<'_>, is_secure: bool) {
    let (head, bytes) = (request.head(), request.bytes());
    sink.set(ffi::kg_variable_KG_GATEWAY_INTERFACE, b"CGI/1.1");
    sink.set(ffi::kg_variable_KG_SERVER_SOFTWARE, SOFTWARE);
    sink.set(ffi::kg_variable_KG_REDIRECT_STATUS, b"200");
    if is_secure {
        sink.set(ffi::kg_variable_KG_REQUEST_SCHEME, b"https");
        sink.set(ffi::kg_variable_KG_HTTPS, b"on");
    } else {
        sink.set(ffi::kg_variable_KG_REQUEST_SCHEME, b"http");
    }
    sink.set(
        ffi::kg_variable_KG_SERVER_PROTOCOL,
        match head.version() {
            Version::Http10 => b"HTTP/1.0",
            Version::Http11 => b"HTTP/1.1",
        },
    );
    sink.set(ffi::kg_variable_KG_REQUEST_METHOD, head.method_name(bytes));
    let target = head.target(bytes);
    if head.target_form() == TargetForm::Absolute {
        let mut uri = head.path(bytes).to_vec();
        if let Some(query) = head.query(bytes) {
            uri.push(b'?');
            uri.extend_from_slice(query);
        }
        sink.set(ffi::kg_variable_KG_REQUEST_URI, &uri);
    } else {
        sink.set(ffi::kg_variable_KG_REQUEST_URI, target);
    }
    let query = head.query(bytes).unwrap_or_default();
    sink.set(ffi::kg_variable_KG_QUERY_STRING, query);
}

fn add_headers(sink: &mut impl Sink, request: &RequestRef<'_>, told_host: Option<&[u8]>) {
    let (head, bytes) = (request.head(), request.bytes());
    for (name, value) in head.headers(bytes) {
        match name.len() {
            12 if name.eq_ignore_ascii_case(b"content-type") => {
                sink.set(ffi::kg_variable_KG_CONTENT_TYPE, value);
            }
            // That of the body as it was read is told below, also if it came in chunks.
            14 if name.eq_ignore_ascii_case(b"content-length") => {}
            // The target's authority goes before it.
            4 if name.eq_ignore_ascii_case(b"host") => {}
            _ => sink.set_header(name, value),
        }
    }
    if let Some(host) = told_host.or(head.host(bytes)) {
        sink.set_header(b"Host", host);
    }
    if head.has_body() {
        let length = Text::of_number(request.body_bytes());
        sink.set(ffi::kg_variable_KG_CONTENT_LENGTH, length.bytes());
    }
}

fn add_addresses(sink: &mut impl Sink, request: &RequestRef<'_>, origin: &Origin<'_>) {
    let peer = request.peer_address().socket_address();
    let local = request.local_address().socket_address();
    let unnamed = (IpAddr::from([127, 0, 0, 1]), 0);
    let (address, port) = match (origin.address, peer) {
        (Some(address), _) => (address, origin.port.unwrap_or(0)),
        (None, Some(peer)) => (peer.ip(), peer.port()),
        (None, None) => unnamed,
    };
    let address = Text::of_address(address);
    sink.set(ffi::kg_variable_KG_REMOTE_ADDR, address.bytes());
    let port = Text::of_number(port.into());
    sink.set(ffi::kg_variable_KG_REMOTE_PORT, port.bytes());

    let sent = request.head().host(request.bytes());
    let (name, named_port) = split_host(origin.host.or(sent).unwrap_or_default());
    let (address, port) = local.map_or(unnamed, |local| (local.ip(), local.port()));
    let address = Text::of_address(address);
    sink.set(ffi::kg_variable_KG_SERVER_ADDR, address.bytes());
    let otherwise = match local {
        Some(_) => address.bytes(),
        None => b"localhost",
    };
    let name = if name.is_empty() { otherwise } else { name };
    sink.set(ffi::kg_variable_KG_SERVER_NAME, name);
    let port = Text::of_number(origin.server_port.unwrap_or(port).into());
    let port = match local.is_some() || origin.server_port.is_some() {
        true => port.bytes(),
        false if named_port.is_empty() => b"80",
        false => named_port,
    };
    sink.set(ffi::kg_variable_KG_SERVER_PORT, port);
}

/// An address or a number as text, without the machinery of formatting: each request has six.
struct Text {
    bytes: [u8; 48],
    length: usize,
}

impl Text {
    fn new() -> Self {
        Self {
            bytes: [0; 48],
            length: 0,
        }
    }

    fn of_number(number: u64) -> Self {
        let mut text = Self::new();
        text.push_number(number);
        text
    }

    fn of_address(address: IpAddr) -> Self {
        let mut text = Self::new();
        match address {
            IpAddr::V4(address) => {
                for (place, octet) in address.octets().into_iter().enumerate() {
                    if place != 0 {
                        text.push(b'.');
                    }
                    text.push_number(octet.into());
                }
            }
            IpAddr::V6(address) => {
                for byte in address.to_string().bytes() {
                    text.push(byte);
                }
            }
        }
        text
    }

    fn push(&mut self, byte: u8) {
        // Twenty digits and 39 bytes of an address are the most there is.
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn push_number(&mut self, number: u64) {
        let start = self.length;
        let mut rest = number;
        loop {
            self.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.bytes[start..self.length].reverse();
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// A host without its port, and the port.
fn split_host(host: &[u8]) -> (&[u8], &[u8]) {
    match host.iter().rposition(|byte| *byte == b':') {
        Some(at) if !host[at..].contains(&b']') => (&host[..at], &host[at + 1..]),
        _ => (host, b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_the_standard_library_writes_them() {
        for address in [
            "0.0.0.0",
            "127.0.0.1",
            "255.255.255.255",
            "10.20.30.40",
            "::",
            "::1",
            "2001:db8::ff:0:1",
        ] {
            let parsed: IpAddr = address.parse().unwrap();
            assert_eq!(Text::of_address(parsed).bytes(), address.as_bytes());
        }
        let longest = IpAddr::from([0xffff_u16; 8]);
        assert_eq!(
            Text::of_address(longest).bytes(),
            longest.to_string().as_bytes()
        );
        for number in [0, 9, 10, 80, 443, 8080, 65_535, u64::MAX] {
            assert_eq!(
                Text::of_number(number).bytes(),
                number.to_string().as_bytes()
            );
        }
    }

    #[test]
    fn a_host_and_its_port_are_told_apart() {
        assert_eq!(split_host(b"a.example:81"), (&b"a.example"[..], &b"81"[..]));
        assert_eq!(split_host(b"[::1]"), (&b"[::1]"[..], &b""[..]));
        assert_eq!(split_host(b"[::1]:8080"), (&b"[::1]"[..], &b"8080"[..]));
    }
}
