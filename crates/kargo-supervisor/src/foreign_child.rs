//! Knowing that we are in a process that user code forked from ours.
//!
//! A script may fork in the middle of a request (`pcntl_fork`). The child has copies of all
//! descriptors: if it went on serving, one request would get two answers. It must answer nothing.

use crate::error::Error;
use crate::sys::process;

/// Proof that forks by user code are noticed from now on, in this process and its descendants.
#[derive(Debug, Clone, Copy)]
pub struct ForeignChildGuard {
    _installed: (),
}

impl ForeignChildGuard {
    /// Begins to notice forks. Idempotent; [`Supervisor::run`](crate::Supervisor::run) does it for
    /// its workers, a server without workers does it itself.
    ///
    /// # Errors
    /// If the C library has no memory for the registration.
    pub fn install() -> Result<Self, Error> {
        process::install_foreign_child_guard().map_err(Error::system("watch for forks"))?;
        Ok(Self { _installed: () })
    }

    /// See [`is_foreign_child`].
    #[inline]
    pub fn is_foreign_child(self) -> bool {
        is_foreign_child()
    }
}

/// Whether this process was forked by other code than ours since [`ForeignChildGuard::install`].
/// One load of a static; false as long as no guard is installed.
///
/// A worker forked from such a process by a supervisor of its own is no foreign child.
#[inline]
pub fn is_foreign_child() -> bool {
    process::is_foreign_child()
}
