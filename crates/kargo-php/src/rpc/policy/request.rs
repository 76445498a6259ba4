//! What policies need of the request that a call came with: headers, and where it is from.

use std::net::IpAddr;

use crate::serve::server::trusted_proxies;
use crate::serve::{current, runtime};

/// Longest header value that is looked at.
const LONGEST: usize = 16 << 10;

/// The value of a header of the current request, if there is exactly one.
pub(super) fn header(name: &str) -> Option<Vec<u8>> {
    let id = current::with(|current| current.request)?;
    runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        let mut values = request.head().header_values(request.bytes(), name);
        let value = values.next()?;
        // Two of them would mean one thing to us and another to a proxy.
        (values.next().is_none() && value.len() <= LONGEST).then(|| value.to_vec())
    })
}

/// Whether the current request has a header, whatever is in it.
pub(super) fn has_header(name: &str) -> bool {
    let has = |id| {
        runtime::with(|runtime| {
            let request = runtime.serving.as_ref()?.net.request(id)?;
            Some(request.head().header(request.bytes(), name).is_some())
        })
    };
    current::with(|current| current.request)
        .and_then(has)
        .unwrap_or(false)
}

/// Addresses of proxies whose word about their clients is taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<IpAddr>);

impl Proxies {
    pub(crate) fn new(addresses: Vec<IpAddr>) -> Self {
        Self(addresses.into_iter().map(plain).collect())
    }
}

/// The client's address, or none for a unix socket. Behind a trusted proxy it is the last one in X-Forwarded-For that is
/// no such proxy itself.
pub(super) fn client(proxies: &Proxies) -> Option<IpAddr> {
    let id = current::with(|current| current.request)?;
    let peer = runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        Some(request.peer_address().socket_address()?.ip())
    });
    let peer = peer.map(plain);
    if proxies.0.is_empty()
        && let Some(trusted) = trusted_proxies()
    {
        // An Api that names none has the server's.
        let told = runtime::with(|runtime| {
            let request = runtime.serving.as_ref()?.net.request(id)?;
            trusted
                .origin(request.head(), request.bytes(), peer)
                .address
        });
        return told.or(peer);
    }
    if proxies.0.is_empty() || peer.is_some_and(|peer| !proxies.0.contains(&peer)) {
        return peer;
    }
    let Some(forwarded) = header("x-forwarded-for") else {
        return peer;
    };
    let forwarded = String::from_utf8_lossy(&forwarded);
    forwarded
        .rsplit(',')
        .map_while(|text| text.trim().parse::<IpAddr>().ok().map(plain))
        .find(|address| !proxies.0.contains(address))
        .or(peer)
}

/// An IPv4 address that is written as an IPv6 one is the same.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// What a client is known by: its address; of an IPv6 address the network, since each client has a whole one.
pub(super) fn client_key(address: Option<IpAddr>) -> Vec<u8> {
    match address {
        None => b"unix".to_vec(),
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => address.octets()[..8].to_vec(),
    }
}
