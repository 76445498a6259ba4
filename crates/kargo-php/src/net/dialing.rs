//! Addresses, names, new connections.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use kargo_loop::EventLoop;
use kargo_net::resolver::Answer;
use kargo_net::streams::{ConnectTarget, Direction, StreamId, StreamOptions};

use super::Net;
use super::failure::Failure;
use crate::engine::Thrown;
use crate::engine::throw::{class, throw};
use crate::serve::wait;

/// A name that somebody waits for.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    key: u64,
    answer: Option<Answer>,
}

impl Lookup {
    pub(super) fn answer(&mut self, answer: Answer, woken: &mut Vec<u64>) {
        self.answer = Some(answer);
        woken.push(self.key);
    }

    /// The process was forked: nobody will answer.
    pub(super) fn fail(&mut self, woken: &mut Vec<u64>) {
        if self.answer.is_none() {
            self.answer(Err(io::ErrorKind::Interrupted.into()), woken);
        }
    }
}

/// Where to connect or send to.
#[derive(Debug)]
pub(crate) enum Address {
    Unix(PathBuf),
    /// A host, which may be an address, and a port.
    Host(String, u16),
}

impl Address {
    /// Reads `host:port`, `[v6]:port` or `unix:/path`.
    ///
    /// # Errors
    /// A `ConfigurationException` is pending.
    pub(crate) fn parse(text: &str) -> Result<Self, Thrown> {
        let refused = |reason: &str| {
            let message = format!("can't read the address {text:?}: {reason}");
            Err(throw(class::configuration_exception(), &message))
        };
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.is_empty() {
                true => refused("the path is missing"),
                false => Ok(Self::Unix(PathBuf::from(path))),
            };
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return refused("expected HOST:PORT or unix:/PATH");
        };
        let Some(port) = port.parse::<u16>().ok().filter(|port| *port != 0) else {
            return refused("the port is not a number from 1 to 65535");
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        match bare {
            Some(v6) if v6.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) => {
                Ok(Self::Host(v6.to_owned(), port))
            }
            Some(_) => refused("there is no IPv6 address in the brackets"),
            None if host.is_empty() => refused("the host is missing"),
            None if host.contains(':') => refused("an IPv6 address needs brackets: [::1]:8000"),
            None => Ok(Self::Host(host.to_owned(), port)),
        }
    }
}

/// Waits for the addresses of a host.
///
/// # Errors
/// An exception is pending.
pub(crate) fn resolve(host: &str, timeout: Duration) -> Result<Vec<IpAddr>, Thrown> {
    wait::reject_if_blocked()?;
    let (id, mut key) = super::with(|net, events, key| {
        let id = net.resolver.lookup(events, host, timeout);
        net.lookups.insert(id, Lookup { key, answer: None });
        (id, key)
    })?;
    loop {
        // An address is answered at once: with() has taken the answer already.
        let answer = super::with(|net, _, next| {
            let lookup = net.lookups.get_mut(&id)?;
            let answer = lookup.answer.take();
            if answer.is_some() {
                net.lookups.remove(&id);
            } else {
                lookup.key = next;
                key = next;
            }
            answer
        })?;
        match answer {
            Some(Ok(addresses)) => return Ok(addresses),
            Some(Err(error)) => return Err(Failure::of_name(host, &error).raise()),
            None => {}
        }
        if let Err(thrown) = super::wait(key, None) {
            super::with_existing(|net, events| {
                net.lookups.remove(&id);
                net.resolver.cancel(events, id);
            });
            return Err(thrown);
        }
    }
}

/// Waits for a connection.
///
/// # Errors
/// An exception is pending.
pub(crate) fn connect(
    text: &str,
    options: StreamOptions,
    timeout: Duration,
) -> Result<StreamId, Thrown> {
    let deadline = Instant::now() + timeout;
    let targets: Vec<ConnectTarget> = match Address::parse(text)? {
        Address::Unix(path) => vec![ConnectTarget::Unix(path)],
        Address::Host(host, port) => resolve(&host, timeout)?
            .into_iter()
            .map(|address| ConnectTarget::Inet(SocketAddr::new(address, port)))
            .collect(),
    };
    wait::reject_if_blocked()?;
    let rest = deadline.saturating_duration_since(Instant::now());
    let id = super::with(|net, events, _| net.streams.connect(events, targets, rest, options))?;
    loop {
        let step = super::with(|net, events, key| net.look_at_dialing(events, id, key, text))?;
        let key = match step {
            Ok(None) => return Ok(id),
            Ok(Some(key)) => key,
            Err(failure) => return Err(failure.raise()),
        };
        if let Err(thrown) = super::wait(key, None) {
            super::with_existing(|net, events| {
                net.stop_waiting(id, key);
                net.abort(events, id);
            });
            return Err(thrown);
        }
    }
}

impl Net {
    /// Whether a connection has come about; the key of the wait if that is open.
    fn look_at_dialing(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        key: u64,
        address: &str,
    ) -> Result<Option<u64>, Failure> {
        if self.streams.is_connected(id) {
            self.streams.enable(events, id, Direction::Reading);
            return Ok(None);
        }
        if let Some(error) = self.streams.error(id, Direction::Writing) {
            let failure = Failure::of_connect(address, error);
            self.streams.abort(events, id);
            return Err(failure);
        }
        if !self.streams.contains(id) {
            return Err(Failure::of_stream(self, id, Direction::Writing));
        }
        self.wait_to_read(id, key)?;
        Ok(Some(key))
    }
}
