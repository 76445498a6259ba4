//! Checking whole bodies for UTF-8, once, so that no string has to be checked again.

/// Whether `bytes` are UTF-8, or where they stop being.
pub(crate) fn check(bytes: &[u8]) -> Result<(), usize> {
    if bytes.is_ascii() {
        return Ok(());
    }
    core::str::from_utf8(bytes)
        .map(|_| ())
        .map_err(|error| error.valid_up_to())
}
