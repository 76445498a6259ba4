//! Forms with files: their fields in memory, their files on disk, without a name. And other bodies on disk.
//!
//! | file | has |
//! |---|---|
//! | `spool` | a body as it comes: parts to fields and files, within limits |
//! | `whole` | any body as it comes, into one file |
//! | `file` | a file that has come: read, streamed, moved to where it belongs |
//! | `error` | why a body was refused |
//!
//! A [`Spool`] knows no connection and no protocol: it takes what is left of a body when its transfer coding is removed.
//! A file never has a name: it is gone with the last who holds it, be it that the process is killed.

mod error;
mod file;
mod spool;
mod whole;

use std::cell::Cell;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

use kargo_http::multipart::Limits;

pub use error::UploadError;
pub use file::UploadedFile;
pub use spool::Spool;
pub use whole::WholeSpool;

/// What a body may hold, and where its files go; one for all requests to which it applies.
#[derive(Debug)]
pub struct UploadSettings {
    limits: Limits,
    directory: PathBuf,
    disk_bytes: u64,
    /// What all files have now that are not moved.
    used: Cell<u64>,
}

impl UploadSettings {
    /// Files go to `directory`, which should be on a disk: together they have at most `disk_bytes` at a time.
    pub fn new(limits: Limits, directory: PathBuf, disk_bytes: u64) -> Self {
        Self {
            limits,
            directory,
            disk_bytes,
            used: Cell::new(0),
        }
    }

    /// What one body may hold.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where files lie until they are moved.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What all files have now.
    pub fn used_bytes(&self) -> u64 {
        self.used.get()
    }
}

/// Bytes on disk that are counted as long as this lives.
#[derive(Debug)]
struct DiskShare {
    settings: Rc<UploadSettings>,
    bytes: u64,
}

impl DiskShare {
    fn none(settings: &Rc<UploadSettings>) -> Self {
        Self {
            settings: Rc::clone(settings),
            bytes: 0,
        }
    }

    /// Counts more bytes; none if that would be too many.
    fn grow(&mut self, bytes: u64) -> Result<(), UploadError> {
        let used = self.settings.used.get().saturating_add(bytes);
        if used > self.settings.disk_bytes {
            return Err(UploadError::Crowded);
        }
        self.settings.used.set(used);
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for DiskShare {
    fn drop(&mut self) {
        let used = &self.settings.used;
        used.set(used.get().saturating_sub(self.bytes));
    }
}

/// What came with a request. The files are gone with the last reference to it.
#[derive(Debug, Default)]
pub struct Upload {
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    files: Vec<UploadedFile>,
    body: Option<UploadedFile>,
}

impl Upload {
    /// Names and values of the fields that are no files, in the order they came.
    pub fn fields(&self) -> &[(Vec<u8>, Vec<u8>)] {
        &self.fields
    }

    /// The files, in the order they came. A form's input without a chosen file is none.
    pub fn files(&self) -> &[UploadedFile] {
        &self.files
    }

    /// The body as it came, where it was taken as a whole. Then it has neither fields nor files.
    pub fn body(&self) -> Option<&UploadedFile> {
        self.body.as_ref()
    }
}
