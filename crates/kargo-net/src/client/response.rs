//! Responses as a client hands them out.

use kargo_http::ResponseHead;

/// A response that owns its bytes.
#[derive(Debug, Clone)]
pub struct ClientResponse {
    head: ResponseHead,
    head_bytes: Vec<u8>,
    body: Vec<u8>,
}

impl ClientResponse {
    pub(super) fn new(head: ResponseHead, head_bytes: Vec<u8>, body: Vec<u8>) -> Self {
        Self {
            head,
            head_bytes,
            body,
        }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// The head. Its questions take [`Self::head_bytes`].
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// The bytes the head refers to.
    pub fn head_bytes(&self) -> &[u8] {
        &self.head_bytes
    }

    /// The value of the first header named `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.head.header(&self.head_bytes, name)
    }

    /// The body, its transfer coding removed; of a streamed one what was not taken.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same, without a copy.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}
