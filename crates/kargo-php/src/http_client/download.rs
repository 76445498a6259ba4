//! Into a file, which is replaced only when everything has come.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::engine::ffi;

/// A file beside the one that is to be replaced. Dropped before it is kept, it is gone.
#[derive(Debug)]
pub(crate) struct Replacement {
    file: File,
    target: PathBuf,
    temporary: PathBuf,
    is_kept: bool,
}

impl Replacement {
    /// A new, empty file in the target's folder.
    pub(crate) fn create(target: &Path) -> io::Result<Self> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "this is no file name"))?;
        for attempt in 0_u32.. {
            let mut beside = std::ffi::OsString::from(".");
            beside.push(name);
            beside.push(format!(".{}-{attempt}", std::process::id()));
            let temporary = target.with_file_name(beside);
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&temporary);
            match file {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        target: target.to_owned(),
                        temporary,
                        is_kept: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Puts it in the target's place.
    pub(crate) fn keep(mut self) -> io::Result<()> {
        std::fs::rename(&self.temporary, &self.target)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nobody is left to tell that a file stays behind.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Whether PHP lets its code use this path; if not, it has warned.
pub(crate) fn is_allowed(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else {
        return false;
    };
    // SAFETY: the path is NUL-terminated; no borrow is alive, since a warning may run PHP code.
    unsafe { ffi::kg_path_is_allowed(path.as_ptr()) }
}
