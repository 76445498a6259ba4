//! `Kargo\Net\Dns`.

use super::{text, timeout_or};
use crate::engine::call::native;
use crate::engine::value::{array_push, new_array};
use crate::engine::{Call, Owned, Thrown};
use crate::net::dialing;

native! {
    kargo_net_dns_resolve => resolve;
}

fn resolve(call: &Call) -> Result<(), Thrown> {
    let timeout = timeout_or(call, 1, 10.0)?;
    let found = dialing::resolve(&text(call, 0)?, timeout)?;
    let list = new_array(u32::try_from(found.len()).unwrap_or(0));
    for address in found {
        let mut text = Owned::of_bytes(address.to_string().as_bytes());
        array_push(list, text.zv());
        text.zv().set_undefined();
    }
    call.result().set_array(list);
    Ok(())
}
