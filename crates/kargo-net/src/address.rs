//! Where a server listens, and who is at the other end.

use std::fmt;
use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::str::FromStr;

use crate::ListenError;

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerAddress {
    /// TCP over IPv4 or IPv6.
    Inet(SocketAddr),
    /// A unix socket; its peers have no names.
    Unix,
}

impl PeerAddress {
    /// The IP address and port, if it has one. An IPv4 peer of a dual-stack listener is shown as IPv4.
    pub fn socket_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(address) => {
                Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
            }
            Self::Unix => None,
        }
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.socket_address() {
            Some(address) => address.fmt(formatter),
            None => formatter.write_str("unix:"),
        }
    }
}

/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `unix:/path`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ListenAddress {
    /// A TCP port. Port 0: the kernel chooses.
    Inet(SocketAddr),
    /// A path of at most 107 bytes.
    Unix(PathBuf),
}

impl FromStr for ListenAddress {
    type Err = ListenError;

    /// Reads an address. A name is resolved at once; of several addresses the first IPv4 one is taken, so that
    /// `localhost` means the same everywhere.
    fn from_str(text: &str) -> Result<Self, ListenError> {
        if let Some(path) = text.strip_prefix("unix:") {
            if path.is_empty() {
                return Err(ListenError::bad_address(text, "the path is missing"));
            }
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::Inet(address));
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return Err(ListenError::bad_address(
                text,
                "expected HOST:PORT or unix:/PATH",
            ));
        };
        if host.is_empty() {
            return Err(ListenError::bad_address(text, "the host is missing"));
        }
        let Ok(port) = port.parse::<u16>() else {
            return Err(ListenError::bad_address(
                text,
                "the port is not a number from 0 to 65535",
            ));
        };
        if host.contains(':') {
            return Err(ListenError::bad_address(
                text,
                "an IPv6 address needs brackets: [::1]:8080",
            ));
        }
        let Ok(found) = (host, port).to_socket_addrs() else {
            return Err(ListenError::bad_address(text, "the host has no address"));
        };
        let found: Vec<SocketAddr> = found.collect();
        found
            .iter()
            .find(|address| address.is_ipv4())
            .or_else(|| found.first())
            .map(|address| Self::Inet(*address))
            .ok_or_else(|| ListenError::bad_address(text, "the host has no address"))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => address.fmt(formatter),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        text.parse::<ListenAddress>().unwrap_err().to_string()
    }

    #[test]
    fn addresses_are_read_and_shown_alike() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:8080",
            "0.0.0.0:0",
            "unix:/run/kargo.sock",
        ] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), text);
        }
        let localhost = "localhost:8080".parse::<ListenAddress>().unwrap();
        assert_eq!(localhost.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn bad_addresses_say_what_is_wrong() {
        assert!(reason("8080").contains("expected HOST:PORT"));
        assert!(reason(":8080").contains("host is missing"));
        assert!(reason("127.0.0.1:99999").contains("0 to 65535"));
        assert!(reason("127.0.0.1:http").contains("0 to 65535"));
        assert!(reason("::1:8080:x").contains("0 to 65535"));
        assert!(reason("::g:8080").contains("brackets"));
        assert!(reason("unix:").contains("path is missing"));
        assert!(reason("no.such.host.invalid:80").contains("no address"));
    }
}
