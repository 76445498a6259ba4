//! `$_SERVER` of a script, as its process gets it.

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt as _;

use kargo_http::TrustedProxies;
use kargo_net::RequestRef;

use super::resolve::Script;
use super::{Scripts, wire};
use crate::engine::ffi;
use crate::serve::server_variables::{self, Sink};

/// Writes a request for a script process, up to its body. The number is the request's, `name` what the log calls it.
pub(super) fn write(
    out: &mut Vec<u8>,
    request: &RequestRef<'_>,
    scripts: &Scripts,
    script: &Script,
    (number, name): (u64, &str),
    proxies: Option<&TrustedProxies>,
) {
    wire::begin_request(out);
    let mut variables = Variables {
        out,
        headers: Vec::new(),
    };
    server_variables::add_script(
        &mut variables,
        scripts.root.as_os_str().as_bytes(),
        script.file.as_os_str().as_bytes(),
        script.name.as_bytes(),
        script.path_info.as_bytes(),
    );
    server_variables::add(&mut variables, request, proxies);
    let headers = variables.headers;
    for (name, value) in &headers {
        wire::push_variable(out, name, value);
    }
    wire::push_variable(out, b"UNIQUE_ID", name.as_bytes());
    wire::end_variables(out, request.body().len(), number);
}

struct Variables<'a> {
    out: &'a mut Vec<u8>,
    /// Those of one name are joined, so they are written at the end.
    headers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Sink for Variables<'_> {
    fn set(&mut self, variable: ffi::kg_variable, value: &[u8]) {
        // SAFETY: gives the name of a variable, which is a static.
        let name = unsafe { CStr::from_ptr(ffi::kg_app_variable_name(variable)) };
        wire::push_variable(self.out, name.to_bytes(), value);
    }

    /// A name with an underscore is left out, since it could not be told from one with a hyphen, and so is `Proxy`, which
    /// programs take for a setting of theirs (httpoxy, CVE-2016-5385).
    fn set_header(&mut self, name: &[u8], value: &[u8]) {
        let is_plain = name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if !is_plain || name.eq_ignore_ascii_case(b"proxy") {
            return;
        }
        let mut variable = b"HTTP_".to_vec();
        variable.extend(name.iter().map(|byte| match byte {
            b'-' => b'_',
            other => other.to_ascii_uppercase(),
        }));
        match self.headers.iter_mut().find(|(of, _)| *of == variable) {
            Some((_, joined)) => {
                let between: &[u8] = if variable == b"HTTP_COOKIE" {
                    b"; "
                } else {
                    b", "
                };
                joined.extend_from_slice(between);
                joined.extend_from_slice(value);
            }
            None => self.headers.push((variable, value.to_vec())),
        }
    }
}
