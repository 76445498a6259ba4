//! What a `Kargo\Http\ClientOptions` says.

use std::time::Duration;

use kargo_http::Limits;
use kargo_net::client::{ClientOptions, PoolOptions};

/// Names and values, in their order.
pub(crate) type HeaderLines = Vec<(Vec<u8>, Vec<u8>)>;

/// The options as Rust has them.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) pool: PoolOptions,
    /// From the call to the end of the response.
    pub(crate) timeout: Option<Duration>,
    pub(crate) redirects: u32,
    pub(crate) user_agent: Vec<u8>,
    pub(crate) headers: HeaderLines,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pool: PoolOptions {
                connection: ClientOptions {
                    limits: Limits {
                        body_bytes: 16 << 20,
                        ..Limits::default()
                    },
                    ..ClientOptions::default()
                },
                ..PoolOptions::default()
            },
            timeout: None,
            redirects: 10,
            user_agent: b"kargo-event".to_vec(),
            headers: Vec::new(),
        }
    }
}
