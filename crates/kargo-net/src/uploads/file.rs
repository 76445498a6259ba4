//! A file that has come.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::io::Seek;
use std::os::fd::AsRawFd;
use std::os::fd::RawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::path::PathBuf;

use kargo_http::multipart::PartHead;

use super::DiskShare;
use crate::sys::temporary;

/// A file that came with a request. It has no name; the peer's is what it says of itself.
#[derive(Debug)]
pub struct UploadedFile {
    head: PartHead,
    size: u64,
    /// Until it is moved.
    stored: RefCell<Option<Stored>>,
}

#[derive(Debug)]
struct Stored {
    file: File,
    _share: DiskShare,
}

impl UploadedFile {
    pub(super) fn new(head: PartHead, file: File, share: DiskShare) -> Self {
        Self {
            head,
            size: share.bytes,
            stored: RefCell::new(Some(Stored {
                file,
                _share: share,
            })),
        }
    }

    /// The name of the field.
    pub fn field(&self) -> &[u8] {
        &self.head.name
    }

    /// What the peer calls the file; never to be used as a path.
    pub fn file_name(&self) -> &[u8] {
        self.head.file_name.as_deref().unwrap_or_default()
    }

    /// What the peer says that it is.
    pub fn content_type(&self) -> Option<&[u8]> {
        self.head.content_type.as_deref()
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The descriptor it is open under; `None` if it was moved. It stays open as long as this lives and is not moved.
    pub fn raw_fd(&self) -> Option<RawFd> {
        let stored = self.stored.borrow();
        stored.as_ref().map(|stored| stored.file.as_raw_fd())
    }

    /// Fills `buffer` from `offset` on; the count is less where the file ends.
    ///
    /// # Errors
    /// The system's; `NotFound` if it was moved.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let stored = self.stored.borrow();
        let file = &stored.as_ref().ok_or(io::ErrorKind::NotFound)?.file;
        let mut got = 0;
        while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, offset + got as u64) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(got)
    }

    /// The file once more, to be read from its beginning: it lives on when this is moved or gone.
    ///
    /// # Errors
    /// The system's; `NotFound` if it was moved.
    pub fn reopen(&self) -> io::Result<File> {
        let stored = self.stored.borrow();
        let file = &stored.as_ref().ok_or(io::ErrorKind::NotFound)?.file;
        File::open(temporary::path_of(file)).or_else(|_| {
            // Without /proc: a copy of the descriptor, which shares its position.
            let mut copy = file.try_clone()?;
            copy.rewind()?;
            Ok(copy)
        })
    }

    /// Gives the file this name. It is there as a whole or not at all, on whatever file system that is, with the permissions
    /// that a new file has. What has the name already is replaced, or stays and this fails with `AlreadyExists`.
    ///
    /// # Errors
    /// The system's; `NotFound` if it was moved before. Then it is still here.
    pub fn move_to(&self, target: &Path, replace: bool) -> io::Result<()> {
        let mut stored = self.stored.borrow_mut();
        let file = &mut stored.as_mut().ok_or(io::ErrorKind::NotFound)?.file;
        temporary::set_usual_mode(file)?;
        match link(file, target, replace) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Another file system, most of the time.
            Err(_) => copy(file, target, replace)?,
        }
        *stored = None;
        Ok(())
    }
}

/// Gives a file without a name its name.
fn link(file: &File, target: &Path, replace: bool) -> io::Result<()> {
    match temporary::link(file, target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && replace => {}
        other => return other,
    }
    let beside = beside(target, |path| temporary::link(file, path))?;
    rename(&beside, target, replace)
}

fn copy(file: &mut File, target: &Path, replace: bool) -> io::Result<()> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if let Ok(mut copy) = temporary::create_nameless(folder) {
        file.rewind()?;
        io::copy(file, &mut copy)?;
        temporary::set_usual_mode(&copy)?;
        match link(&copy, target, replace) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {}
            other => return other,
        }
    }
    // A file system where all files have names.
    let mut made = None;
    let path = beside(target, |path| {
        made = Some(File::create_new(path)?);
        Ok(())
    })?;
    let filled = made.map_or(Ok(0), |mut made| {
        file.rewind()?;
        io::copy(file, &mut made)
    });
    if let Err(error) = filled {
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    rename(&path, target, replace)
}

/// Has `make` make something under a name of its own in the folder of `target`.
fn beside(target: &Path, mut make: impl FnMut(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    for attempt in 0..1000 {
        let mut own = std::ffi::OsString::from(".");
        // What is too long for a name is cut.
        own.push(name.to_string_lossy().chars().take(40).collect::<String>());
        own.push(format!(".{}-{attempt}", crate::sys::pid()));
        let path = target.with_file_name(own);
        match make(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn rename(from: &Path, to: &Path, replace: bool) -> io::Result<()> {
    let renamed = if replace {
        std::fs::rename(from, to)
    } else {
        temporary::rename_new(from, to)
    };
    if renamed.is_err() {
        let _ = std::fs::remove_file(from);
    }
    renamed
}
