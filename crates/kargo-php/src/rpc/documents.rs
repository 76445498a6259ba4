//! Documents about an Api, made of its description when they are first asked for and kept until the next export: the
//! service map that GET on the JSON-RPC path answers, and the OpenRPC document.

use std::rc::Rc;

use kargo_net::{Answer, RequestId};
use kargo_rpc::EncodeError;
use kargo_rpc::describe::{openrpc, smd};
use kargo_rpc::description::Description;

use crate::log::Level;
use crate::rpc::api::Api;
use crate::rpc::failure::Failure;
use crate::serve::{answer, current, runtime};

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    ServiceMap,
    DojoMap,
    OpenRpc,
}

/// A document: which one, where its calls are posted to, and its text.
#[derive(Debug)]
pub(crate) struct Document {
    kind: Kind,
    target: Vec<u8>,
    text: Rc<[u8]>,
}

/// What a document is written with.
type Write = fn(&Description, &str, &mut Vec<u8>) -> Result<(), EncodeError>;

impl Kind {
    fn writer(self) -> Write {
        match self {
            Self::ServiceMap => smd::write,
            Self::DojoMap => smd::write_dojo,
            Self::OpenRpc => openrpc::write,
        }
    }
}

/// What a request for a document says.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Where it was sent to: `http://HOST:PORT`.
    pub(crate) origin: String,
    /// The path as it was sent.
    pub(crate) path: Vec<u8>,
    /// Whether the query has `dojo`.
    is_dojo: bool,
}

/// What a request says, if it is still there.
pub(crate) fn asked(id: RequestId) -> Option<Asked> {
    runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        let (head, bytes) = (request.head(), request.bytes());
        // A proxy that speaks TLS for us says so.
        let is_secure = head
            .header(bytes, "x-forwarded-proto")
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https"));
        let scheme = if is_secure { "https" } else { "http" };
        let host = head.host(bytes).filter(|host| !host.is_empty());
        let host = String::from_utf8_lossy(host.unwrap_or(b"localhost"));
        let query = head.query(bytes).unwrap_or_default();
        Some(Asked {
            origin: format!("{scheme}://{host}"),
            path: head.path(bytes).to_vec(),
            is_dojo: kargo_http::query::pairs(query).any(|pair| &*pair.name() == b"dojo"),
        })
    })
}

/// Answers a GET on the JSON-RPC path: the service map, for `?dojo` in the older form.
pub(crate) fn serve_service_map(id: RequestId, api: &Api) {
    let Some(asked) = asked(id) else { return };
    let kind = if asked.is_dojo {
        Kind::DojoMap
    } else {
        Kind::ServiceMap
    };
    send(id, document(api, kind, &asked.path));
}

/// Answers a GET for the OpenRPC document.
pub(crate) fn serve_openrpc(id: RequestId, api: &Api) {
    let Some(Asked { origin, path, .. }) = asked(id) else {
        return;
    };
    let end = path.iter().rposition(|byte| *byte == b'/');
    let mount = path.get(..end.unwrap_or_default()).unwrap_or_default();
    let target = [origin.as_bytes(), mount, b"/jsonrpc"].concat();
    send(id, document(api, Kind::OpenRpc, &target));
}

/// What `rpc.discover` gives to a request on the JSON-RPC path.
pub(crate) fn discover(id: RequestId, api: &Api) -> Result<Rc<[u8]>, Failure> {
    let asked = asked(id).ok_or_else(Failure::internal)?;
    let target = [asked.origin.as_bytes(), &asked.path].concat();
    document(api, Kind::OpenRpc, &target).ok_or_else(Failure::internal)
}

fn send(id: RequestId, text: Option<Rc<[u8]>>) {
    match text {
        Some(text) => answer::send(
            id,
            &Answer::new(200).content_type(b"application/json"),
            &text,
        ),
        None => answer::send_failure(id, 500, None),
    }
}

/// The document for calls that are posted to `target`. May run PHP code, as [`Api::description`] does.
fn document(api: &Api, kind: Kind, target: &[u8]) -> Option<Rc<[u8]>> {
    let kept = api
        .documents
        .borrow()
        .iter()
        .find(|kept| kept.kind == kind && kept.target == target)
        .map(|kept| Rc::clone(&kept.text));
    kept.or_else(|| make(api, kind, target))
}

fn make(api: &Api, kind: Kind, target: &[u8]) -> Option<Rc<[u8]>> {
    let methods = api.methods();
    let description = api.description();
    let mut text = Vec::new();
    if let Err(error) = kind.writer()(&description, &String::from_utf8_lossy(target), &mut text) {
        current::report(
            Level::Error,
            "the description of an Api can't be written",
            &[("reason", &error.to_string())],
        );
        return None;
    }
    let text: Rc<[u8]> = text.into();
    // What was exported meanwhile is not in it.
    if Rc::ptr_eq(&methods, &api.methods()) {
        let mut documents = api.documents.borrow_mut();
        // One of a kind: who asks under many spellings of a path fills no memory.
        documents.retain(|kept| kept.kind != kind);
        documents.push(Document {
            kind,
            target: target.to_vec(),
            text: Rc::clone(&text),
        });
    }
    Some(text)
}
