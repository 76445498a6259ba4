//! A mutex in shared memory that survives its owner: the kernel releases it when the owner dies, and the next one learns
//! of it (`pthread_mutexattr_setrobust`).

use std::cell::UnsafeCell;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

/// How long a lock is waited for. It is held for microseconds, so its owner was stopped when this is over.
pub const LOCK_PATIENCE: Duration = Duration::from_millis(50);

/// Attempts without and with giving way, before it is slept between two.
const SPINS: u32 = 100;
const YIELDS: u32 = 200;
const NAP: Duration = Duration::from_micros(100);

/// The mutex itself; it never moves.
#[repr(transparent)]
pub(crate) struct RobustLock(UnsafeCell<libc::pthread_mutex_t>);

/// A lock that is held, by the thread that took it.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    lock: &'a RobustLock,
    pub(crate) was_abandoned: bool,
    /// It is given back by the same thread.
    thread: PhantomData<*const ()>,
}

impl fmt::Debug for RobustLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RobustLock")
    }
}

fn check(result: i32) -> io::Result<()> {
    match result {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

impl RobustLock {
    /// Makes a lock at this address.
    ///
    /// # Safety
    /// The memory is shared, aligned, zeroed and used by nobody yet.
    pub(crate) unsafe fn init(at: *mut Self) -> io::Result<()> {
        // SAFETY: all zeroes is a value that pthread_mutexattr_init(3) may fill.
        let mut attributes: libc::pthread_mutexattr_t = unsafe { std::mem::zeroed() };
        let attributes = &raw mut attributes;
        // SAFETY: the attributes are initialised first and destroyed last; the mutex is the caller's promise.
        unsafe {
            check(libc::pthread_mutexattr_init(attributes))?;
            let made = check(libc::pthread_mutexattr_setpshared(
                attributes,
                libc::PTHREAD_PROCESS_SHARED,
            ))
            .and_then(|()| {
                check(libc::pthread_mutexattr_setrobust(
                    attributes,
                    libc::PTHREAD_MUTEX_ROBUST,
                ))
            })
            .and_then(|()| check(libc::pthread_mutex_init((*at).0.get(), attributes)));
            libc::pthread_mutexattr_destroy(attributes);
            made
        }
    }

    /// Takes the lock; `None` if that is not possible within [`LOCK_PATIENCE`].
    pub(crate) fn lock(&self) -> Option<Held<'_>> {
        let mut attempts = 0_u32;
        let mut since = None;
        loop {
            // SAFETY: the mutex was initialised, and lives as long as `self`.
            match unsafe { libc::pthread_mutex_trylock(self.0.get()) } {
                0 => return Some(self.held(false)),
                libc::EOWNERDEAD => {
                    // SAFETY: the mutex is ours now, left inconsistent by its owner.
                    check(unsafe { libc::pthread_mutex_consistent(self.0.get()) }).ok()?;
                    return Some(self.held(true));
                }
                libc::EBUSY => {}
                _ => return None,
            }
            attempts += 1;
            if attempts < SPINS {
                std::hint::spin_loop();
            } else if attempts < YIELDS {
                std::thread::yield_now();
            } else if since.get_or_insert_with(Instant::now).elapsed() < LOCK_PATIENCE {
                std::thread::sleep(NAP);
            } else {
                return None;
            }
        }
    }

    const fn held(&self, was_abandoned: bool) -> Held<'_> {
        Held {
            lock: self,
            was_abandoned,
            thread: PhantomData,
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // SAFETY: this thread holds the mutex.
        unsafe { libc::pthread_mutex_unlock(self.lock.0.get()) };
    }
}
