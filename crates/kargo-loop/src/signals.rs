//! The signals one loop watches.

use std::io;
use std::os::fd::RawFd;

use crate::Token;
use crate::sys::signal;
use crate::sys::signal::Disposition;

/// What this loop watches, a handful at most.
#[derive(Debug)]
pub(crate) struct Signals {
    watched: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    signum: i32,
    token: Token,
    previous: Disposition,
}

impl Signals {
    pub(crate) const fn new() -> Self {
        Self {
            watched: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.watched.len()
    }

    pub(crate) fn watch(
        &mut self,
        signum: i32,
        token: Token,
        notify: RawFd,
        generation: u32,
    ) -> io::Result<()> {
        if !(1..=signal::MAX_SIGNAL).contains(&signum) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "no such signal",
            ));
        }
        if let Some(watched) = self
            .watched
            .iter_mut()
            .find(|watched| watched.signum == signum)
        {
            watched.token = token;
            return Ok(());
        }
        if !signal::claim(signum, notify, generation) {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "another loop of this process watches this signal",
            ));
        }
        match signal::install(signum) {
            Ok(previous) => {
                self.watched.push(Watched {
                    signum,
                    token,
                    previous,
                });
                Ok(())
            }
            Err(error) => {
                signal::release(signum);
                Err(error)
            }
        }
    }

    pub(crate) fn unwatch(&mut self, signum: i32) -> bool {
        let Some(index) = self
            .watched
            .iter()
            .position(|watched| watched.signum == signum)
        else {
            return false;
        };
        let watched = self.watched.swap_remove(index);
        watched.end();
        true
    }

    /// The signals that came since the last question.
    pub(crate) fn take(&self) -> impl Iterator<Item = (i32, Token)> {
        self.watched
            .iter()
            .filter(|watched| signal::take(watched.signum))
            .map(|watched| (watched.signum, watched.token))
    }

    /// Puts our handlers back where somebody has replaced them; says whether any was.
    pub(crate) fn reassert(&self) -> io::Result<bool> {
        let mut stolen = false;
        for watched in &self.watched {
            if !signal::is_installed(watched.signum)? {
                signal::install(watched.signum)?;
                stolen = true;
            }
        }
        Ok(stolen)
    }

    /// In a forked child: the dispositions are this process's own and are restored; the claims are not ours.
    pub(crate) fn abandon(&mut self) {
        for watched in self.watched.drain(..) {
            // Best effort: a disposition that cannot be restored is handled by the handler itself.
            let _ = signal::restore(watched.signum, &watched.previous);
        }
    }
}

impl Watched {
    fn end(self) {
        // The only failure is a bad number, and that was refused when it was watched.
        let _ = signal::restore(self.signum, &self.previous);
        signal::release(self.signum);
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for watched in self.watched.drain(..) {
            watched.end();
        }
    }
}
