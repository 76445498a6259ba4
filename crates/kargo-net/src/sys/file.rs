//! Files, read where std's would fill the buffer with zeros first.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use super::check_size;

/// Reads at most `len` bytes of `file` from `offset` on behind the end of `buffer`. 0: the file is shorter.
pub(crate) fn read_append(
    file: &File,
    buffer: &mut Vec<u8>,
    offset: u64,
    len: u64,
) -> io::Result<usize> {
    let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
    let len = usize::try_from(len).map_err(io::Error::other)?;
    buffer.reserve(len);
    let spare = buffer.spare_capacity_mut();
    let len = len.min(spare.len());
    loop {
        // SAFETY: pread(2) writes at most `len` bytes, which the spare capacity has.
        let result =
            unsafe { libc::pread(file.as_raw_fd(), spare.as_mut_ptr().cast(), len, offset) };
        match check_size(result) {
            Ok(got) => {
                // SAFETY: pread(2) has initialised the `got <= len` bytes behind the end.
                unsafe { buffer.set_len(buffer.len() + got) };
                return Ok(got);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
