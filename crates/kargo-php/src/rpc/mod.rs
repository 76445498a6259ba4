//! Exported PHP classes as remote procedures.
//!
//! | module | is |
//! |---|---|
//! | `api`, `service` | what an Api object holds: methods by name, and where their objects come from |
//! | `export`, `signature`, `docblock`, `types` | from a PHP class to methods and their types, once, at export |
//! | `attribute` | attributes of the namespace Kargo\Rpc as objects |
//! | `describe` | those as plain data, which all documents are made from |
//! | `arguments`, `stack`, `predecessor` | what the decoders fill: PHP values, in the shape each parameter wants |
//! | `check` | arguments against types, before PHP runs |
//! | `invoke`, `construct`, `failure` | one call, and how it can fail |
//! | `policy` | what is enforced before a method runs: limits, credentials, kept answers, time |
//! | `encode_as`, `conform` | results by their types |
//! | `encode`, `known_texts`, `json` | PHP values as JSON and XML-RPC |
//! | `jsonrpc`, `xmlrpc`, `soap`, `rest`, `mcp`, `system`, `documents` | the doors |
//! | `console` | the page for people at the mount's root |
//! | `cors` | whose web pages may call |
//! | `workspace`, `body` | memory and bytes of one request |
//! | `client` | the other side: calls to other servers |
//!
//! A method may wait, and then other requests are served below it. So nothing shared is borrowed across a call: the
//! workspace of a body is its own until its answer is sent, and the tables of an Api are replaced, never changed.

pub(crate) mod api;
mod arguments;
pub(crate) mod attribute;
mod body;
mod check;
pub(crate) mod client;
mod conform;
mod console;
mod construct;
pub(crate) mod cors;
pub(crate) mod declared;
mod describe;
mod doc_type;
mod docblock;
mod documents;
pub(crate) mod encode;
mod encode_as;
pub(crate) mod export;
mod failure;
mod imports;
mod invoke;
pub(crate) mod json;
mod jsonrpc;
mod known_texts;
mod mcp;
mod members;
mod names;
mod plan;
pub(crate) mod policy;
mod predecessor;
mod properties;
mod records;
pub(crate) mod rest;
mod service;
pub(crate) mod signature;
mod soap;
pub(crate) mod stack;
mod system;
mod types;
mod workspace;
mod xmlrpc;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use kargo_http::{Method, percent};
use kargo_net::RequestId;

use crate::engine::call::panic_text;
use crate::log;
use crate::serve::handler;

pub(crate) use api::Api;

/// One of the paths below an Api's mount, and what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    JsonRpc,
    ServiceMap,
    OpenRpc,
    Mcp,
    XmlRpc,
    /// What is below the mount begins at this byte of the path.
    Rest(u32),
    Soap,
    Wsdl,
    /// The page for people.
    Console,
    /// What a browser asks before it lets a script of another page send a request to a path: its verbs, and the headers
    /// that its protocol needs.
    Preflight(&'static str, &'static str),
}

impl Door {
    /// The door of an Api for a method and a path, which ends in what is below the mount.
    ///
    /// # Errors
    /// Status and Allow header of the refusal.
    pub(crate) fn of(
        api: &Api,
        method: Method,
        path: &[u8],
        mounted_path: Option<&[u8]>,
    ) -> Result<Self, (u16, Option<&'static str>)> {
        let below = mounted_path.unwrap_or_default();
        match Self::find(method, mounted_path) {
            Err((404, _)) if api.has_console && matches!(below, b"" | b"/") => match method {
                Method::Get | Method::Head => Ok(Self::Console),
                Method::Options => Err((204, Some("GET, HEAD, OPTIONS"))),
                _ => Err((405, Some("GET, HEAD, OPTIONS"))),
            },
            Err((404, _)) if rest::takes(api, below) => {
                let start = path.len().saturating_sub(below.len());
                Ok(Self::Rest(u32::try_from(start).unwrap_or(u32::MAX)))
            }
            Err((204, Some(verbs))) if api.lets_pages_in.get() => {
                Ok(Self::Preflight(verbs, cors::needed_headers(below)))
            }
            found => found,
        }
    }

    /// The door at a path that is the same for all; `mounted_path` is still percent-encoded.
    ///
    /// # Errors
    /// Status and Allow header of the refusal.
    pub(crate) fn find(
        method: Method,
        mounted_path: Option<&[u8]>,
    ) -> Result<Self, (u16, Option<&'static str>)> {
        let decoded;
        let mut path = mounted_path.unwrap_or_default();
        if path.contains(&b'%') {
            decoded = percent::decode_keeping_slashes(path);
            path = &decoded;
        }
        let allow = match (path, method) {
            (b"/jsonrpc", Method::Post) => return Ok(Self::JsonRpc),
            (b"/jsonrpc", Method::Get | Method::Head) => return Ok(Self::ServiceMap),
            (b"/jsonrpc", _) => "GET, HEAD, POST, OPTIONS",
            (b"/mcp", Method::Post) => return Ok(Self::Mcp),
            (b"/mcp", _) => "POST, OPTIONS",
            (b"/openrpc.json", Method::Get | Method::Head) => return Ok(Self::OpenRpc),
            (b"/openrpc.json", _) => "GET, HEAD, OPTIONS",
            (b"/xmlrpc", Method::Post) => return Ok(Self::XmlRpc),
            (b"/xmlrpc", _) => "POST, OPTIONS",
            (b"/soap", Method::Post) => return Ok(Self::Soap),
            (b"/soap", Method::Get | Method::Head) => return Ok(Self::Wsdl),
            (b"/soap", _) => "GET, HEAD, POST, OPTIONS",
            _ => return Err((404, None)),
        };
        Err((
            if method == Method::Options { 204 } else { 405 },
            Some(allow),
        ))
    }
}

/// Answers a request, whatever happens.
pub(crate) fn serve(id: RequestId, api: &Rc<Api>, door: Door) {
    if api.lets_pages_in.get()
        && !matches!(door, Door::Rest(_) | Door::Console)
        && !cors::arrive(id, api, door)
    {
        return;
    }
    let served = catch_unwind(AssertUnwindSafe(|| match door {
        Door::Preflight(..) => {}
        Door::JsonRpc => jsonrpc::serve(id, api),
        Door::ServiceMap => documents::serve_service_map(id, api),
        Door::OpenRpc => documents::serve_openrpc(id, api),
        Door::Mcp => mcp::serve(id, api),
        Door::XmlRpc => xmlrpc::serve(id, api),
        Door::Rest(prefix) => rest::serve(id, api, prefix as usize),
        Door::Soap => soap::serve(id, api),
        Door::Wsdl => soap::serve_wsdl(id, api),
        Door::Console => console::serve(id),
    }));
    if let Err(payload) = served {
        log::error(&format!(
            "panic while answering a call: {}",
            panic_text(payload.as_ref())
        ));
        match door {
            Door::XmlRpc => xmlrpc::send_failure(id, &mut Vec::new()),
            Door::Rest(_) | Door::Console => rest::send_failure(id),
            Door::Soap | Door::Wsdl => soap::send_failure(id),
            Door::JsonRpc | Door::ServiceMap | Door::OpenRpc | Door::Mcp | Door::Preflight(..) => {
                jsonrpc::send_failure(id, &mut Vec::new());
            }
        }
        handler::recycle("a panic in the extension");
    }
}

/// Gives up what is kept between requests, when the script ends.
pub(crate) fn clear() {
    workspace::clear();
    console::clear();
    json::clear();
    policy::clear();
    client::clear();
    names::clear();
    properties::clear();
    records::clear();
    stack::clear();
    known_texts::clear();
}
