//! What is read of a request, before any PHP code runs.

use kargo_http::Method as Verb;
use kargo_net::RequestId;

use crate::rpc::body;
use crate::serve::runtime;

/// The parts of a request that decide who answers it, copied: the server's bytes may go when PHP code runs.
#[derive(Debug)]
pub(crate) struct Request {
    id: RequestId,
    /// The path of the mount as it was sent.
    pub(crate) prefix: Vec<u8>,
    pub(crate) verb: Verb,
    pub(crate) verb_name: Vec<u8>,
    /// Below the mount, still percent-encoded.
    pub(crate) path: Vec<u8>,
    pub(crate) query: Vec<u8>,
    pub(crate) origin: Option<Vec<u8>>,
}

impl Request {
    /// Reads request `id`, whose path has `prefix` bytes before what is below the mount.
    pub(crate) fn read(id: RequestId, prefix: usize) -> Option<Self> {
        runtime::with(|runtime| {
            let request = runtime.serving.as_ref()?.net.request(id)?;
            let (head, bytes) = (request.head(), request.bytes());
            let (above, below) = head.path(bytes).split_at_checked(prefix)?;
            Some(Self {
                id,
                prefix: above.to_vec(),
                verb: head.method(),
                verb_name: head.method_name(bytes).to_vec(),
                path: below.to_vec(),
                query: head.query(bytes).unwrap_or_default().to_vec(),
                origin: head.header(bytes, "origin").map(<[u8]>::to_vec),
            })
        })
    }

    /// The first header of a name.
    pub(crate) fn header(&self, name: &str) -> Option<Vec<u8>> {
        runtime::with(|runtime| {
            let request = runtime.serving.as_ref()?.net.request(self.id)?;
            let value = request.head().header(request.bytes(), name)?;
            Some(value.to_vec())
        })
    }

    /// All headers of a name.
    pub(crate) fn headers(&self, name: &str) -> Vec<Vec<u8>> {
        runtime::with(|runtime| {
            let request = runtime.serving.as_ref()?.net.request(self.id)?;
            let values = request.head().header_values(request.bytes(), name);
            Some(values.map(<[u8]>::to_vec).collect())
        })
        .unwrap_or_default()
    }

    /// The body where it lies.
    ///
    /// # Safety
    /// The bytes are the server's: they are to be used only until PHP code runs or the request is answered.
    pub(crate) unsafe fn body<'a>(&self) -> &'a [u8] {
        runtime::with(|runtime| {
            let request = runtime.serving.as_ref()?.net.request(self.id)?;
            let body = request.body();
            // SAFETY: the caller's promise.
            Some(unsafe { std::slice::from_raw_parts(body.as_ptr(), body.len()) })
        })
        .unwrap_or_default()
    }

    /// Whether a browser sends this for a page of another server.
    pub(crate) fn is_foreign(&self) -> bool {
        body::is_foreign(self.origin.as_deref(), self.header("host").as_deref())
    }
}
