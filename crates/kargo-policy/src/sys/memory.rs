//! Memory that a process shares with those it forks.

use std::io;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::lock::{Held, RobustLock};

/// A value that may live in zeroed memory which other processes change while they hold its lock.
///
/// # Safety
/// Any bytes are a valid value: a process that was killed may leave half of one. It has no pointers and nothing to drop.
pub(crate) unsafe trait Plain: Copy {}

// SAFETY: no bytes at all.
unsafe impl Plain for () {}
// SAFETY: two integers, each right by itself.
unsafe impl Plain for crate::buckets::Bucket {}
// SAFETY: integers; the store empties a part that was being changed.
unsafe impl Plain for crate::store::Head {}
// SAFETY: integers and bytes, as above.
unsafe impl Plain for crate::store::Place {}

/// `count` parts in shared memory, each with a lock, a head and two arrays.
#[derive(Debug)]
pub(crate) struct Parts<H: Plain, S: Plain> {
    base: NonNull<u8>,
    bytes: usize,
    layout: Layout,
    count: usize,
    values: PhantomData<(H, S)>,
}

/// Where things are within a part.
#[derive(Clone, Copy, Debug)]
struct Layout {
    head_at: usize,
    slots_at: usize,
    slots: usize,
    data_at: usize,
    data: usize,
    stride: usize,
}

// SAFETY: what is in the memory is reached with its lock held only, from any thread as from any process.
unsafe impl<H: Plain, S: Plain> Send for Parts<H, S> {}
// SAFETY: as above.
unsafe impl<H: Plain, S: Plain> Sync for Parts<H, S> {}

/// A part whose lock is held.
#[derive(Debug)]
pub(crate) struct Locked<'a, H, S> {
    pub(crate) head: &'a mut H,
    pub(crate) slots: &'a mut [S],
    pub(crate) data: &'a mut [u8],
    /// The process that had the lock died with it.
    pub(crate) was_abandoned: bool,
    /// Given back last: fields are dropped in their order, and references are not dropped at all.
    _held: Held<'a>,
}

const PAGE: usize = 4096;

fn aligned(at: usize, to: usize) -> Option<usize> {
    at.checked_next_multiple_of(to)
}

impl Layout {
    fn of<H, S>(slots: usize, data: usize) -> Option<Self> {
        let head_at = aligned(size_of::<RobustLock>(), align_of::<H>())?;
        let slots_at = aligned(head_at + size_of::<H>(), align_of::<S>())?;
        let data_at = slots_at.checked_add(size_of::<S>().checked_mul(slots)?)?;
        Some(Self {
            head_at,
            slots_at,
            slots,
            data_at,
            data,
            stride: aligned(data_at.checked_add(data)?, PAGE)?,
        })
    }
}

impl<H: Plain, S: Plain> Parts<H, S> {
    /// Maps `count` zeroed parts of so many slots and bytes. The memory is taken when it is first used.
    pub(crate) fn new(count: usize, slots: usize, data: usize) -> io::Result<Self> {
        let too_large = || io::Error::from(io::ErrorKind::InvalidInput);
        let layout = Layout::of::<H, S>(slots, data).ok_or_else(too_large)?;
        let bytes = layout
            .stride
            .checked_mul(count)
            .filter(|bytes| *bytes != 0)
            .ok_or_else(too_large)?;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches no memory in use.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        let parts = Self {
            base,
            bytes,
            layout,
            count,
            values: PhantomData,
        };
        for index in 0..count {
            // SAFETY: the lock lies at the begin of its part, and nobody uses it yet.
            unsafe { RobustLock::init(parts.part(index).cast())? };
        }
        Ok(parts)
    }

    /// The address of a part.
    fn part(&self, index: usize) -> *mut u8 {
        let index = index % self.count;
        // SAFETY: the mapping has `count` parts of `stride` bytes.
        unsafe { self.base.as_ptr().add(index * self.layout.stride) }
    }

    /// Locks a part; `None` if the lock can't be had.
    pub(crate) fn lock(&self, index: usize) -> Option<Locked<'_, H, S>> {
        let part = self.part(index);
        // SAFETY: the lock was initialised by `new`, and lives as long as the mapping.
        let held = unsafe { &*part.cast::<RobustLock>() }.lock()?;
        let layout = self.layout;
        // SAFETY: head, slots and data lie apart from each other inside the part, aligned by `Layout::of`; any bytes are
        // valid values (`Plain`); the lock is held, so nobody else has a reference, in this process or another.
        let (head, slots, data) = unsafe {
            (
                &mut *part.add(layout.head_at).cast::<H>(),
                std::slice::from_raw_parts_mut(part.add(layout.slots_at).cast::<S>(), layout.slots),
                std::slice::from_raw_parts_mut(part.add(layout.data_at), layout.data),
            )
        };
        Some(Locked {
            head,
            slots,
            data,
            was_abandoned: held.was_abandoned,
            _held: held,
        })
    }

    pub(crate) const fn count(&self) -> usize {
        self.count
    }
}

impl<H: Plain, S: Plain> Drop for Parts<H, S> {
    fn drop(&mut self) {
        // SAFETY: base and length are those of the mapping made in `new`; no reference outlives `self`. Other processes
        // keep their own mapping.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}
