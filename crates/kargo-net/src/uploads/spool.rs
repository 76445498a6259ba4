//! A body as it comes.

use std::fs::File;
use std::io::Write;
use std::rc::Rc;

use kargo_http::multipart;
use kargo_http::multipart::Decoder;
use kargo_http::multipart::Event;
use kargo_http::multipart::PartHead;

use super::DiskShare;
use super::Upload;
use super::UploadError;
use super::UploadSettings;
use super::UploadedFile;
use crate::sys::temporary;

/// Pieces that are smaller are written together: a body of nothing but beginnings of boundaries is not worth a system call
/// for each.
const SMALL: usize = 4 << 10;

/// Takes the body of one form. Dropped before it is complete, nothing is left of it.
#[derive(Debug)]
pub struct Spool {
    decoder: Decoder,
    settings: Rc<UploadSettings>,
    upload: Upload,
    part: Part,
    /// Data of the file that is not written yet.
    pending: Vec<u8>,
}

/// The part in progress.
#[derive(Debug)]
enum Part {
    None,
    Field {
        name: Vec<u8>,
        value: Vec<u8>,
    },
    File {
        head: PartHead,
        file: File,
        share: DiskShare,
    },
    /// No file was chosen: what comes is forgotten.
    NoFile,
}

impl Spool {
    /// For the body of a request with this Content-Type.
    pub fn new(content_type: &[u8], settings: Rc<UploadSettings>) -> Result<Self, UploadError> {
        let boundary = multipart::boundary(content_type)
            .unwrap_or(Err(multipart::MultipartError::BadBoundary))?;
        Ok(Self {
            decoder: Decoder::new(boundary, &settings.limits),
            settings,
            upload: Upload::default(),
            part: Part::None,
            pending: Vec::new(),
        })
    }

    /// What the body may hold.
    pub fn settings(&self) -> &UploadSettings {
        &self.settings
    }

    /// Takes the next piece. After an error nothing more may come. Call [`Self::flush`] when what came is taken.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            match self.decoder.decode(rest)? {
                Event::Begin { consumed, head } => {
                    at += consumed;
                    self.part = begin(head, &self.settings)?;
                }
                Event::Data { consumed, data } => {
                    at += consumed;
                    match &mut self.part {
                        Part::Field { value, .. } => value.extend_from_slice(data),
                        Part::File { file, share, .. } => {
                            share.grow(data.len() as u64)?;
                            store(file, &mut self.pending, data).map_err(UploadError::Disk)?;
                        }
                        Part::None | Part::NoFile => {}
                    }
                }
                Event::End { consumed } => {
                    at += consumed;
                    self.end_part()?;
                }
                Event::More => return Ok(()),
            }
        }
    }

    /// Writes what is held back.
    pub fn flush(&mut self) -> Result<(), UploadError> {
        if let Part::File { file, .. } = &mut self.part
            && !self.pending.is_empty()
        {
            file.write_all(&self.pending).map_err(UploadError::Disk)?;
        }
        self.pending = Vec::new();
        Ok(())
    }

    /// The body is at its end.
    pub fn finish(&mut self) -> Result<Upload, UploadError> {
        self.flush()?;
        self.decoder.finish()?;
        Ok(std::mem::take(&mut self.upload))
    }

    fn end_part(&mut self) -> Result<(), UploadError> {
        self.flush()?;
        match std::mem::replace(&mut self.part, Part::None) {
            Part::Field { name, mut value } => {
                value.shrink_to_fit();
                self.upload.fields.push((name, value));
            }
            Part::File { head, file, share } => {
                self.upload.files.push(UploadedFile::new(head, file, share));
            }
            Part::None | Part::NoFile => {}
        }
        Ok(())
    }
}

fn begin(head: &PartHead, settings: &Rc<UploadSettings>) -> Result<Part, UploadError> {
    Ok(match &head.file_name {
        None => Part::Field {
            name: head.name.clone(),
            value: Vec::new(),
        },
        Some(name) if name.is_empty() => Part::NoFile,
        Some(_) => Part::File {
            head: head.clone(),
            file: temporary::create(&settings.directory).map_err(UploadError::Disk)?,
            share: DiskShare::none(settings),
        },
    })
}

/// Writes `data`, or holds it back with other small pieces.
pub(super) fn store(file: &mut File, pending: &mut Vec<u8>, data: &[u8]) -> std::io::Result<()> {
    if pending.len() + data.len() <= SMALL {
        pending.extend_from_slice(data);
        return Ok(());
    }
    file.write_all(pending)?;
    pending.clear();
    if data.len() <= SMALL {
        pending.extend_from_slice(data);
        return Ok(());
    }
    file.write_all(data)
}
