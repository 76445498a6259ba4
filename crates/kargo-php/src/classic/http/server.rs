//! The handle `EVHTTP`: servers on the process's own loop.
//!
//! A server listens from evhttp_start() on and is served while the loop runs. Nothing of the loop exists before the loop
//! does, so a server may be made before a fork; a process that inherits one serves it too, on the same socket.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_loop::{EventLoop, Token};
use kargo_net::{ListenAddress, Listener, Server as NetServer, ServerOptions};

use super::super::event::callable;
use super::super::resource::{self, Kind};
use super::super::table::Table;
use super::Http;
use crate::engine::call::native;
use crate::engine::throw::{throw_value_error, warn_with};
use crate::engine::{Call, Callable, Thrown};
use crate::log::{self, Level};
use crate::serve::runtime::{self, Runtime, owner};

native! {
    kargo_classic_evhttp_start => start;
    kargo_classic_evhttp_set_gencb => set_gencb;
}

/// The time a client has for a head, for more of a body, for its next request, and to take more of an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The type of a body that says nothing else of itself.
pub(super) const CONTENT_TYPE: &str = "text/html; charset=ISO-8859-1";

/// All servers, by key.
pub(super) type Servers = Table<Server>;

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    /// `None` once the handle was freed.
    listener: Option<Listener>,
    /// In the loop, once there is one.
    pub(super) net: Option<Box<NetServer>>,
    /// Gets every request.
    pub(super) callback: Option<Rc<Callable>>,
}

fn options() -> ServerOptions {
    ServerOptions {
        header_timeout: TIMEOUT,
        body_timeout: TIMEOUT,
        keep_alive_timeout: TIMEOUT,
        write_timeout: TIMEOUT,
        echo_version: true,
        text_type: CONTENT_TYPE,
        ..ServerOptions::default()
    }
}

fn start(call: &Call) -> Result<(), Thrown> {
    let host = call.bytes(0)?;
    let Ok(port) = u16::try_from(call.int_or(1, 0)?) else {
        return Err(throw_value_error(2, "must be between 0 and 65535"));
    };
    let added = listen(host, port).and_then(|listener| {
        let added = runtime::with(|runtime| runtime.add_http_server(listener));
        added.map_err(|error| format!("cannot serve: {error}"))
    });
    match added {
        Ok(key) => {
            resource::return_new(call, Kind::HttpServer, |_| key);
        }
        Err(reason) => {
            call.result().set_bool(false);
            warn_with(reason);
        }
    }
    Ok(())
}

/// Listens at an IP address or a name that has one.
fn listen(host: &[u8], port: u16) -> Result<Listener, String> {
    let host = String::from_utf8_lossy(host);
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let address = match bare.unwrap_or(&host).parse::<IpAddr>() {
        Ok(ip) => Some(SocketAddr::new(ip, port)),
        Err(_) => resolve(&host, port),
    };
    let address = address
        .ok_or_else(|| format!("cannot listen on {host}:{port}: the host has no address"))?;
    Listener::bind(&ListenAddress::Inet(address)).map_err(|error| error.to_string())
}

/// The first address of a name, one of IPv4 if it has any.
fn resolve(host: &str, port: u16) -> Option<SocketAddr> {
    let found: Vec<SocketAddr> = (host, port).to_socket_addrs().ok()?.collect();
    let mut found = found.into_iter();
    let first = found.next()?;
    Some(if first.is_ipv4() {
        first
    } else {
        found.find(SocketAddr::is_ipv4).unwrap_or(first)
    })
}

fn set_gencb(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpServer)?;
    let callback = callable(call, 1)?;
    call.result().set_null();
    let before = runtime::with(|runtime| {
        let server = runtime.classic.http.servers.get(key)?;
        server.callback.replace(Rc::new(callback))
    });
    // It may be the last to hold objects whose destructors run PHP code.
    drop(before);
    Ok(())
}

impl Server {
    /// Puts the server into a loop that it is not in yet.
    fn arm(&mut self, number: u16, events: &mut EventLoop) -> io::Result<()> {
        let Some(listener) = &self.listener else {
            return Ok(());
        };
        let mut net = Box::new(NetServer::numbered(owner::EVHTTP, number, options()));
        net.add_listener(events, listener.try_clone()?)?;
        self.net = Some(net);
        Ok(())
    }
}

/// The number of the server with this key, for its tokens.
fn number(key: u64) -> io::Result<u16> {
    let too_many = || io::Error::other("there are 65,536 servers already");
    u16::try_from(key as u32).map_err(|_| too_many())
}

impl Http {
    /// Puts all servers into a loop that is new. What they had in an earlier one is a parent process's.
    pub(crate) fn arm(&mut self, events: &mut EventLoop) -> io::Result<()> {
        let keys: Vec<u64> = self.servers.iter().map(|(key, _)| key).collect();
        for key in keys {
            self.keep_in_flight(key);
            if let Some(server) = self.servers.get(key) {
                server.net = None;
                server.arm(number(key)?, events)?;
            }
        }
        Ok(())
    }

    /// Whether there is any server.
    #[inline(always)]
    pub(crate) fn has_servers(&self) -> bool {
        self.servers.has_any()
    }

    /// Whether a server keeps the loop running.
    pub(crate) fn keeps_running(&mut self) -> bool {
        self.servers.iter().any(|(_, server)| server.net.is_some())
    }

    /// Gives all servers up, for a process that was forked and begins anew.
    pub(crate) fn forget(&mut self) {
        let keys: Vec<u64> = self.servers.iter().map(|(key, _)| key).collect();
        for key in keys {
            self.keep_in_flight(key);
        }
        for (_, server) in self.servers.iter() {
            (server.net, server.listener) = (None, None);
        }
    }

    /// The key of the server that gave this token to the loop; 0 if it has ended.
    pub(crate) fn key_of(&self, token: Token) -> u64 {
        let number = NetServer::number_in(token);
        self.servers.key_at(number.into()).unwrap_or(0)
    }

    /// The server with this key, if it is in the loop.
    #[inline]
    pub(crate) fn net(&mut self, key: u64) -> Option<&mut NetServer> {
        self.servers.get(key)?.net.as_deref_mut()
    }

    /// The last thing before the loop waits, or ends.
    #[inline(never)]
    pub(crate) fn end_turn(&mut self, events: &mut EventLoop) {
        let mut drained = Vec::new();
        for (key, server) in self.servers.iter() {
            let Some(net) = &mut server.net else {
                continue;
            };
            net.end_turn(events);
            if let Some(error) = net.take_accept_error() {
                log::event(
                    Level::Warning,
                    "connections can't be accepted for a moment; is LimitNOFILE or ulimit -n too low?",
                    &[("error", &error.to_string())],
                );
            }
            if net.is_drained() {
                drained.push(key);
            }
        }
        for key in drained {
            self.remove(key, events);
        }
    }

    /// Takes a server that has ended out of the loop.
    fn remove(&mut self, key: u64, events: &mut EventLoop) {
        self.keep_in_flight(key);
        if let Some(net) = self.servers.remove(key).and_then(|server| server.net) {
            net.close_all(events);
        }
    }
}

impl Runtime {
    fn add_http_server(&mut self, listener: Listener) -> io::Result<u64> {
        let servers = &mut self.classic.http.servers;
        let key = servers.insert(Server {
            listener: Some(listener),
            net: None,
            callback: None,
        });
        let events = self.events.as_mut().filter(|events| !events.is_foreign());
        let armed = number(key).and_then(|number| match (servers.get(key), events) {
            (Some(server), Some(events)) => server.arm(number, events),
            _ => Ok(()),
        });
        if armed.is_err() {
            servers.remove(key);
        }
        armed.map(|()| key)
    }

    /// The handle of a server is freed: it accepts no more, and ends with the requests in progress. Gives its callback,
    /// which is to be dropped when no borrow is alive.
    pub(crate) fn free_http_server(&mut self, key: u64) -> Option<Rc<Callable>> {
        let http = &mut self.classic.http;
        let server = http.servers.get(key)?;
        let callback = server.callback.take();
        server.listener = None;
        let events = self.events.as_mut().filter(|events| !events.is_foreign());
        let (Some(net), Some(events)) = (server.net.as_mut(), events) else {
            // Its connections, if it has any, are a parent process's: closed here, and nothing else.
            http.keep_in_flight(key);
            http.servers.remove(key);
            return callback;
        };
        net.retire(events, Instant::now() + TIMEOUT);
        if net.is_drained() {
            http.remove(key, events);
        }
        callback
    }
}
