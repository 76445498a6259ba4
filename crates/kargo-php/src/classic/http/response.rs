//! The handle `EVHTTP Response`: code, message and content.

use super::super::resource::{self, Kind};
use crate::engine::call::native;
use crate::engine::throw::throw_value_error;
use crate::engine::{Call, Owned, Thrown};

native! {
    kargo_classic_evhttp_response_set => set;
}

/// What a callback may return to say more than a body.
#[derive(Debug)]
pub(crate) struct Response {
    pub(super) status: u16,
    pub(super) reason: Vec<u8>,
    /// A string.
    pub(super) content: Owned,
}

fn set(call: &Call) -> Result<(), Thrown> {
    // Converted in place, should it be no string.
    call.stringable_bytes(0)?;
    let status = u16::try_from(call.int_or(1, 200)?).unwrap_or(0);
    if !(200..=599).contains(&status) {
        return Err(throw_value_error(2, "must be between 200 and 599"));
    }
    let reason = call.bytes(2)?;
    if !kargo_http::is_field_value(reason) {
        return Err(throw_value_error(3, "must not contain control characters"));
    }
    let response = Response {
        status,
        reason: reason.to_vec(),
        content: call
            .argument(0)
            .map_or_else(Owned::undefined, Owned::copy_of),
    };
    resource::return_new(call, Kind::HttpResponse, |classic| {
        classic.http.responses.insert(response)
    });
    Ok(())
}
