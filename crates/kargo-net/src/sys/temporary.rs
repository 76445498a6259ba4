//! Files without a name.

use std::ffi::CString;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use super::check;

/// For the owner only: what it holds is nobody else's business until it is moved.
const MODE: u32 = 0o600;

/// A new, empty file in `folder` that has no name: the kernel removes it with its last descriptor, however the process
/// ends.
pub(crate) fn create(folder: &Path) -> io::Result<File> {
    match create_nameless(folder) {
        // EISDIR, ENOENT: a kernel, EOPNOTSUPP: a file system that can't.
        Err(error)
            if matches!(
                error.raw_os_error(),
                Some(libc::EOPNOTSUPP | libc::EISDIR | libc::ENOENT)
            ) =>
        {
            create_and_unlink(folder)
        }
        other => other,
    }
}

/// The same, only where the file system has files without a name.
pub(crate) fn create_nameless(folder: &Path) -> io::Result<File> {
    options().custom_flags(libc::O_TMPFILE).open(folder)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(MODE);
    options
}

/// The name is gone before anything is in the file.
fn create_and_unlink(folder: &Path) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".kargo-{}-{number}", super::pid()));
        match options().create_new(true).open(&path) {
            Ok(file) => {
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Where an open file can be opened again by this process.
pub(crate) fn path_of(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Gives a file without a name one that nothing has yet.
pub(crate) fn link(file: &File, target: &Path) -> io::Result<()> {
    let from = text(&path_of(file))?;
    let to = text(target)?;
    // SAFETY: linkat(2) reads two NUL-terminated texts that live during the call.
    check(unsafe {
        libc::linkat(
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::AT_SYMLINK_FOLLOW,
        )
    })?;
    Ok(())
}

/// Renames a file to what nothing is called yet.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let (old, new) = (text(from)?, text(to)?);
    // SAFETY: renameat2(2) reads two NUL-terminated texts that live during the call.
    let result = check(unsafe {
        libc::renameat2(
            libc::AT_FDCWD,
            old.as_ptr(),
            libc::AT_FDCWD,
            new.as_ptr(),
            libc::RENAME_NOREPLACE,
        )
    });
    match result {
        Ok(_) => Ok(()),
        // A file system that can't: a second name fails too if there is something, then the first is taken away.
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS)) => {
            std::fs::hard_link(from, to)?;
            std::fs::remove_file(from)
        }
        Err(error) => Err(error),
    }
}

/// Gives a file the permissions that files have which this process makes.
pub(crate) fn set_usual_mode(file: &File) -> io::Result<()> {
    // SAFETY: umask(2) only replaces a number of the process; it can be read in no other way without /proc, and nobody
    // makes files meanwhile: other threads of ours only ask for addresses.
    let mask = unsafe {
        let mask = libc::umask(0o077);
        libc::umask(mask);
        mask
    };
    // SAFETY: fchmod(2) takes no pointers.
    check(unsafe { libc::fchmod(file.as_raw_fd(), 0o666 & !mask) })?;
    Ok(())
}

fn text(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)
}
