//! Opens what lies in a directory, and nothing else.

use std::cell::Cell;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;
use std::os::fd::BorrowedFd;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

use rustix::fs::CWD;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::fs::ResolveFlags;
use rustix::fs::fstat;
use rustix::fs::openat;
use rustix::fs::openat2;
use rustix::fs::readlinkat;
use rustix::fs::stat;
use rustix::io::Errno;

/// `NONBLOCK`: a FIFO without a writer is opened, and then seen to be none, instead of waited for.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY);
const LOOK: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Links that one path may lead through, as in the kernel.
const MOST_LINKS: usize = 40;

/// Times that a path is looked up again because something was renamed meanwhile.
const MOST_ATTEMPTS: usize = 16;

/// A directory whose files are published.
///
/// Its descriptor is opened by whoever asks for a file first. Once a second the path is looked at again: where another
/// directory has taken its place (a new release, a rebuilt folder), that is opened.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    outside_links: bool,
    has_openat2: bool,
    root: RefCell<Option<Rc<OwnedFd>>>,
    /// The second in which the path was looked at last.
    looked_at: Cell<u64>,
}

impl Directory {
    /// Looks whether there is a directory at `path` that can be searched. Keeps no descriptor yet: this may be a process
    /// that forks others.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(path: &Path, outside_links: bool) -> io::Result<Self> {
        let root = openat(CWD, path, READ | OFlags::DIRECTORY, Mode::empty())?;
        // A look at "." proves that it may be searched.
        openat(&root, ".", LOOK, Mode::empty())?;
        // Kernels before 5.6 don't know it, and some containers forbid it.
        let has_openat2 = openat2(&root, ".", LOOK, Mode::empty(), ResolveFlags::BENEATH).is_ok();
        Ok(Self {
            path: path.to_owned(),
            outside_links,
            has_openat2,
            root: RefCell::new(None),
            looked_at: Cell::new(0),
        })
    }

    /// The same for a kernel without openat2.
    #[cfg(test)]
    pub(crate) fn without_openat2(path: &Path) -> io::Result<Self> {
        Ok(Self {
            has_openat2: false,
            ..Self::new(path, false)?
        })
    }

    /// Opens what is at `name`, a relative path without `.` and `..`, for reading: a file, a directory, anything.
    ///
    /// # Errors
    /// What the system says; for links that lead out of the directory `EXDEV`.
    pub fn open(&self, name: &str, now: u64) -> Result<OwnedFd, Errno> {
        let root = self.root(now)?;
        if self.outside_links {
            return openat(&root, name, READ, Mode::empty());
        }
        if !self.has_openat2 {
            return self.walk(root.as_fd(), name);
        }
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..MOST_ATTEMPTS {
            match openat2(&root, name, READ, Mode::empty(), resolve) {
                // Renames elsewhere made it impossible to tell where ".." of a link led.
                Err(Errno::AGAIN | Errno::INTR) => {}
                // Absolute links look as if they led out, even those that come back.
                Err(Errno::XDEV) => return self.walk(root.as_fd(), name),
                result => return result,
            }
        }
        Err(Errno::NOENT)
    }

    fn root(&self, now: u64) -> Result<Rc<OwnedFd>, Errno> {
        let mut root = self.root.borrow_mut();
        let is_recent = self.looked_at.replace(now) == now;
        if let Some(known) = &*root
            && (is_recent || !self.was_replaced(known.as_fd()))
        {
            return Ok(Rc::clone(known));
        }
        let opened = openat(CWD, &self.path, LOOK, Mode::empty());
        match (opened, &*root) {
            (Ok(opened), _) => Ok(Rc::clone(root.insert(Rc::new(opened)))),
            // Too many descriptors, perhaps: the old one still serves.
            (Err(_), Some(known)) => Ok(Rc::clone(known)),
            (Err(error), None) => Err(error),
        }
    }

    /// Whether the path leads to another directory than the one that is open.
    fn was_replaced(&self, known: BorrowedFd<'_>) -> bool {
        match (stat(&self.path), fstat(known)) {
            (Ok(there), Ok(known)) => (there.st_dev, there.st_ino) != (known.st_dev, known.st_ino),
            _ => false,
        }
    }

    /// Goes from folder to folder and reads links itself, so that none leads out, whoever renames what meanwhile.
    fn walk(&self, root: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
        let mut folders: Vec<OwnedFd> = Vec::new();
        // What is still to be gone, the next at the end.
        let mut rest: Vec<Vec<u8>> = segments(name.as_bytes());
        let mut links = 0;
        while let Some(segment) = rest.pop() {
            match &*segment {
                b"" | b"." => continue,
                b".." => {
                    folders.pop().ok_or(Errno::XDEV)?;
                    continue;
                }
                _ => {}
            }
            let here = folders.last().map_or(root, AsFd::as_fd);
            let is_last = rest.is_empty();
            let flags = if is_last { READ } else { LOOK };
            match openat(here, &*segment, flags | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(found) if is_last => return Ok(found),
                Ok(folder) => folders.push(folder),
                // LOOP: a link at the end; NOTDIR: a link, or a file, before it.
                Err(error @ (Errno::LOOP | Errno::NOTDIR)) => {
                    let link = match readlinkat(here, &*segment, Vec::new()) {
                        Err(Errno::INVAL) => return Err(error),
                        result => result?.into_bytes(),
                    };
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(Errno::LOOP);
                    }
                    if link.starts_with(b"/") {
                        rest.extend(segments(self.inside(&link).ok_or(Errno::XDEV)?));
                        folders.clear();
                    } else {
                        rest.extend(segments(&link));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let here = folders.last().map_or(root, AsFd::as_fd);
        openat(here, ".", READ, Mode::empty())
    }

    /// What is left of an absolute path behind the path of this directory.
    fn inside<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let path = Path::new(OsStr::from_bytes(path));
        let below = path.strip_prefix(&self.path).or_else(|_| {
            let real = self.path.canonicalize().unwrap_or_default();
            path.strip_prefix(real)
        });
        Some(below.ok()?.as_os_str().as_bytes())
    }
}

fn segments(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|byte| *byte == b'/')
        .rev()
        .map(<[u8]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests;
