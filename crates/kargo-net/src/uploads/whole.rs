//! A body that goes to one file as it is.

use std::fs::File;
use std::io::Write;
use std::rc::Rc;

use kargo_http::DecodeError;
use kargo_http::multipart::PartHead;

use super::DiskShare;
use super::Upload;
use super::UploadError;
use super::UploadSettings;
use super::UploadedFile;
use super::spool::store;
use crate::sys::temporary;

/// Takes a body of whatever kind, for whoever reads bodies itself. Of the settings only the bytes of all of it, those on
/// disk and the directory count.
#[derive(Debug)]
pub struct WholeSpool {
    settings: Rc<UploadSettings>,
    file: File,
    share: DiskShare,
    pending: Vec<u8>,
}

impl WholeSpool {
    /// An empty one.
    pub fn new(settings: Rc<UploadSettings>) -> Result<Self, UploadError> {
        Ok(Self {
            file: temporary::create(&settings.directory).map_err(UploadError::Disk)?,
            share: DiskShare::none(&settings),
            settings,
            pending: Vec::new(),
        })
    }

    /// What the body may hold.
    pub fn settings(&self) -> &UploadSettings {
        &self.settings
    }

    /// Takes the next piece. Call [`Self::flush`] when what came is taken.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.share.grow(bytes.len() as u64)?;
        if self.share.bytes > self.settings.limits.total_bytes {
            return Err(DecodeError::BodyTooLarge.into());
        }
        store(&mut self.file, &mut self.pending, bytes).map_err(UploadError::Disk)
    }

    /// Writes what is held back.
    pub fn flush(&mut self) -> Result<(), UploadError> {
        let pending = std::mem::take(&mut self.pending);
        self.file.write_all(&pending).map_err(UploadError::Disk)
    }

    /// The body is at its end.
    pub fn finish(mut self) -> Result<Upload, UploadError> {
        self.flush()?;
        let file = UploadedFile::new(PartHead::default(), self.file, self.share);
        Ok(Upload {
            body: Some(file),
            ..Upload::default()
        })
    }
}
