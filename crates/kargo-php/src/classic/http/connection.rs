//! The handle `EVHTTP Connection`, and the requests that are on their way: each holds its handle and its connection's
//! until its callback was called, whatever the script does with its variables.

use std::mem;
use std::time::Duration;

use kargo_http::Method;
use kargo_net::client::{ClientOptions, ClientRequest, ClientResponse, Destination, RequestBody};
use kargo_net::client::{ConnectionId, ExchangeId};

use super::request::{Asked, Incoming, Reply};
use crate::engine::{Callable, Owned, ffi};
use crate::http_client::Owner;
use crate::serve::callback::Prepared;
use crate::serve::due::Due;
use crate::serve::runtime::Runtime;

/// To connect; and between two arrivals of anything, as in the original.
const CONNECT: Duration = Duration::from_secs(45);
const TRANSFER: Duration = Duration::from_secs(50);

/// What the body of a reply may have: it lies in memory as a whole.
const REPLY_BYTES: u64 = 256 << 20;

/// A connection to another's server.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) host: String,
    pub(super) port: u16,
    /// The handle, not counted: when PHP frees it, it takes the connection out of its table.
    pub(super) resource: *mut ffi::zend_resource,
    /// Called at each close.
    pub(super) close: Option<Callable>,
    /// In the client, once a request was made.
    id: Option<ConnectionId>,
}

/// A request that is on its way.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The handles, which live as long.
    connection: Owned,
    request: Owned,
    request_key: u64,
    exchange: Option<ExchangeId>,
}

/// What the client tells of connections and requests.
#[derive(Debug)]
pub(crate) enum News {
    /// An established connection has ended.
    Closed(u64),
    /// There is a reply, or there will be none.
    Over(u64, Option<ClientResponse>),
}

impl Connection {
    pub(super) fn new(host: String, port: u16) -> Self {
        Self {
            host,
            port,
            resource: std::ptr::null_mut(),
            close: None,
            id: None,
        }
    }

    /// What the Host header says.
    fn authority(&self) -> String {
        let destination = self.destination();
        match self.port {
            80 => {
                let text = destination.to_string();
                text.strip_suffix(":80").unwrap_or(&text).to_owned()
            }
            _ => destination.to_string(),
        }
    }

    fn destination(&self) -> Destination {
        Destination::host(self.host.clone(), self.port)
    }
}

fn options() -> ClientOptions {
    let mut options = ClientOptions {
        connect_timeout: CONNECT,
        write_timeout: TRANSFER,
        head_timeout: TRANSFER,
        body_timeout: TRANSFER,
        // Until the server ends it.
        idle_timeout: None,
        ..ClientOptions::default()
    };
    options.limits.body_bytes = REPLY_BYTES;
    options
}

impl Runtime {
    /// Puts a request at the end of a connection's queue. `false`: it can't be sent, or was sent already.
    pub(super) fn make_request(
        &mut self,
        connection: (u64, Owned),
        request: (u64, Owned),
        method: Method,
        target: Vec<u8>,
    ) -> bool {
        // Makes the loop, and drops what is a parent process's.
        if self.client().is_err() {
            return false;
        }
        let http = &mut self.classic.http;
        let (Some(to), Some(own)) = (
            http.connections.get(connection.0),
            http.requests.get(request.0),
        ) else {
            return false;
        };
        if !own.is_unsent() {
            return false;
        }
        let (Some(exchanges), Some(events)) = (self.exchanges.as_mut(), self.events.as_mut())
        else {
            return false;
        };
        let id = to.id.unwrap_or_else(|| {
            let id = exchanges.net.open(to.destination(), options());
            exchanges.connections.insert(id, connection.0);
            id
        });
        to.id = Some(id);
        let headers: Vec<(&[u8], &[u8])> = own.outgoing.lines.iter().collect();
        let authority = to.authority();
        let outgoing = ClientRequest {
            headers: &headers,
            body: RequestBody::Whole(&own.outgoing.body),
            ..ClientRequest::new(
                method.name().unwrap_or_default().as_bytes(),
                &target,
                authority.as_bytes(),
            )
        };
        let Ok(exchange) = exchanges.net.send_on(events, id, &outgoing) else {
            return false;
        };
        drop(headers);
        let pending = http.pending.insert(Pending {
            connection: connection.1,
            request: request.1,
            request_key: request.0,
            exchange: Some(exchange),
        });
        own.pending = pending;
        own.outgoing.body = Vec::new();
        own.outgoing.asked = Some(Box::new(Asked { method, target }));
        exchanges.owners.insert(exchange, Owner::Classic(pending));
        true
    }

    /// Makes the callbacks due for what the client has told.
    pub(crate) fn tell_classic(&mut self, news: Vec<News>) {
        let http = &mut self.classic.http;
        for it in news {
            match it {
                News::Closed(key) => {
                    let has_callback = http
                        .connections
                        .get(key)
                        .is_some_and(|connection| connection.close.is_some());
                    if has_callback {
                        self.due.push(Due::ConnectionClosed(key), None);
                    }
                }
                News::Over(key, response) => {
                    let Some(pending) = http.pending.get(key) else {
                        continue;
                    };
                    pending.exchange = None;
                    if let (Some(response), Some(request)) =
                        (response, http.requests.get(pending.request_key))
                    {
                        request.incoming = Incoming::Reply(Box::new(Reply::of(&response)));
                    }
                    self.due.push(Due::Reply(key), None);
                }
            }
        }
    }

    /// The call of a close or completion callback that is due.
    pub(crate) fn prepare_http(&mut self, due: Due) -> Option<Prepared> {
        let http = &mut self.classic.http;
        match due {
            Due::ConnectionClosed(key) => {
                let connection = http.connections.get(key)?;
                let mut handle = Owned::undefined();
                handle.zv().share_resource(connection.resource);
                let arguments = [handle, Owned::undefined(), Owned::undefined()];
                let callable = connection.close.as_mut()?;
                Some(Prepared::new(callable, arguments, 1))
            }
            Due::Reply(key) => {
                let pending = http.pending.remove(key)?;
                let request = http.requests.get(pending.request_key)?;
                request.pending = 0;
                let callable = request.completion.as_mut()?;
                // The connection goes with the call, and is not shown to it.
                let arguments = [pending.request, pending.connection, Owned::undefined()];
                Some(Prepared::new(callable, arguments, 1))
            }
            _ => None,
        }
    }

    /// The handle of a request is freed by hand. One that is on its way goes on without: it gets a new key, for which
    /// [`Self::give_handle`] is to be given a new handle.
    pub(super) fn part_from_handle(&mut self, key: u64) -> Option<u64> {
        let http = &mut self.classic.http;
        let pending = http.requests.find(key)?.pending;
        http.pending.find(pending)?;
        let request = http.requests.remove(key)?;
        let key = http.requests.insert(request);
        http.pending.get(pending)?.request_key = key;
        Some(key)
    }

    /// The new handle of a request that is on its way, for its callback. Gives the one before, which is to be dropped
    /// when no borrow is alive.
    pub(super) fn give_handle(&mut self, key: u64, handle: Owned) -> Option<Owned> {
        let http = &mut self.classic.http;
        let pending = http.requests.find(key)?.pending;
        Some(mem::replace(
            &mut http.pending.get(pending)?.request,
            handle,
        ))
    }

    /// The handle of a request is gone. One that is on its way is given up, and its callback not called. What this
    /// gives is to be dropped when no borrow is alive.
    pub(crate) fn free_http_request(&mut self, key: u64) -> impl Sized + use<> {
        let http = &mut self.classic.http;
        let request = http.free_request(key);
        let pending = request
            .as_ref()
            .filter(|request| request.pending != 0)
            .and_then(|request| http.pending.remove(request.pending));
        let exchange = pending.as_ref().and_then(|pending| pending.exchange);
        if let (Some(exchange), Some((exchanges, events))) = (exchange, self.present_client()) {
            exchanges.owners.remove(&exchange);
            exchanges.net.cancel(events, exchange);
        }
        (request, pending)
    }

    /// The handle of a connection is freed: it has no requests any more, and ends. What this gives is to be dropped when
    /// no borrow is alive.
    pub(crate) fn free_http_connection(&mut self, key: u64) -> impl Sized + use<> {
        let connection = self.classic.http.connections.remove(key);
        let id = connection.as_ref().and_then(|connection| connection.id);
        if let (Some(id), Some((exchanges, events))) = (id, self.present_client()) {
            exchanges.connections.remove(&id);
            exchanges.net.release(events, id);
        }
        connection
    }

    /// What was on its way in the parent process is the parent's: here nobody is told of it.
    pub(crate) fn forget_http_requests(&mut self) {
        let http = &mut self.classic.http;
        let keys: Vec<u64> = http.pending.iter().map(|(key, _)| key).collect();
        for key in keys {
            // Dropped when the script ends: a borrow is alive here.
            http.lost.extend(http.pending.remove(key));
        }
        for (_, request) in http.requests.iter() {
            request.pending = 0;
        }
        for (_, connection) in http.connections.iter() {
            connection.id = None;
        }
    }

    /// Whether a request is on its way, or the close of a connection is waited for.
    pub(crate) fn has_http_requests(&mut self) -> bool {
        let http = &mut self.classic.http;
        if http.pending.has_any() {
            return true;
        }
        let Some(exchanges) = &self.exchanges else {
            return false;
        };
        http.connections.iter().any(|(_, connection)| {
            connection.close.is_some()
                && connection
                    .id
                    .is_some_and(|id| exchanges.net.is_connected(id))
        })
    }
}

impl Reply {
    /// Head and body in one piece of memory.
    fn of(response: &ClientResponse) -> Self {
        let head = response.head().clone();
        let mut bytes = response.head_bytes().to_vec();
        let start = bytes.len();
        bytes.extend_from_slice(response.body());
        let body = start..bytes.len();
        Self { head, bytes, body }
    }
}
