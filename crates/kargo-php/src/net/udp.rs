//! UDP sockets.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use kargo_net::datagrams::DatagramId;

use super::dialing::{Address, resolve};
use super::failure::Failure;
use crate::engine::Thrown;
use crate::engine::throw::{class, throw};
use crate::serve::wait::{self, Wake};

/// How long a datagram waits for room in the system's queue, and how often it looks.
const ROOM_TIMEOUT: Duration = Duration::from_secs(1);
const ROOM_PAUSE: Duration = Duration::from_millis(2);
/// How long a name may take.
const NAME_TIMEOUT: Duration = Duration::from_secs(10);

/// The address to send to.
///
/// # Errors
/// An exception is pending.
pub(crate) fn target(id: DatagramId, text: &str) -> Result<SocketAddr, Thrown> {
    if let Ok(address) = text.parse::<SocketAddr>()
        && address.port() != 0
    {
        return Ok(address);
    }
    let Address::Host(host, port) = Address::parse(text)? else {
        let message = format!("can't send a datagram to {text}: it has no IP address");
        return Err(throw(class::configuration_exception(), &message));
    };
    let found = resolve(&host, NAME_TIMEOUT)?;
    let is_v4 = super::with(|net, _, _| {
        net.datagrams
            .local_address(id)
            .is_none_or(|local| local.is_ipv4())
    })?;
    let fit = found.iter().find(|address| address.is_ipv4() == is_v4);
    fit.or(found.first())
        .map(|address| SocketAddr::new(*address, port))
        .ok_or_else(|| Failure::Transport(format!("{host} has no address")).raise())
}

/// Sends a datagram, waiting for room.
///
/// # Errors
/// An exception is pending.
pub(crate) fn send(id: DatagramId, bytes: &[u8], to: SocketAddr) -> Result<(), Thrown> {
    let deadline = Instant::now() + ROOM_TIMEOUT;
    loop {
        let (result, key) = super::with(|net, _, key| {
            let result = net.datagrams.send_to(id, bytes, map_to(net, id, to));
            (result, key)
        })?;
        let Err(error) = result else {
            return Ok(());
        };
        let kind = error.kind();
        if kind == io::ErrorKind::NotConnected {
            return Err(closed().raise());
        }
        // An error of an earlier datagram, told with this one, which was not sent.
        if kind == io::ErrorKind::ConnectionRefused && Instant::now() < deadline {
            continue;
        }
        if kind != io::ErrorKind::WouldBlock || Instant::now() >= deadline {
            let text = format!("can't send {} bytes to {to}: {error}", bytes.len());
            return Err(Failure::Transport(text).raise());
        }
        wait::wait(key, Some(ROOM_PAUSE))?;
    }
}

/// An IPv6 socket reaches IPv4 addresses in their mapped form.
fn map_to(net: &super::Net, id: DatagramId, to: SocketAddr) -> SocketAddr {
    match (net.datagrams.local_address(id), to) {
        (Some(SocketAddr::V6(_)), SocketAddr::V4(v4)) => {
            SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
        }
        _ => to,
    }
}

/// Waits for a datagram.
///
/// # Errors
/// An exception is pending.
pub(crate) fn receive(
    id: DatagramId,
    timeout: Option<Duration>,
) -> Result<(Vec<u8>, SocketAddr), Thrown> {
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    let mut is_late = false;
    loop {
        let step = super::with(|net, events, key| {
            if !net.datagrams.contains(id) {
                return Err(closed());
            }
            if let Some(datagram) = net.datagrams.take(events, id) {
                return Ok(Ok(datagram));
            }
            if is_late {
                return Err(Failure::TimedOut("no datagram came in time".into()));
            }
            if net.receivers.contains_key(&id) {
                return Err(Failure::Misuse(
                    "another context waits to receive from this socket",
                ));
            }
            net.receivers.insert(id, key);
            Ok(Err(key))
        })?;
        let key = match step {
            Ok(Ok(datagram)) => return Ok(datagram),
            Ok(Err(key)) => key,
            Err(failure) => return Err(failure.raise()),
        };
        let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let woken = super::wait(key, rest);
        super::with_existing(|net, _| {
            if net.receivers.get(&id) == Some(&key) {
                net.receivers.remove(&id);
            }
        });
        is_late = woken? == Wake::TimedOut;
    }
}

/// Closes a socket; whoever waits for it is told.
pub(crate) fn close(id: DatagramId) {
    super::with_existing(|net, events| {
        net.datagrams.close(events, id);
        net.woken.extend(net.receivers.remove(&id));
    });
}

fn closed() -> Failure {
    Failure::Closed("this socket was closed".to_owned())
}
