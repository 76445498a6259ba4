//! What a client allows its peers, and itself.

use std::time::Duration;

use kargo_http::Limits;

/// Times and limits of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// What a response may hold; above, the exchange fails. The body limit is that of responses which are received
    /// whole; one that is streamed has its own. Default 1 MiB of body.
    pub limits: Limits,
    /// To find the address and to connect to it, all addresses of the host together. Default 10 s.
    pub connect_timeout: Duration,
    /// In which the peer must take some bytes of a request. Default 30 s.
    pub write_timeout: Duration,
    /// From the last byte of a request, or an interim response, to the end of the response's head. Default 30 s.
    pub head_timeout: Duration,
    /// Between two arrivals of a body's bytes. Default 30 s.
    pub body_timeout: Duration,
    /// How long a connection without a request stays open; `None`: until the peer ends it. Default 30 s, which is less
    /// than what most servers allow.
    pub idle_timeout: Option<Duration>,
    /// Bytes of a streamed body that were not taken yet above which nothing more is received; and of a streamed request
    /// that were not sent yet above which it is told to pause. Default 256 KiB.
    pub stream_buffer_bytes: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            connect_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_secs(30)),
            stream_buffer_bytes: 256 << 10,
        }
    }
}

/// Options of a pool of connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// Of each connection.
    pub connection: ClientOptions,
    /// Connections to one destination; beyond, requests wait. Default 100.
    pub connections_per_destination: usize,
    /// Connections kept open without a request, to one destination. Default 32.
    pub idle_per_destination: usize,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            connection: ClientOptions::default(),
            connections_per_destination: 100,
            idle_per_destination: 32,
        }
    }
}
