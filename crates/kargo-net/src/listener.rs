//! Listening sockets.

use std::fmt;
use std::io;
use std::os::fd::AsRawFd;
use std::os::fd::FromRawFd;
use std::os::fd::OwnedFd;
use std::os::fd::RawFd;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

use crate::ListenAddress;
use crate::PeerAddress;
use crate::sys;
use crate::sys::socket;

/// A listening socket, made before workers are forked and inherited by them.
///
/// Dropping it closes this process's copy. The file of a unix socket is removed by the process that made it, and only
/// if it is still the same file.
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    address: ListenAddress,
    /// Removes the file when dropped.
    _file: Option<SocketFile>,
}

impl Listener {
    /// Begins to listen. A unix socket file that nobody listens on any more is replaced.
    ///
    /// # Errors
    /// [`ListenError`], whose text is one line that tells the operator what is wrong.
    pub fn bind(address: &ListenAddress) -> Result<Self, ListenError> {
        Self::bind_with_backlog(address, socket::BACKLOG)
    }

    /// The same with a length for the queue of connections that were not accepted yet; the kernel cuts it down to its
    /// own maximum (net.core.somaxconn).
    ///
    /// # Errors
    /// As for [`Self::bind`].
    pub fn bind_with_backlog(address: &ListenAddress, backlog: i32) -> Result<Self, ListenError> {
        let failed = |error| ListenError::new(address, error);
        match address {
            ListenAddress::Inet(inet) => {
                let socket = socket::listen_inet(*inet, backlog).map_err(failed)?;
                // The kernel chose the port, if it was 0.
                let bound = match socket::local_address(socket.as_raw_fd()).map_err(failed)? {
                    PeerAddress::Inet(bound) => bound,
                    PeerAddress::Unix => *inet,
                };
                Ok(Self {
                    socket,
                    address: ListenAddress::Inet(bound),
                    _file: None,
                })
            }
            ListenAddress::Unix(path) => {
                let socket = listen_at(path, backlog).map_err(failed)?;
                let file = Some(SocketFile::of(path).map_err(failed)?);
                Ok(Self {
                    socket,
                    address: address.clone(),
                    _file: file,
                })
            }
        }
    }

    /// Takes over a descriptor that listens already, as a service manager hands it over; makes it non-blocking and
    /// close-on-exec. The file of a unix socket stays its maker's.
    ///
    /// # Errors
    /// `InvalidInput` if it does not listen.
    pub fn from_fd(socket: OwnedFd) -> io::Result<Self> {
        if !socket::is_listening(&socket)? {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this descriptor does not listen",
            ));
        }
        socket::adopt(&socket)?;
        let address = match socket::local_address(socket.as_raw_fd())? {
            PeerAddress::Inet(address) => ListenAddress::Inet(address),
            PeerAddress::Unix => ListenAddress::Unix(unix_path(&socket)),
        };
        Ok(Self {
            socket,
            address,
            _file: None,
        })
    }

    /// Like [`Self::from_fd`], by number.
    ///
    /// # Safety
    /// The descriptor must be open and owned by nobody else.
    #[expect(unsafe_code, reason = "a number does not say who owns it")]
    pub unsafe fn from_raw_fd(fd: RawFd) -> io::Result<Self> {
        // SAFETY: the caller's promise.
        Self::from_fd(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    /// A second handle of the same socket and the same queue.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            socket: self.socket.try_clone()?,
            address: self.address.clone(),
            _file: None,
        })
    }

    /// Where it listens, with the port the kernel chose.
    pub fn address(&self) -> &ListenAddress {
        &self.address
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// The file of a unix socket, by its identity: another server may have replaced it.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
    owner: u32,
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        let status = std::fs::symlink_metadata(path)?;
        Ok(Self {
            path: std::path::absolute(path)?,
            device: status.dev(),
            inode: status.ino(),
            owner: sys::pid(),
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if self.owner != sys::pid() {
            return;
        }
        if let Ok(status) = std::fs::symlink_metadata(&self.path)
            && (status.dev(), status.ino()) == (self.device, self.inode)
        {
            // Nobody is left to tell that a file stays behind; the next start replaces it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn listen_at(path: &Path, backlog: i32) -> io::Result<OwnedFd> {
    match socket::listen_unix(path, backlog) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            // Never remove what is no socket, and never a socket that somebody listens on.
            let is_socket = std::fs::symlink_metadata(path)?.file_type().is_socket();
            if !is_socket || socket::is_unix_alive(path)? {
                return Err(error);
            }
            std::fs::remove_file(path)?;
            socket::listen_unix(path, backlog)
        }
        other => other,
    }
}

/// The path of an inherited unix socket, empty if it has none.
fn unix_path(socket: &OwnedFd) -> PathBuf {
    let Ok(copy) = socket.try_clone() else {
        return PathBuf::new();
    };
    std::os::unix::net::UnixListener::from(copy)
        .local_addr()
        .ok()
        .and_then(|address| address.as_pathname().map(Path::to_path_buf))
        .unwrap_or_default()
}

/// Why listening failed: one line for the operator.
#[derive(Debug)]
pub struct ListenError {
    address: String,
    reason: String,
    source: Option<io::Error>,
}

impl ListenError {
    /// What the operating system said.
    pub fn kind(&self) -> io::ErrorKind {
        self.source
            .as_ref()
            .map_or(io::ErrorKind::InvalidInput, io::Error::kind)
    }

    pub(crate) fn bad_address(address: &str, reason: &str) -> Self {
        Self {
            address: address.to_owned(),
            reason: reason.to_owned(),
            source: None,
        }
    }

    fn new(address: &ListenAddress, error: io::Error) -> Self {
        let is_unix = matches!(address, ListenAddress::Unix(_));
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "address in use: another server listens there, or a file is in the way".to_owned()
            }
            io::ErrorKind::PermissionDenied if is_unix => {
                "permission denied: the directory is not writable for this user".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "permission denied: ports below 1024 need a privilege, use a higher one".to_owned()
            }
            io::ErrorKind::AddrNotAvailable => "this machine does not have this address".to_owned(),
            io::ErrorKind::NotFound => "the directory does not exist".to_owned(),
            io::ErrorKind::InvalidInput if is_unix => {
                "the path is too long: at most 107 bytes".to_owned()
            }
            _ => error.to_string(),
        };
        Self {
            address: address.to_string(),
            reason,
            source: Some(error),
        }
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "cannot listen on {}: {}",
            self.address, self.reason
        )
    }
}

impl std::error::Error for ListenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
