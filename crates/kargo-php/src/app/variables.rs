//! `$_SERVER` of an application.

use std::borrow::Cow;

use kargo_http::percent;
use kargo_net::RequestRef;

use crate::app::{Script, output};
use crate::engine::ffi;
use crate::serve::server::trusted_proxies;
use crate::serve::server_variables::{self, Sink};

/// The engine makes `$_SERVER`: adds the request to what is there.
#[unsafe(no_mangle)]
extern "C" fn kargo_app_variables(variables: *mut ffi::HashTable) {
    let filled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let Some((application, prefix)) = output::application() else {
            return;
        };
        let mut array = Variables(variables);
        let proxies = trusted_proxies();
        output::view(|request| {
            array.add_script(request, &application.script, prefix);
            server_variables::add(&mut array, request, proxies.as_deref());
        });
    }));
    // The panic hook has told the log.
    drop(filled);
}

struct Variables(*mut ffi::HashTable);

impl Sink for Variables {
    fn set(&mut self, variable: ffi::kg_variable, value: &[u8]) {
        // SAFETY: the array is the engine's new one; the value is copied.
        unsafe { ffi::kg_app_set(self.0, variable, value.as_ptr().cast(), value.len()) }
    }

    fn set_header(&mut self, name: &[u8], value: &[u8]) {
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
}

impl Variables {
    /// A path that names the script has the rest as `PATH_INFO`; all others were rewritten to it.
    fn add_script(&mut self, request: &RequestRef<'_>, script: &Script, prefix: usize) {
        let (place, below) = request.head().path(request.bytes()).split_at(prefix);
        let name = script.name.as_bytes();
        let place = percent::decode(place);
        let place = place.strip_suffix(b"/").unwrap_or(&place);
        let full_name = if place.is_empty() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned([place, name].concat())
        };
        let path_info = below
            .strip_prefix(name)
            .filter(|rest| rest.first() == Some(&b'/'))
            .map(percent::decode)
            .unwrap_or_default();
        server_variables::add_script(
            self,
            script.document_root.as_bytes(),
            script.file.as_bytes(),
            &full_name,
            &path_info,
        );
    }
}
