//! Processes that a fork server makes.

use std::fs::{File, read_dir};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use kargo_supervisor::{Exit, ForkServer, Forked, ForkedChild};

/// Answers each byte with the number of its open descriptors; ends with code 7 at a zero.
struct Counting {
    was_prepared: bool,
    ended: UnixStream,
}

impl Forked for Counting {
    fn prepare(&mut self) {
        self.was_prepared = true;
    }

    fn run(&mut self, mut socket: UnixStream) -> i32 {
        let mut byte = [0];
        while socket.read(&mut byte).unwrap() == 1 {
            if byte == [0] || !self.was_prepared {
                return 7;
            }
            // The folder itself is open while it is read.
            let open = read_dir("/proc/self/fd").unwrap().count() - 1;
            socket.write_all(&[u8::try_from(open).unwrap()]).unwrap();
        }
        0
    }

    fn ended(&mut self, _pid: i32, exit: Exit) {
        // Its number was closed with all others, so this only has to be called, not to arrive.
        assert!(exit != Exit::Unknown);
        assert!(self.ended.as_raw_fd() > 2);
    }
}

fn start() -> ForkServer {
    let (ended, _other) = UnixStream::pair().unwrap();
    let mut work = Counting {
        was_prepared: false,
        ended,
    };
    ForkServer::start(&mut work).unwrap()
}

fn ask(child: &mut ForkedChild) -> u8 {
    let timeout = Some(Duration::from_secs(10));
    child.socket.set_read_timeout(timeout).unwrap();
    child.socket.write_all(&[1]).unwrap();
    let mut open = [0];
    child.socket.read_exact(&mut open).unwrap();
    open[0]
}

/// Ends a fork server, and waits for what it leaves to this process: children that the kernel has killed.
fn end(server: ForkServer, children: &[i32]) {
    drop(server);
    for pid in children {
        let mut status = 0;
        // SAFETY: `status` is alive; a child that the fork server has waited for is no one's any more, which is an error.
        let waited = unsafe { libc::waitpid(*pid, &raw mut status, 0) };
        assert!(waited == -1 || libc::WIFSIGNALED(status));
    }
}

fn is_at_its_end(child: &mut ForkedChild) -> bool {
    child.socket.read(&mut [0]).unwrap() == 0
}

pub(crate) fn a_forked_child_has_its_socket_and_nothing_of_its_parents() {
    let _held = File::open("/dev/null").unwrap();
    let server = start();
    let mut children: Vec<ForkedChild> = (0..5).map(|_| server.fork().unwrap()).collect();
    for child in &mut children {
        // stdin, stdout, stderr, the socket
        assert_eq!(ask(child), 4);
    }
    let pids: std::collections::HashSet<i32> = children.iter().map(|child| child.pid).collect();
    assert_eq!(pids.len(), 5);
    end(server, &pids.into_iter().collect::<Vec<i32>>());
}

pub(crate) fn a_forked_child_has_files_without_a_name() {
    // SAFETY: the name ends with a zero; the descriptor that comes back is nobody else's.
    let _lock = unsafe { OwnedFd::from_raw_fd(libc::memfd_create(c"lock".as_ptr(), 0)) };
    let server = start();
    let mut child = server.fork().unwrap();
    assert_eq!(ask(&mut child), 5);
    end(server, &[child.pid]);
}

pub(crate) fn a_forked_child_that_ends_or_is_killed_costs_no_other() {
    let server = start();
    let (mut first, mut second, mut third) = (
        server.fork().unwrap(),
        server.fork().unwrap(),
        server.fork().unwrap(),
    );
    ask(&mut first);
    ask(&mut second);
    first.socket.write_all(&[0]).unwrap();
    assert!(is_at_its_end(&mut first));
    second.kill();
    assert!(is_at_its_end(&mut second));
    // Killing it again, when its number may be another's, does nothing.
    second.kill();
    assert_eq!(ask(&mut third), 4);
    let mut last = server.fork().unwrap();
    assert_eq!(ask(&mut last), 4);
    end(server, &[first.pid, second.pid, third.pid, last.pid]);
}

pub(crate) fn forked_children_die_with_their_fork_server() {
    let server = start();
    let mut child = server.fork().unwrap();
    ask(&mut child);
    end(server, &[child.pid]);
    assert!(is_at_its_end(&mut child));
}
