//! The Model Context Protocol: what clients send to a server of tools.

mod decoder;

pub use decoder::{Message, MessageKind, Messages, decode};

/// The versions that are spoken, the newest first.
pub const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

/// The version that a client speaks over HTTP if it does not say so.
pub const UNSAID_VERSION: &str = "2025-03-26";

/// The one of [`VERSIONS`] that is called `name`.
#[must_use]
pub fn version(name: &[u8]) -> Option<&'static str> {
    VERSIONS
        .into_iter()
        .find(|version| version.as_bytes() == name)
}

/// Whether a body of this version may have several messages.
#[must_use]
pub fn has_batches(version: &str) -> bool {
    // Of the names, which are dates, the later ones are the greater ones.
    version < "2025-06-18"
}
