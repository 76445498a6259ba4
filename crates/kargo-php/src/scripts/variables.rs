//! `$_SERVER` of a script: CGI's variables (RFC 3875, section 4.1) as php-fpm behind nginx has them.

use std::os::unix::ffi::OsStrExt as _;

use kargo_http::Version;
use kargo_net::{PeerAddress, RequestRef};

use super::resolve::Script;
use super::{Scripts, wire};

/// Writes a request for a script process, up to its body.
pub(super) fn write(
    out: &mut Vec<u8>,
    request: &RequestRef<'_>,
    scripts: &Scripts,
    script: &Script,
    name: &str,
) {
    let (head, bytes) = (request.head(), request.bytes());
    wire::begin_request(out);
    let mut push = |name: &[u8], value: &[u8]| wire::push_variable(out, name, value);
    let query = head.query(bytes).unwrap_or_default();
    push(b"GATEWAY_INTERFACE", b"CGI/1.1");
    push(
        b"SERVER_SOFTWARE",
        concat!("kargo-event/", env!("CARGO_PKG_VERSION")).as_bytes(),
    );
    push(
        b"SERVER_PROTOCOL",
        if head.version() == Version::Http10 {
            b"HTTP/1.0"
        } else {
            b"HTTP/1.1"
        },
    );
    push(b"REQUEST_SCHEME", b"http");
    push(b"REQUEST_METHOD", head.method_name(bytes));
    push(b"REQUEST_URI", head.target(bytes));
    push(b"QUERY_STRING", query);
    push(b"DOCUMENT_ROOT", scripts.root.as_os_str().as_bytes());
    push(b"SCRIPT_FILENAME", script.file.as_os_str().as_bytes());
    push(b"SCRIPT_NAME", script.name.as_bytes());
    push(b"DOCUMENT_URI", script.name.as_bytes());
    let own = format!("{}{}", script.name, script.path_info);
    push(b"PHP_SELF", own.as_bytes());
    if !script.path_info.is_empty() {
        push(b"PATH_INFO", script.path_info.as_bytes());
    }
    push(b"REDIRECT_STATUS", b"200");
    push(b"UNIQUE_ID", name.as_bytes());
    let host = head.host(bytes).unwrap_or_default();
    push(b"SERVER_NAME", without_port(host));
    for (address, ip, port) in [
        (request.local_address(), "SERVER_ADDR", "SERVER_PORT"),
        (*request.peer_address(), "REMOTE_ADDR", "REMOTE_PORT"),
    ] {
        if let Some(inet) = socket_address(&address) {
            push(ip.as_bytes(), inet.ip().to_string().as_bytes());
            push(port.as_bytes(), inet.port().to_string().as_bytes());
        } else {
            push(ip.as_bytes(), b"unix:");
            push(port.as_bytes(), b"");
        }
    }
    if head.has_body() || !request.body().is_empty() {
        push(
            b"CONTENT_LENGTH",
            request.body().len().to_string().as_bytes(),
        );
    }
    if let Some(content_type) = head.header(bytes, "Content-Type") {
        push(b"CONTENT_TYPE", content_type);
    }
    for (name, value) in headers(request) {
        push(&name, &value);
    }
    wire::end_variables(out, request.body().len());
}

fn socket_address(address: &PeerAddress) -> Option<std::net::SocketAddr> {
    address.socket_address()
}

fn without_port(host: &[u8]) -> &[u8] {
    match host.iter().rposition(|byte| *byte == b':') {
        Some(at) if !host[at..].contains(&b']') => &host[..at],
        _ => host,
    }
}

/// The headers as variables, those of one name joined. A name with an underscore is left out, since it could not be told
/// from one with a dash, and so is `Proxy`, which programs take for a setting of theirs (httpoxy, CVE-2016-5385).
fn headers(request: &RequestRef<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (name, value) in request.head().headers(request.bytes()) {
        let is_plain = name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if !is_plain || name.eq_ignore_ascii_case(b"proxy") {
            continue;
        }
        let mut variable = b"HTTP_".to_vec();
        variable.extend(name.iter().map(|byte| match byte {
            b'-' => b'_',
            other => other.to_ascii_uppercase(),
        }));
        match all.iter_mut().find(|(of, _)| *of == variable) {
            Some((_, joined)) => {
                let between: &[u8] = if variable == b"HTTP_COOKIE" {
                    b"; "
                } else {
                    b", "
                };
                joined.extend_from_slice(between);
                joined.extend_from_slice(value);
            }
            None => all.push((variable, value.to_vec())),
        }
    }
    all
}
