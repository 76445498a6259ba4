//! `ntohs()` and its like: bytes as numbers.

use crate::engine::call::native;
use crate::engine::throw::warn;
use crate::engine::{Call, Thrown};

native! {
    kargo_classic_ntohs => two_bytes;
    kargo_classic_ntohl => four_bytes;
    kargo_classic_htons => two_bytes;
    kargo_classic_htonl => four_bytes;
}

fn two_bytes(call: &Call) -> Result<(), Thrown> {
    number::<2>(call)
}

fn four_bytes(call: &Call) -> Result<(), Thrown> {
    number::<4>(call)
}

fn number<const LENGTH: usize>(call: &Call) -> Result<(), Thrown> {
    let bytes = call.bytes(0)?;
    if bytes.len() != LENGTH {
        call.result().set_bool(false);
        warn(format_args!("the string must be {LENGTH} bytes long"));
        return Ok(());
    }
    let number = bytes
        .iter()
        .fold(0, |number: u32, byte| (number << 8) | u32::from(*byte));
    call.result().set_float(f64::from(number));
    Ok(())
}
