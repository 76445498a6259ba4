//! Listening sockets that were open before this program was executed.
//!
//! The environment variable [`Inherited::VARIABLE`] names them: `address=fd,address=fd`, with the
//! addresses as the script gives them to `listen`. An address holds no comma; the last `=` of an
//! entry ends its address.

use std::collections::BTreeSet;
use std::env;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::error::Error;
use crate::sys::fd;

/// The most descriptors that are taken over.
const MAX_LISTENERS: usize = 1024;

const DOING: &str = "take over the listening sockets of KARGO_LISTEN_FDS";

/// The listening sockets that came through exec and that nobody has asked for yet. Those left when
/// it is dropped are closed: a socket that nobody serves would leave its clients waiting.
#[derive(Debug, Default)]
pub struct Inherited {
    listeners: Vec<(String, OwnedFd)>,
}

impl Inherited {
    /// The environment variable that names the descriptors.
    pub const VARIABLE: &str = "KARGO_LISTEN_FDS";

    /// Takes over what the environment names: each must be a listening socket, and is closed on
    /// exec from now on. Without the variable, and from the second call in a process on, there is
    /// nothing to take over.
    ///
    /// # Errors
    /// If the variable is malformed, or names a descriptor that is no listening socket.
    pub fn from_env() -> Result<Self, Error> {
        static IS_TAKEN: AtomicBool = AtomicBool::new(false);
        if IS_TAKEN.swap(true, Relaxed) {
            return Ok(Self::default());
        }
        match env::var(Self::VARIABLE) {
            Ok(value) => Self::adopt(&value),
            Err(env::VarError::NotPresent) => Ok(Self::default()),
            Err(env::VarError::NotUnicode(_)) => Err(Error::refused(DOING, "it is not UTF-8")),
        }
    }

    /// The socket that listens on `address`, if there is one left.
    pub fn take(&mut self, address: &str) -> Option<OwnedFd> {
        let index = self
            .listeners
            .iter()
            .position(|(name, _)| name == address)?;
        Some(self.listeners.swap_remove(index).1)
    }

    /// The addresses that nobody has asked for.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.listeners.iter().map(|(address, _)| address.as_str())
    }

    fn adopt(value: &str) -> Result<Self, Error> {
        let listeners = parse(value)?
            .into_iter()
            .map(|(address, number)| match fd::adopt_listener(number) {
                Ok(listener) => Ok((address.to_owned(), listener)),
                Err(error) => Err(Error::refused(
                    DOING,
                    format!("descriptor {number} ({address}): {error}"),
                )),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { listeners })
    }
}

/// The entries of the variable; no address and no descriptor occurs twice, and none of the standard
/// descriptors is named.
fn parse(value: &str) -> Result<Vec<(&str, RawFd)>, Error> {
    let mut entries = Vec::new();
    let mut addresses = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for entry in value.split(',').filter(|entry| !entry.is_empty()) {
        let malformed = |what: &str| Error::refused(DOING, format!("{what} in \"{entry}\""));
        let (address, number) = entry.rsplit_once('=').ok_or_else(|| malformed("no '='"))?;
        let number: RawFd = number
            .parse()
            .ok()
            .filter(|number| *number > 2)
            .ok_or_else(|| malformed("no descriptor above 2"))?;
        if address.is_empty() {
            return Err(malformed("no address"));
        }
        if !addresses.insert(address) || !numbers.insert(number) {
            return Err(malformed("a repetition"));
        }
        if entries.len() == MAX_LISTENERS {
            return Err(malformed("too many sockets"));
        }
        entries.push((address, number));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::fd::{AsRawFd, IntoRawFd};

    use super::{Inherited, MAX_LISTENERS, parse};

    #[test]
    fn entries_are_addresses_and_descriptors() {
        assert!(parse("").unwrap().is_empty());
        assert_eq!(
            parse("127.0.0.1:80=3,[::1]:80=14,/run/a=b.sock=5,").unwrap(),
            [("127.0.0.1:80", 3), ("[::1]:80", 14), ("/run/a=b.sock", 5)]
        );
    }

    #[test]
    fn malformed_entries_are_refused() {
        for bad in [
            "a",
            "a=",
            "a=x",
            "=3",
            "a=2",
            "a=-1",
            "a=3,a=4",
            "a=3,b=3",
            "a=99999999999",
        ] {
            let error = parse(bad).unwrap_err();
            assert!(
                error.is_configuration() && error.to_string().contains("KARGO"),
                "{bad}"
            );
        }
        let many = |count| {
            (0..count)
                .map(|n| format!("a{n}={}", n + 3))
                .collect::<Vec<_>>()
        };
        assert!(parse(&many(MAX_LISTENERS).join(",")).is_ok());
        assert!(parse(&many(MAX_LISTENERS + 1).join(",")).is_err());
    }

    #[test]
    fn a_listening_socket_is_taken_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let number = listener.into_raw_fd();
        let mut inherited = Inherited::adopt(&format!("{address}={number}")).unwrap();
        assert_eq!(inherited.addresses().count(), 1);
        assert!(inherited.take("127.0.0.1:1").is_none());
        let taken = TcpListener::from(inherited.take(&address.to_string()).unwrap());
        assert!(inherited.take(&address.to_string()).is_none());
        let _client = TcpStream::connect(address).unwrap();
        taken.accept().unwrap();
    }

    #[test]
    fn what_does_not_listen_is_refused_and_left_open() {
        let datagram = UdpSocket::bind("127.0.0.1:0").unwrap();
        let error = Inherited::adopt(&format!("a={}", datagram.as_raw_fd())).unwrap_err();
        assert!(error.to_string().contains("does not listen"), "{error}");
        datagram.local_addr().unwrap();

        let file = std::fs::File::open("/dev/null").unwrap();
        assert!(Inherited::adopt(&format!("a={}", file.as_raw_fd())).is_err());
        file.metadata().unwrap();
        assert!(Inherited::adopt("a=1048575").is_err());
    }
}
