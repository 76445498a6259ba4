//! Headers as PHP code has them: an array of names to a string or a list of strings.

use kargo_http::check_header as check_line;

use crate::engine::value::{Key, array_iter};
use crate::engine::{Thrown, ffi, throw_value_error};

/// Checks one line; `number` is the argument's.
pub(crate) fn check_header(number: u32, name: &[u8], value: &[u8]) -> Result<(), Thrown> {
    check_line(name, value)
        .map_err(|error| throw_value_error(number, &format!("must be valid in HTTP: {error}")))
}

/// Checks an array of headers as PHP gave it: names to a string or a list of strings.
pub(crate) fn check_headers(number: u32, headers: *mut ffi::zend_array) -> Result<(), Thrown> {
    for (key, value) in array_iter(headers) {
        let Key::Name(name) = key else {
            return Err(throw_value_error(number, "must have header names as keys"));
        };
        let value = value.dereferenced();
        if let Some(line) = value.bytes() {
            check_header(number, name, line)?;
        } else if let Some(lines) = value.array() {
            for (_, line) in array_iter(lines) {
                let Some(line) = line.dereferenced().bytes() else {
                    return Err(throw_value_error(
                        number,
                        "must have strings as header values",
                    ));
                };
                check_header(number, name, line)?;
            }
        } else {
            return Err(throw_value_error(
                number,
                "must have strings or lists of strings as header values",
            ));
        }
    }
    Ok(())
}

/// Every line of an array of headers, in order.
pub(crate) fn header_lines<'a>(
    headers: Option<*mut ffi::zend_array>,
) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    headers
        .into_iter()
        .flat_map(array_iter)
        .flat_map(|(key, value)| {
            let name = match key {
                Key::Name(name) => name,
                Key::Index(_) => &b""[..],
            };
            let value = value.dereferenced();
            let one = value.bytes();
            let many = value.array().into_iter().flat_map(array_iter);
            one.into_iter()
                .chain(many.filter_map(|(_, line)| line.dereferenced().bytes()))
                .map(move |line| (name, line))
        })
}
