//! Calls to other servers: what is behind `Kargo\Rpc\JsonRpcClient` and `XmlRpcClient`.
//!
//! | file | has |
//! |---|---|
//! | `request` | methods and parameters as bodies |
//! | `answer`, `values` | bodies as results and exceptions |
//! | `batch` | calls that are sent together |
//! | `all` | calls that are made at the same time |
//!
//! They travel as any request of `Kargo\Http\Client` does. Nothing of ours is borrowed while a call waits, nor while
//! parameters are written, which can run PHP code.

mod all;
mod answer;
mod batch;
mod request;
mod values;

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use kargo_net::client::{HttpUrl, RequestError};
use kargo_rpc::xmlrpc::Options;

use crate::classes::client_request::{has, order};
use crate::classes::http_client::depart;
use crate::engine::throw::{class, throw};
use crate::engine::{Owned, Thrown, Zv, ffi};
use crate::http_client::flight::{Body, Landed, Order};
use crate::http_client::settings::{HeaderLines, Settings};
use crate::http_client::wait as flights;
use crate::rpc::stack::ObjectsAs;

pub(crate) use all::all;
pub(crate) use answer::clear;
pub(crate) use batch::Batch;
pub(crate) use request::Parameters;

use answer::{Answers, Asked};

/// A server's URL, and how it is spoken to.
pub(crate) struct Endpoint {
    /// A `Kargo\Http\Client`, which lives as long as this.
    http: *mut ffi::zend_object,
    _held: Owned,
    settings: Rc<Settings>,
    url: HttpUrl,
    headers: HeaderLines,
    protocol: Protocol,
    objects_as: ObjectsAs,
    last_id: Cell<u64>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.url)
    }
}

/// What is spoken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Json,
    Xml(Options),
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON-RPC",
            Self::Xml(_) => "XML-RPC",
        }
    }

    /// Headers, unless the script has given them.
    fn headers(self) -> [(&'static [u8], &'static [u8]); 2] {
        let media_type: &[u8] = match self {
            Self::Json => b"application/json",
            Self::Xml(_) => b"text/xml",
        };
        [(b"Content-Type", media_type), (b"Accept", media_type)]
    }
}

impl Endpoint {
    /// `http` is a constructed `Kargo\Http\Client`.
    pub(crate) fn new(
        http: *mut ffi::zend_object,
        settings: Settings,
        url: HttpUrl,
        mut headers: HeaderLines,
        protocol: Protocol,
        objects_as: ObjectsAs,
    ) -> Self {
        for (name, value) in protocol.headers() {
            if !has(&headers, name) {
                headers.push((name.to_vec(), value.to_vec()));
            }
        }
        let mut held = Owned::undefined();
        held.zv().share_object(http);
        Self {
            http,
            _held: held,
            settings: Rc::new(settings),
            url,
            headers,
            protocol,
            objects_as,
            last_id: Cell::new(0),
        }
    }

    /// Numbers for so many calls; the first of them. They are the client's own, so that a late answer to another
    /// request is never taken for the one that is waited for.
    fn take_ids(&self, count: usize) -> u64 {
        let first = self.last_id.get() + 1;
        self.last_id.set(self.last_id.get() + count as u64);
        first
    }

    fn order(&self, body: &[u8]) -> Order {
        let mut order = order(
            &self.settings,
            b"POST",
            self.url.clone(),
            self.headers.clone(),
            Body::Whole(Rc::from(body)),
        );
        order.keeps_method = true;
        order
    }

    /// Sends a body and waits for what comes of it.
    fn exchange(&self, body: &[u8]) -> Result<Landed, Thrown> {
        let order = self.order(body);
        let source =
            depart(self.http, order, &self.settings)?.map_err(|error| cannot_be_sent(&error))?;
        flights::for_end(source.listener, source.flight)
    }
}

/// Throws what HTTP does not allow in a request: headers that the script has given.
fn cannot_be_sent(error: &RequestError) -> Thrown {
    let message = format!("the headers of this client can't be sent with a call: {error}");
    throw(class::value_error(), &message)
}

/// Calls a method and waits for its result.
pub(crate) fn call(
    endpoint: &Endpoint,
    method: &[u8],
    parameters: Parameters,
    result: Zv,
) -> Result<(), Thrown> {
    let asked = Asked::single(endpoint.take_ids(1));
    let mut body = Vec::new();
    request::single(
        endpoint.protocol,
        &mut body,
        method,
        parameters,
        Some(asked.first_id),
    )?;
    let landed = endpoint.exchange(&body)?;
    drop(body);
    let (response, order) = answer::arrived(landed)?;
    Answers::read(endpoint, asked, &response, &order)?.take(0, result, &order)
}

/// Calls a method of JSON-RPC whose result is not waited for; that the server took it is.
pub(crate) fn notify(
    endpoint: &Endpoint,
    method: &[u8],
    parameters: Parameters,
) -> Result<(), Thrown> {
    let mut body = Vec::new();
    request::single(endpoint.protocol, &mut body, method, parameters, None)?;
    let landed = endpoint.exchange(&body)?;
    let (response, order) = answer::arrived(landed)?;
    answer::check_taken(endpoint, &response, &order)
}
