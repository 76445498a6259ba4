//! timerfd_create(2): a descriptor that becomes readable at a moment.

use std::io;
use std::os::fd::AsRawFd;
use std::os::fd::FromRawFd;
use std::os::fd::OwnedFd;
use std::os::fd::RawFd;
use std::time::Duration;

use super::check;

/// A non-blocking, close-on-exec timer of the monotonic clock.
#[derive(Debug)]
pub(crate) struct Alarm(OwnedFd);

impl Alarm {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: timerfd_create(2) takes no pointer.
        let fd = check(unsafe {
            libc::timerfd_create(
                libc::CLOCK_MONOTONIC,
                libc::TFD_CLOEXEC | libc::TFD_NONBLOCK,
            )
        })?;
        // SAFETY: timerfd_create(2) just gave us this descriptor, nobody else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(crate) fn raw(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Rings once after `delay`, which is not zero; an earlier setting is forgotten.
    pub(crate) fn set(&self, delay: Duration) -> io::Result<()> {
        let setting = libc::itimerspec {
            it_interval: libc::timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: libc::timespec {
                tv_sec: libc::time_t::try_from(delay.as_secs()).unwrap_or(libc::time_t::MAX),
                tv_nsec: libc::c_long::from(delay.subsec_nanos().cast_signed()),
            },
        };
        // SAFETY: timerfd_settime(2) reads one itimerspec, a live local; it need not tell the old setting.
        check(unsafe {
            libc::timerfd_settime(self.raw(), 0, &raw const setting, std::ptr::null_mut())
        })?;
        Ok(())
    }

    /// Makes it unreadable again.
    pub(crate) fn reset(&self) {
        let mut count = 0u64;
        // SAFETY: read(2) writes at most 8 bytes, which `count` has. An error means that it has not rung.
        unsafe { libc::read(self.raw(), (&raw mut count).cast(), size_of::<u64>()) };
    }
}
