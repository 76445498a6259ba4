//! Every limit on what a peer can send, with its default.

/// Limits of one decoding. The size of the body is limited by whoever received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of values, counted as `json_decode` counts them: a scalar is one level, a container is one more than
    /// what it could hold. So 512 (the default there and here) lets 511 containers be open at once, in JSON the
    /// envelope's own included, in XML-RPC `array` and `struct`.
    pub max_depth: usize,
    /// Calls in one batch or multicall (default 1,000). A body with more is one invalid request.
    pub max_batch: usize,
    /// XML elements open at once (default 256, which is also libxml's). A level of values is three elements.
    pub max_elements: usize,
    /// Attributes of one XML element (default 32).
    pub max_attributes: usize,
    /// Bytes of one XML element or attribute name (default 256).
    pub max_name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 512,
            max_batch: 1_000,
            max_elements: 256,
            max_attributes: 32,
            max_name_bytes: 256,
        }
    }
}
