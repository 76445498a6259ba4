//! Who a connection goes to.

use std::fmt;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::path::PathBuf;

/// One end of a connection to be made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    /// A TCP port of a host: a name, an IPv4 address, or an IPv6 address with or without brackets.
    Host {
        /// Name or address.
        host: String,
        /// The port.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
}

impl Destination {
    /// A TCP port of a host.
    pub fn host(host: impl Into<String>, port: u16) -> Self {
        let host = host.into();
        Self::Host { host, port }
    }

    /// The address, where the host is one.
    pub(super) fn literal_address(host: &str) -> Option<IpAddr> {
        match host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => host.parse().ok(),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { host, port } if host.contains(':') && !host.starts_with('[') => {
                write!(formatter, "[{host}]:{port}")
            }
            Self::Host { host, port } => write!(formatter, "{host}:{port}"),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}
