//! The attribute classes that say how methods and types look to callers.

use crate::engine::call::native;
use crate::engine::throw::throw_value_error;
use crate::engine::{Call, Thrown};
use crate::rpc::attribute;

native! {
    kargo_rpc_name_construct => name_construct;
    kargo_rpc_description_construct => attribute::construct;
    kargo_rpc_deprecated_construct => attribute::construct;
    kargo_rpc_oneway_construct => attribute::construct;
    kargo_rpc_soapheader_construct => attribute::construct;
}

fn name_construct(call: &Call) -> Result<(), Thrown> {
    call.promote()?;
    let name = call.bytes(0)?;
    if name.is_empty() || std::str::from_utf8(name).is_err() {
        return Err(throw_value_error(
            1,
            "must be a name in UTF-8 that is not empty",
        ));
    }
    Ok(())
}
