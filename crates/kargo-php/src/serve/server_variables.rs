//! What of `$_SERVER` is the request's, whoever runs the script: CGI's variables (RFC 3875, section 4.1), as front
//! controllers see them under Apache or nginx.

use std::io::Write as _;

use kargo_http::{TargetForm, Version};
use kargo_net::RequestRef;

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
pub(crate) fn add(sink: &mut impl Sink, request: &RequestRef<'_>) {
    add_request(sink, request);
    add_headers(sink, request);
    add_addresses(sink, request);
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
    let own = [name, path_info].concat();
    sink.set(ffi::kg_variable_KG_PHP_SELF, &own);
    sink.set(ffi::kg_variable_KG_DOCUMENT_URI, &own);
}

fn add_request(sink: &mut impl Sink, request: &RequestRef<'_>) {
    let (head, bytes) = (request.head(), request.bytes());
    sink.set(ffi::kg_variable_KG_GATEWAY_INTERFACE, b"CGI/1.1");
    sink.set(ffi::kg_variable_KG_SERVER_SOFTWARE, SOFTWARE);
    sink.set(ffi::kg_variable_KG_REDIRECT_STATUS, b"200");
    sink.set(ffi::kg_variable_KG_REQUEST_SCHEME, b"http");
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

fn add_headers(sink: &mut impl Sink, request: &RequestRef<'_>) {
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
    if let Some(host) = head.host(bytes) {
        sink.set_header(b"Host", host);
    }
    if head.has_body() {
        let mut buffer = [0; 64];
        let length = written(&mut buffer, format_args!("{}", request.body_bytes()));
        sink.set(ffi::kg_variable_KG_CONTENT_LENGTH, length);
    }
}

fn add_addresses(sink: &mut impl Sink, request: &RequestRef<'_>) {
    let mut buffer = [0; 64];
    let local = request.local_address().socket_address();
    match request.peer_address().socket_address() {
        Some(peer) => {
            let address = written(&mut buffer, format_args!("{}", peer.ip()));
            sink.set(ffi::kg_variable_KG_REMOTE_ADDR, address);
            let port = written(&mut buffer, format_args!("{}", peer.port()));
            sink.set(ffi::kg_variable_KG_REMOTE_PORT, port);
        }
        None => {
            sink.set(ffi::kg_variable_KG_REMOTE_ADDR, b"127.0.0.1");
            sink.set(ffi::kg_variable_KG_REMOTE_PORT, b"0");
        }
    }
    let host = request.head().host(request.bytes()).unwrap_or_default();
    let (name, port) = split_host(host);
    match local {
        Some(local) => {
            let address = written(&mut buffer, format_args!("{}", local.ip()));
            sink.set(ffi::kg_variable_KG_SERVER_ADDR, address);
            sink.set(
                ffi::kg_variable_KG_SERVER_NAME,
                if name.is_empty() { address } else { name },
            );
            let port = written(&mut buffer, format_args!("{}", local.port()));
            sink.set(ffi::kg_variable_KG_SERVER_PORT, port);
        }
        None => {
            sink.set(ffi::kg_variable_KG_SERVER_ADDR, b"127.0.0.1");
            sink.set(
                ffi::kg_variable_KG_SERVER_NAME,
                if name.is_empty() { b"localhost" } else { name },
            );
            sink.set(
                ffi::kg_variable_KG_SERVER_PORT,
                if port.is_empty() { b"80" } else { port },
            );
        }
    }
}

/// An address or a number, which are all shorter than the buffer.
fn written<'a>(buffer: &'a mut [u8; 64], text: std::fmt::Arguments<'_>) -> &'a [u8] {
    let mut rest = &mut buffer[..];
    let _fits = rest.write_fmt(text);
    let left = rest.len();
    &buffer[..64 - left]
}

/// A host without its port, and the port.
fn split_host(host: &[u8]) -> (&[u8], &[u8]) {
    match host.iter().rposition(|byte| *byte == b':') {
        Some(at) if !host[at..].contains(&b']') => (&host[..at], &host[at + 1..]),
        _ => (host, b""),
    }
}
