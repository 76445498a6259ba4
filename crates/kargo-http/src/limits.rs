//! What a peer may send at most.

/// Limits on what a peer can send. Each is inclusive: a value at the limit passes, one above fails.
///
/// Offsets in a head are 32 bits wide, so the first line and the headers never exceed 2 GiB each, whatever is configured here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the request line, or of a response's status line, without its CRLF. Above: 414.
    /// Default 8,192 (RFC 9112 section 3 recommends to support at least 8,000).
    pub request_line_bytes: usize,
    /// Bytes of all field lines of the head together, each with its CRLF; the request line and the
    /// empty line at the end do not count. Above: 431. Default 65,536.
    pub header_bytes: usize,
    /// Number of field lines of the head. Above: 431. Default 128.
    pub header_count: usize,
    /// Bytes of a body after its transfer coding is removed. Above: 413, with a Content-Length
    /// already when the head is decoded. Default 1 MiB.
    pub body_bytes: u64,
    /// Bytes of all chunk extensions of one body together, from the first byte after the size to
    /// the last before the CRLF. Above: 413 (RFC 9112 section 7.1.1). Default 4,096.
    pub chunk_extension_bytes: usize,
    /// Bytes of the trailer section, each line with its CRLF. Above: 431. Default 8,192.
    pub trailer_bytes: usize,
    /// Number of interim responses (1xx) before the final one. Default 16.
    pub interim_responses: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_line_bytes: 8_192,
            header_bytes: 65_536,
            header_count: 128,
            body_bytes: 1_048_576,
            chunk_extension_bytes: 4_096,
            trailer_bytes: 8_192,
            interim_responses: 16,
        }
    }
}
