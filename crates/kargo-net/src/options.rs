//! What a server allows its peers.

use std::time::Duration;

use kargo_http::Limits;

/// Every limit of a server, with its default. Sizes are inclusive: at the limit passes, above fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerOptions {
    /// What a request may hold: 414, 431 or 413 above.
    pub limits: Limits,
    /// Open connections. At the limit accepting pauses; the kernel's queue holds the others. Default 10,000.
    pub max_connections: usize,
    /// Pipelined requests of one connection that are handled before others get their turn. More are not refused, they
    /// wait. Default 64.
    pub pipelined_requests: usize,
    /// From the first byte of a head (or from the accept) to its end: 408, or silently closed if no byte came.
    /// Default 10 s.
    pub header_timeout: Duration,
    /// Between two reads of a body: 408. Default 10 s.
    pub body_timeout: Duration,
    /// From the end of a head to the end of its body: 408. Default 5 min.
    pub body_total_timeout: Duration,
    /// Between two requests: silently closed. Default 75 s.
    pub keep_alive_timeout: Duration,
    /// Between two bytes that the peer takes from us: closed. Default 30 s.
    pub write_timeout: Duration,
    /// How long a lingering close waits for the peer to end its side. Default 5 s.
    pub linger_timeout: Duration,
    /// How many bytes a lingering close discards. Default 16 MiB.
    pub linger_bytes: u64,
    /// Bytes waiting to be sent above which a streamed answer is told to pause. Default 256 KiB.
    pub stream_buffer_bytes: usize,
    /// Whether requests of HTTP/1.0 are answered as HTTP/1.0, for clients of old; else every answer says HTTP/1.1
    /// (RFC 9110 section 6.2). Default false.
    pub echo_version: bool,
    /// The Content-Type of [`Server::answer_text`](crate::Server::answer_text). Default `text/plain; charset=utf-8`.
    pub text_type: &'static str,
    /// How long accepting pauses when descriptors or memory run out. Default 100 ms.
    pub accept_pause: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            max_connections: 10_000,
            pipelined_requests: 64,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            body_total_timeout: Duration::from_secs(300),
            keep_alive_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            linger_timeout: Duration::from_secs(5),
            linger_bytes: 16 << 20,
            stream_buffer_bytes: 256 << 10,
            echo_version: false,
            text_type: "text/plain; charset=utf-8",
            accept_pause: Duration::from_millis(100),
        }
    }
}
