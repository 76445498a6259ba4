//! `$_SERVER`: what a front controller sees under Apache or nginx.

use std::io::Write as _;

use kargo_http::percent;
use kargo_http::{TargetForm, Version};
use kargo_net::RequestRef;

use crate::app::{Script, output};
use crate::engine::ffi;

const SOFTWARE: &[u8] = concat!("kargo-event/", env!("CARGO_PKG_VERSION")).as_bytes();

/// The engine makes `$_SERVER`: adds the request to what is there.
#[unsafe(no_mangle)]
extern "C" fn kargo_app_variables(variables: *mut ffi::HashTable) {
    let filled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let Some((application, prefix)) = output::application() else {
            return;
        };
        let array = Variables(variables);
        output::view(|request| {
            array.add_request(request, &application.script, prefix);
            array.add_headers(request);
            array.add_addresses(request);
        });
    }));
    // The panic hook has told the log.
    drop(filled);
}

struct Variables(*mut ffi::HashTable);

impl Variables {
    fn set(&self, variable: ffi::kg_variable, value: &[u8]) {
        // SAFETY: the array is the engine's new one; the value is copied.
        unsafe { ffi::kg_app_set(self.0, variable, value.as_ptr().cast(), value.len()) }
    }

    fn add_request(&self, request: &RequestRef<'_>, script: &Script, prefix: usize) {
        let (head, bytes) = (request.head(), request.bytes());
        self.set(ffi::kg_variable_KG_GATEWAY_INTERFACE, b"CGI/1.1");
        self.set(ffi::kg_variable_KG_SERVER_SOFTWARE, SOFTWARE);
        self.set(ffi::kg_variable_KG_REDIRECT_STATUS, b"200");
        self.set(ffi::kg_variable_KG_REQUEST_SCHEME, b"http");
        self.set(
            ffi::kg_variable_KG_SERVER_PROTOCOL,
            match head.version() {
                Version::Http10 => b"HTTP/1.0",
                Version::Http11 => b"HTTP/1.1",
            },
        );
        self.set(ffi::kg_variable_KG_REQUEST_METHOD, head.method_name(bytes));
        let target = head.target(bytes);
        if head.target_form() == TargetForm::Absolute {
            let mut uri = head.path(bytes).to_vec();
            if let Some(query) = head.query(bytes) {
                uri.push(b'?');
                uri.extend_from_slice(query);
            }
            self.set(ffi::kg_variable_KG_REQUEST_URI, &uri);
        } else {
            self.set(ffi::kg_variable_KG_REQUEST_URI, target);
        }
        let query = head.query(bytes).unwrap_or_default();
        self.set(ffi::kg_variable_KG_QUERY_STRING, query);
        self.set(
            ffi::kg_variable_KG_DOCUMENT_ROOT,
            script.document_root.as_bytes(),
        );
        self.set(ffi::kg_variable_KG_SCRIPT_FILENAME, script.file.as_bytes());
        let (place, below) = head.path(bytes).split_at(prefix);
        self.add_script(&percent::decode(place), below, script.name.as_bytes());
    }

    /// A path that names the script has the rest as `PATH_INFO`; all others were rewritten to it.
    fn add_script(&self, place: &[u8], below: &[u8], name: &[u8]) {
        let script_name = [place.strip_suffix(b"/").unwrap_or(place), name].concat();
        self.set(ffi::kg_variable_KG_SCRIPT_NAME, &script_name);
        let rest = below
            .strip_prefix(name)
            .filter(|rest| rest.first() == Some(&b'/'));
        let mut own = script_name;
        if let Some(rest) = rest {
            let info = percent::decode(rest);
            self.set(ffi::kg_variable_KG_PATH_INFO, &info);
            own.extend_from_slice(&info);
        }
        self.set(ffi::kg_variable_KG_PHP_SELF, &own);
        self.set(ffi::kg_variable_KG_DOCUMENT_URI, &own);
    }

    fn add_headers(&self, request: &RequestRef<'_>) {
        let (head, bytes) = (request.head(), request.bytes());
        for (name, value) in head.headers(bytes) {
            match name.len() {
                12 if name.eq_ignore_ascii_case(b"content-type") => {
                    self.set(ffi::kg_variable_KG_CONTENT_TYPE, value);
                }
                // That of the body as it was read is told below, also if it came in chunks.
                14 if name.eq_ignore_ascii_case(b"content-length") => {}
                // The target's authority goes before it.
                4 if name.eq_ignore_ascii_case(b"host") => {}
                _ => self.set_header(name, value),
            }
        }
        if let Some(host) = head.host(bytes) {
            self.set_header(b"Host", host);
        }
        if head.has_body() {
            let mut digits = [0; 20];
            let length = write_number(&mut digits, request.body().len());
            self.set(ffi::kg_variable_KG_CONTENT_LENGTH, length);
        }
    }

    fn set_header(&self, name: &[u8], value: &[u8]) {
        // SAFETY: as in `set`.
        unsafe {
            ffi::kg_app_set_header(
                self.0,
                name.as_ptr().cast(),
                name.len(),
                value.as_ptr().cast(),
                value.len(),
            );
        }
    }

    fn add_addresses(&self, request: &RequestRef<'_>) {
        let mut buffer = [0; 64];
        let local = request.local_address().socket_address();
        match request.peer_address().socket_address() {
            Some(peer) => {
                let address = written(&mut buffer, format_args!("{}", peer.ip()));
                self.set(ffi::kg_variable_KG_REMOTE_ADDR, address);
                let port = written(&mut buffer, format_args!("{}", peer.port()));
                self.set(ffi::kg_variable_KG_REMOTE_PORT, port);
            }
            None => {
                self.set(ffi::kg_variable_KG_REMOTE_ADDR, b"127.0.0.1");
                self.set(ffi::kg_variable_KG_REMOTE_PORT, b"0");
            }
        }
        let host = request.head().host(request.bytes()).unwrap_or_default();
        let (name, port) = split_host(host);
        match local {
            Some(local) => {
                let address = written(&mut buffer, format_args!("{}", local.ip()));
                self.set(ffi::kg_variable_KG_SERVER_ADDR, address);
                self.set(
                    ffi::kg_variable_KG_SERVER_NAME,
                    if name.is_empty() { address } else { name },
                );
                let port = written(&mut buffer, format_args!("{}", local.port()));
                self.set(ffi::kg_variable_KG_SERVER_PORT, port);
            }
            None => {
                self.set(ffi::kg_variable_KG_SERVER_ADDR, b"127.0.0.1");
                self.set(
                    ffi::kg_variable_KG_SERVER_NAME,
                    if name.is_empty() { b"localhost" } else { name },
                );
                self.set(
                    ffi::kg_variable_KG_SERVER_PORT,
                    if port.is_empty() { b"80" } else { port },
                );
            }
        }
    }
}

fn written<'a>(buffer: &'a mut [u8; 64], text: std::fmt::Arguments<'_>) -> &'a [u8] {
    let mut rest = &mut buffer[..];
    // Addresses and ports are shorter.
    let _fits = rest.write_fmt(text);
    let left = rest.len();
    &buffer[..64 - left]
}

fn write_number(buffer: &mut [u8; 20], number: usize) -> &[u8] {
    let mut rest = &mut buffer[..];
    // A usize has at most 20 digits.
    let _fits = write!(rest, "{number}");
    let left = rest.len();
    &buffer[..20 - left]
}

/// A host without its port, and the port.
fn split_host(host: &[u8]) -> (&[u8], &[u8]) {
    match host.iter().rposition(|byte| *byte == b':') {
        Some(at) if !host[at..].contains(&b']') => (&host[..at], &host[at + 1..]),
        _ => (host, b""),
    }
}
