//! `multipart/form-data` bodies (RFC 7578, RFC 2046 section 5.1), part by part and incremental.
//!
//! [`Decoder`] takes pieces of any size and gives the head of a part, its data as it comes, its end. Of the data it keeps
//! what may be the beginning of a boundary and no more; a head is kept until it is complete, within its limit.
//!
//! ```
//! use kargo_http::multipart::{Decoder, Event, Limits, boundary};
//!
//! let boundary = boundary(b"multipart/form-data; boundary=x").unwrap().unwrap();
//! let mut decoder = Decoder::new(boundary, &Limits::default());
//! let body = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n";
//! let (mut at, mut value) = (0, Vec::new());
//! loop {
//!     match decoder.decode(&body[at..]).unwrap() {
//!         Event::Begin { consumed, head } => { assert_eq!(head.name, b"a"); at += consumed; }
//!         Event::Data { consumed, data } => { value.extend_from_slice(data); at += consumed; }
//!         Event::End { consumed } => at += consumed,
//!         Event::More => break,
//!     }
//! }
//! assert_eq!(value, b"1");
//! assert_eq!(decoder.finish(), Ok(()));
//! ```

mod boundary;
mod decoder;
mod error;
mod file_name;
mod part_head;
pub mod transcript;

pub use boundary::boundary;
pub use boundary::is_form_data;
pub use decoder::Decoder;
pub use decoder::Event;
pub use error::MultipartError;
pub use file_name::safe_file_name;
pub use part_head::PartHead;

/// What one body may hold. Each is inclusive: a value at the limit passes, one above fails.
///
/// A boundary has at most 70 bytes, whatever is configured here (RFC 2046 section 5.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole body, with everything between and around its parts. Default 1 MiB.
    pub total_bytes: u64,
    /// Number of parts. Default 1,000.
    pub parts: usize,
    /// Bytes of the head of a part, each line with its CRLF. Default 8,192.
    pub head_bytes: usize,
    /// Bytes of the name of a field, and of the name of a file. Default 1,024.
    pub name_bytes: usize,
    /// Bytes of the value of a field that is no file. Default 1 MiB.
    pub field_bytes: u64,
    /// Bytes of all of these together, with their names: who takes them holds them in memory. Default 1 MiB.
    pub fields_bytes: u64,
    /// Number of files. Default 20.
    pub files: usize,
    /// Bytes of one file. Default 1 MiB.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total_bytes: 1 << 20,
            parts: 1_000,
            head_bytes: 8_192,
            name_bytes: 1_024,
            field_bytes: 1 << 20,
            fields_bytes: 1 << 20,
            files: 20,
            file_bytes: 1 << 20,
        }
    }
}
