//! The attribute classes that say how methods are reached by verbs and paths.

use crate::engine::call::native;
use crate::engine::throw::throw_value_error;
use crate::engine::value::array_iter;
use crate::engine::{Call, Thrown, Zv};
use crate::rpc::attribute;

native! {
    kargo_rpc_get_construct => verb_construct;
    kargo_rpc_post_construct => verb_construct;
    kargo_rpc_put_construct => verb_construct;
    kargo_rpc_patch_construct => verb_construct;
    kargo_rpc_delete_construct => verb_construct;
    kargo_rpc_header_construct => header_construct;
    kargo_rpc_query_construct => attribute::construct;
    kargo_rpc_body_construct => attribute::construct;
    kargo_rpc_cors_construct => cors_construct;
}

fn verb_construct(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    let status = call.int_or(1, 200)?;
    if !(200..=299).contains(&status) {
        return Err(throw_value_error(2, "must be between 200 and 299"));
    }
    Ok(())
}

fn header_construct(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    if is_token(call.bytes(0)?) {
        Ok(())
    } else {
        Err(throw_value_error(1, "must be the name of a header"))
    }
}

/// A name as headers have it (RFC 9110 section 5.6.2).
pub(super) fn is_token(name: &[u8]) -> bool {
    let is_fine = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !name.is_empty() && name.iter().all(is_fine)
}

fn cors_construct(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    let has_credentials = call.bool_or(3, false)?;
    let origins =
        texts(call, 0, |origin| origin == b"*" || is_origin(origin)).ok_or_else(|| {
            throw_value_error(
                1,
                "must be a list of origins such as \"https://example.org\", or [\"*\"]",
            )
        })?;
    if has_credentials && origins.iter().any(|origin| *origin == b"*") {
        return Err(throw_value_error(
            1,
            "must name the origins that credentials may be sent from",
        ));
    }
    for index in [1, 2] {
        let is_any = |name: &[u8]| name == b"*" || is_token(name);
        if texts(call, index, is_any).is_none() {
            return Err(throw_value_error(
                index + 1,
                "must be a list of names of headers",
            ));
        }
    }
    if call.int_or(4, 0)? < 0 {
        return Err(throw_value_error(5, "must not be negative"));
    }
    Ok(())
}

/// The strings in an array argument, if all are as they should be.
fn texts<'a>(call: &Call, index: u32, is_fine: fn(&[u8]) -> bool) -> Option<Vec<&'a [u8]>> {
    let Some(array) = call.argument(index).and_then(Zv::array) else {
        return Some(Vec::new());
    };
    array_iter(array)
        .map(|(_, value)| value.dereferenced().bytes().filter(|bytes| is_fine(bytes)))
        .collect()
}

/// Scheme, host and perhaps a port, as a browser writes them.
fn is_origin(origin: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(origin) else {
        return false;
    };
    text.split_once("://").is_some_and(|(scheme, authority)| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let is_host =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._:[]".contains(c);
        !scheme.is_empty()
            && scheme.chars().all(is_name)
            && !authority.is_empty()
            && authority.chars().all(is_host)
    })
}
