//! From a request to an answer.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use kargo_http::HttpDate;
use kargo_http::Method;
use kargo_http::RequestHead;
use kargo_http::accept_encoding::AcceptEncoding;
use kargo_http::byte_ranges::ByteRange;
use kargo_http::byte_ranges::Selection;
use kargo_http::byte_ranges::multipart_type;
use kargo_http::byte_ranges::part_head;
use kargo_http::byte_ranges::parts_end;
use kargo_http::byte_ranges::select;
use kargo_http::byte_ranges::unsatisfied_range;
use kargo_http::conditional::Preconditions;
use kargo_http::conditional::Validators;
use kargo_http::conditional::Verdict;
use kargo_http::file_path::FilePath;
use rustix::io::Errno;

use crate::Files;
use crate::media_type::MediaType;
use crate::stored::Found;
use crate::stored::Stored;

/// The methods that files have.
const ALLOW: &str = "GET, HEAD, OPTIONS";

/// A request for a file.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its head, and the bytes that the head refers to.
    pub head: &'a RequestHead,
    /// See `head`.
    pub bytes: &'a [u8],
    /// What is left of the path below the place where the files are mounted, still encoded.
    pub path: &'a [u8],
    /// Whether somebody else answers what is no file: then that is also who says which methods there are.
    pub is_optional: bool,
    /// The time of the answer.
    pub now: SystemTime,
}

/// An answer. One of 400 and above has no body here: its text is the caller's.
#[derive(Debug)]
pub struct Reply<'a> {
    /// 200, 204, 206, 301, 304, 403, 405, 406, 412, 416, 500 or 503.
    pub status: u16,
    /// Content-Type, where there is a body.
    pub content_type: Option<Cow<'a, str>>,
    /// All other headers.
    pub headers: Vec<(&'a [u8], Cow<'a, [u8]>)>,
    /// What is sent to GET, and announced to HEAD.
    pub body: Option<Body>,
    /// What the operator should know.
    pub problem: Option<io::Error>,
}

/// The body of an answer: parts of a file.
#[derive(Debug)]
pub struct Body {
    /// The file.
    pub file: File,
    /// What is sent, in this order: for each part first the bytes, then the range.
    pub parts: Vec<(Vec<u8>, ByteRange)>,
    /// Bytes behind the last part.
    pub end: Vec<u8>,
}

/// The clock as the modules here want it.
#[derive(Clone, Copy)]
struct Now {
    seconds: u64,
    nanoseconds: u64,
}

impl Now {
    fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            seconds: since.as_secs(),
            nanoseconds: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX),
        }
    }
}

impl Files {
    /// Answers a request. `None`: no such file, and nothing that keeps one from being seen.
    pub fn answer(&self, request: &Request<'_>) -> Option<Reply<'_>> {
        let method = request.head.method();
        if !matches!(method, Method::Get | Method::Head) {
            return (!request.is_optional).then(|| match method {
                Method::Options => Reply::new(204).header(b"Allow", ALLOW),
                _ => Reply::new(405).header(b"Allow", ALLOW),
            });
        }
        let path = FilePath::decode(request.path)?;
        if path.is_hidden() || path.has_extension_of(&self.settings.hidden) {
            return None;
        }
        let now = Now::of(request.now);
        match self.find(&path, now) {
            Ok(Target::File(name, stored)) => Some(self.send(request, &name, stored, now)),
            Ok(Target::Slash) => Some(redirect(request)),
            Ok(Target::Nothing) => None,
            Err(error) => Some(Reply::of_error(error)),
        }
    }

    fn find<'p>(&self, path: &'p FilePath, now: Now) -> Result<Target<'p>, Errno> {
        let mut is_directory = path.is_directory();
        if !is_directory && !path.name().is_empty() {
            match self.look_at(path.name(), now)? {
                Some(Found::File(stored)) => {
                    return Ok(Target::File(Cow::Borrowed(path.name()), stored));
                }
                Some(Found::Directory) => is_directory = true,
                Some(Found::Other) | None => return Ok(Target::Nothing),
            }
        }
        let index = self.index_of(path, now)?;
        Ok(match index {
            // A directory without index is nobody's business.
            None => Target::Nothing,
            Some((name, stored)) if path.is_directory() && is_directory => {
                Target::File(Cow::Owned(name), stored)
            }
            Some(_) => Target::Slash,
        })
    }

    /// The file that stands for a directory.
    fn index_of(&self, path: &FilePath, now: Now) -> Result<Option<(String, Stored)>, Errno> {
        for name in &self.settings.index {
            let name = path.join(name);
            if let Some(Found::File(stored)) = self.look_at(&name, now)? {
                return Ok(Some((name, stored)));
            }
        }
        Ok(None)
    }

    /// Opens what is at a path. `None`: nothing, or nothing that may be seen.
    fn look_at(&self, name: &str, now: Now) -> Result<Option<Found>, Errno> {
        match self.directory.open(name, now.seconds) {
            Ok(opened) => Found::of(opened).map(Some),
            Err(error) if is_absence(error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn send(&self, request: &Request<'_>, name: &str, original: Stored, now: Now) -> Reply<'_> {
        let (head, bytes) = (request.head, request.bytes);
        let media_type = MediaType::of(name, &self.settings.types);
        let is_negotiated = self.settings.precompressed && media_type.is_compressible;
        let stored = if is_negotiated {
            match self.negotiate(request, name, original, now) {
                Ok(stored) => stored,
                Err(reply) => return reply,
            }
        } else {
            original
        };
        let tag = stored.tag(now.nanoseconds);
        let validators = Validators {
            tag: tag.as_bytes(),
            modified: stored.modified().min(now.seconds),
            now: now.seconds,
        };
        let conditions = Preconditions::of(head, bytes);
        let mut reply = Reply::new(200);
        match conditions.judge(&validators) {
            Verdict::Failed => reply.status = 412,
            Verdict::NotModified => reply.status = 304,
            Verdict::Proceed => {}
        }
        let modified = HttpDate::from_unix_seconds(validators.modified);
        let boundary_of = |files: &Self| files.boundary(&tag, now.nanoseconds);
        let mut body = None;
        if reply.status == 200 {
            let selection =
                if head.method() == Method::Get && conditions.lets_range_pass(&validators) {
                    ranges(request, stored.size)
                } else {
                    Selection::Whole
                };
            match selection {
                Selection::Unsatisfiable => {
                    return Reply::new(416)
                        .header(b"Content-Range", unsatisfied_range(stored.size))
                        .header(b"Accept-Ranges", "bytes");
                }
                Selection::Whole => {
                    let all = ByteRange {
                        start: 0,
                        end: stored.size,
                    };
                    body = Some(Body::of(stored.file, all));
                }
                Selection::Parts(parts) => {
                    reply.status = 206;
                    body = Some(match parts.as_slice() {
                        [part] => {
                            reply = reply.header(b"Content-Range", part.content_range(stored.size));
                            Body::of(stored.file, *part)
                        }
                        parts => {
                            let boundary = boundary_of(self);
                            reply.content_type = Some(multipart_type(&boundary).into());
                            Body::of_parts(
                                stored.file,
                                parts,
                                &boundary,
                                &media_type.value,
                                stored.size,
                            )
                        }
                    });
                }
            }
        }
        if body.is_some() {
            if reply.content_type.is_none() {
                reply.content_type = Some(media_type.value);
            }
            if let Some(coding) = stored.coding {
                reply = reply.header(b"Content-Encoding", coding.name());
            }
            reply = reply
                .header(b"Accept-Ranges", "bytes")
                .header(b"X-Content-Type-Options", "nosniff");
        }
        reply.body = body;
        reply = reply
            .header(b"Last-Modified", modified.as_bytes().to_vec())
            .header(b"ETag", tag.into_bytes());
        if is_negotiated {
            reply = reply.header(b"Vary", "Accept-Encoding");
        }
        if reply.status == 412 {
            return reply;
        }
        if let Some(caching) = self.caching.header(name) {
            reply = reply.header(b"Cache-Control", caching);
        }
        for (name, value) in &self.settings.headers {
            reply = reply.header(name, value.as_slice());
        }
        reply
    }

    /// The copy that the client likes best, or the file itself.
    fn negotiate(
        &self,
        request: &Request<'_>,
        name: &str,
        original: Stored,
        now: Now,
    ) -> Result<Stored, Reply<'_>> {
        let accepted = AcceptEncoding::parse(joined(request, "accept-encoding").as_deref());
        for coding in accepted.codings() {
            let copy = format!("{name}{}", coding.suffix());
            match self.look_at(&copy, now) {
                Ok(Some(Found::File(copy))) => {
                    if let Some(copy) = copy.into_copy(coding, &original) {
                        return Ok(copy);
                    }
                }
                Ok(_) => {}
                // Without the copy there is still the file.
                Err(_) => break,
            }
        }
        if accepted.takes_identity() {
            Ok(original)
        } else {
            Err(Reply::new(406).header(b"Vary", "Accept-Encoding"))
        }
    }
}

/// What a path leads to.
enum Target<'p> {
    /// A file, and its name relative to the directory.
    File(Cow<'p, str>, Stored),
    /// A directory whose path lacks the slash at its end, without which the links of its index lead astray.
    Slash,
    Nothing,
}

/// Errors that say that there is nothing to be served at a path: not there, or not to be reached.
fn is_absence(error: Errno) -> bool {
    matches!(
        error,
        Errno::NOENT
            | Errno::NOTDIR
            | Errno::NAMETOOLONG
            | Errno::LOOP
            | Errno::XDEV
            // A socket; a device without a driver.
            | Errno::NXIO
            | Errno::NODEV
    )
}

/// All lines of a header as one.
fn joined<'a>(request: &Request<'a>, name: &str) -> Option<Cow<'a, [u8]>> {
    let mut values = request.head.header_values(request.bytes, name);
    let first = values.next()?;
    Some(match values.next() {
        None => Cow::Borrowed(first),
        Some(second) => {
            let mut all = [first, b", ", second].concat();
            for value in values {
                all.extend_from_slice(b", ");
                all.extend_from_slice(value);
            }
            Cow::Owned(all)
        }
    })
}

/// What the Range header selects. It is no list: two of them are none.
fn ranges(request: &Request<'_>, size: u64) -> Selection {
    let mut values = request.head.header_values(request.bytes, "range");
    match (values.next(), values.next()) {
        (Some(value), None) => select(value, size),
        _ => Selection::Whole,
    }
}

/// To the same path with a slash at its end. No segment of it is empty, so it can't be taken for another host's.
fn redirect<'r>(request: &Request<'_>) -> Reply<'r> {
    let mut location = request.head.path(request.bytes).to_vec();
    location.push(b'/');
    if let Some(query) = request.head.query(request.bytes) {
        location.push(b'?');
        location.extend_from_slice(query);
    }
    Reply::new(301).header(b"Location", location)
}

impl<'a> Reply<'a> {
    fn new(status: u16) -> Self {
        Self {
            status,
            content_type: None,
            headers: Vec::with_capacity(10),
            body: None,
            problem: None,
        }
    }

    fn header(mut self, name: &'a (impl AsRef<[u8]> + ?Sized), value: impl IntoValue<'a>) -> Self {
        self.headers.push((name.as_ref(), value.into_value()));
        self
    }

    fn of_error(error: Errno) -> Self {
        let mut reply = Self::new(match error {
            Errno::ACCESS | Errno::PERM => 403,
            Errno::MFILE | Errno::NFILE | Errno::NOMEM => 503,
            _ => 500,
        });
        reply.problem = Some(error.into());
        reply
    }
}

/// What a header's value may be made of.
trait IntoValue<'a> {
    fn into_value(self) -> Cow<'a, [u8]>;
}

impl<'a> IntoValue<'a> for &'a str {
    fn into_value(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl<'a> IntoValue<'a> for &'a [u8] {
    fn into_value(self) -> Cow<'a, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<'a> IntoValue<'a> for Vec<u8> {
    fn into_value(self) -> Cow<'a, [u8]> {
        Cow::Owned(self)
    }
}

impl Body {
    fn of(file: File, range: ByteRange) -> Self {
        Self {
            file,
            parts: vec![(Vec::new(), range)],
            end: Vec::new(),
        }
    }

    /// A body of type multipart/byteranges.
    fn of_parts(
        file: File,
        parts: &[ByteRange],
        boundary: &str,
        content_type: &str,
        size: u64,
    ) -> Self {
        let part = |range: &ByteRange| {
            let head = part_head(boundary, content_type.as_bytes(), *range, size);
            (head, *range)
        };
        Self {
            file,
            parts: parts.iter().map(part).collect(),
            end: parts_end(boundary),
        }
    }

    /// Bytes it has altogether.
    #[expect(clippy::len_without_is_empty, reason = "an empty file has a body too")]
    pub fn len(&self) -> u64 {
        let parts = self
            .parts
            .iter()
            .map(|(head, range)| head.len() as u64 + range.len());
        parts.sum::<u64>() + self.end.len() as u64
    }
}

#[cfg(test)]
mod tests;
