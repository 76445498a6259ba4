//! Memory that a process shares with those it forks.

use std::io;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

/// A value that may live in zeroed memory shared between processes.
///
/// # Safety
/// All bytes zero is a valid value, and every access through `&Self` is atomic.
pub(crate) unsafe trait SharedValue {}

// SAFETY: a slot consists of atomic integers only, for which zero is valid.
unsafe impl SharedValue for crate::scoreboard::Slot {}

/// A zeroed array of `T` that this process and all it forks afterwards see alike.
#[derive(Debug)]
pub(crate) struct SharedArray<T: SharedValue> {
    base: NonNull<T>,
    len: usize,
    values: PhantomData<T>,
}

// SAFETY: `T: SharedValue` is accessed atomically only, from any thread as from any process.
unsafe impl<T: SharedValue> Send for SharedArray<T> {}
// SAFETY: as above.
unsafe impl<T: SharedValue> Sync for SharedArray<T> {}

impl<T: SharedValue> SharedArray<T> {
    pub(crate) fn new(len: usize) -> io::Result<Self> {
        let bytes = size_of::<T>()
            .checked_mul(len)
            .filter(|bytes| *bytes > 0 && align_of::<T>() <= 4096)
            .ok_or(io::ErrorKind::InvalidInput)?;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches no memory
        // in use.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self {
            base,
            len,
            values: PhantomData,
        })
    }
}

impl<T: SharedValue> Deref for SharedArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the mapping is page-aligned, holds `len` values, is zeroed (valid by
        // `SharedValue`) and lives until `self` is dropped; other processes write atomically.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) }
    }
}

impl<T: SharedValue> Drop for SharedArray<T> {
    fn drop(&mut self) {
        // SAFETY: base and length are those of the mapping made in `new`; no reference outlives
        // `self`. Other processes keep their own mapping.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len * size_of::<T>()) };
    }
}
