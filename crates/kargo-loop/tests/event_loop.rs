//! The loop with real descriptors, signals and threads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(unsafe_code, reason = "fork, raise and sigaction")]

use std::io::Read;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::Event;
use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::Interest;
use kargo_loop::Token;

const A: Token = Token::new(1, 1);
const B: Token = Token::new(1, 2);
const C: Token = Token::new(1, 3);

/// What has forks or signals runs alone: both belong to the whole process.
static WHOLE_PROCESS: Mutex<()> = Mutex::new(());

/// One turn that does not wait long.
fn turn(events: &mut EventLoop) -> Vec<Event> {
    events.poll(Some(Duration::from_millis(20))).unwrap();
    std::iter::from_fn(|| events.next()).collect()
}

fn tokens(events: &[Event]) -> Vec<Token> {
    events.iter().map(|event| event.token).collect()
}

#[test]
fn an_edge_is_told_once_and_again_when_asked_for() {
    let (mut one, mut two) = UnixStream::pair().unwrap();
    let mut events = EventLoop::new().unwrap();
    let fd = one.as_raw_fd();
    assert!(events.rearm(fd).is_err(), "it is not watched");
    two.write_all(b"x").unwrap();
    events.add(fd, Interest::READABLE.edge(), A).unwrap();
    assert_eq!(tokens(&turn(&mut events)), [A], "what came before counts");
    assert!(turn(&mut events).is_empty());
    events.rearm(fd).unwrap();
    assert_eq!(tokens(&turn(&mut events)), [A]);
    two.write_all(b"y").unwrap();
    assert_eq!(tokens(&turn(&mut events)), [A], "more is told anew");
    one.read_exact(&mut [0; 2]).unwrap();
    events.rearm(fd).unwrap();
    assert!(turn(&mut events).is_empty(), "nothing is left to tell");
    drop(two);
    assert_eq!(tokens(&turn(&mut events)), [A], "the end is told");
}

#[test]
fn readiness_is_level_triggered() {
    let (mut one, mut two) = UnixStream::pair().unwrap();
    let mut events = EventLoop::new().unwrap();
    events.add(one.as_raw_fd(), Interest::READABLE, A).unwrap();
    assert!(turn(&mut events).is_empty());
    two.write_all(b"x").unwrap();
    for _ in 0..3 {
        let got = turn(&mut events);
        assert_eq!(tokens(&got), [A]);
        assert!(
            matches!(got[0].kind, EventKind::Ready(ready) if ready.is_readable() && !ready.is_writable())
        );
    }
    one.read_exact(&mut [0]).unwrap();
    assert!(turn(&mut events).is_empty());
    events
        .modify(one.as_raw_fd(), Interest::WRITABLE, B)
        .unwrap();
    assert_eq!(tokens(&turn(&mut events)), [B]);
    events
        .modify(one.as_raw_fd(), Interest::PEER_CLOSED, C)
        .unwrap();
    assert!(turn(&mut events).is_empty());
    drop(two);
    let got = turn(&mut events);
    assert!(matches!(got[0].kind, EventKind::Ready(ready) if ready.is_peer_closed()));
}

#[test]
fn events_of_a_removed_descriptor_are_dropped_from_the_batch() {
    let (one, mut two) = UnixStream::pair().unwrap();
    let (three, mut four) = UnixStream::pair().unwrap();
    let mut events = EventLoop::new().unwrap();
    events.add(one.as_raw_fd(), Interest::READABLE, A).unwrap();
    events
        .add(three.as_raw_fd(), Interest::READABLE, B)
        .unwrap();
    two.write_all(b"x").unwrap();
    four.write_all(b"x").unwrap();
    events.poll(None).unwrap();
    let first = events.next().unwrap().token;
    let other = if first == A {
        three.as_raw_fd()
    } else {
        one.as_raw_fd()
    };
    assert!(events.remove(other).unwrap());
    // The same number at once again: its predecessor's event must not reach it.
    events.add(other, Interest::WRITABLE, C).unwrap();
    assert_eq!(events.next(), None);
    assert!(tokens(&turn(&mut events)).contains(&C));
    assert!(!events.remove(9999).unwrap());
    assert!(events.modify(9999, Interest::NONE, A).is_err());
    assert!(events.add(other, Interest::READABLE, A).is_err());
    assert_eq!(events.counts().descriptors, 2);
}

#[test]
fn a_descriptor_that_was_closed_without_being_removed_does_not_spin_although_a_copy_lives_on() {
    let (one, mut two) = UnixStream::pair().unwrap();
    let copy = one.try_clone().unwrap();
    let mut events = EventLoop::new().unwrap();
    let fd = one.as_raw_fd();
    events.add(fd, Interest::READABLE, A).unwrap();
    two.write_all(b"x").unwrap();
    drop(one);
    assert!(events.remove(fd).unwrap());
    // The kernel tells once more, then the loop is rid of it.
    turn(&mut events);
    let begin = Instant::now();
    for _ in 0..3 {
        assert!(turn(&mut events).is_empty());
    }
    assert!(
        begin.elapsed() >= Duration::from_millis(50),
        "the loop spins"
    );
    drop(copy);
}

#[test]
fn the_number_of_a_descriptor_that_was_closed_may_be_another_owners() {
    let (one, _two) = UnixStream::pair().unwrap();
    let (three, mut four) = UnixStream::pair().unwrap();
    let mut events = EventLoop::new().unwrap();
    // A number that no other test of this process gets meanwhile.
    // SAFETY: fcntl(2), dup2(2) and close(2) take no pointer; the number is this test's alone.
    let number = unsafe { libc::fcntl(one.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 700) };
    assert!(number >= 700);
    drop(one);
    events.add(number, Interest::READABLE, A).unwrap();
    assert!(events.is_watched_as(number, A) && !events.is_watched_as(number, B));
    // SAFETY: as above. It closes what had the number.
    assert_eq!(unsafe { libc::dup2(three.as_raw_fd(), number) }, number);
    events.add(number, Interest::READABLE, B).unwrap();
    assert!(!events.is_watched_as(number, A) && events.is_watched_as(number, B));
    four.write_all(b"x").unwrap();
    assert_eq!(tokens(&turn(&mut events)), [B]);
    assert!(events.remove(number).unwrap());
    assert!(!events.is_watched_as(number, B));
    // SAFETY: as above.
    assert_eq!(unsafe { libc::close(number) }, 0);
}

#[test]
fn an_exclusive_interest_can_be_changed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut events = EventLoop::new().unwrap();
    events
        .add(listener.as_raw_fd(), Interest::READABLE.exclusive(), A)
        .unwrap();
    events
        .modify(listener.as_raw_fd(), Interest::READABLE.exclusive(), B)
        .unwrap();
    let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(tokens(&turn(&mut events)), [B]);
}

#[test]
fn timers_fire_in_order_and_never_early() {
    let mut events = EventLoop::new().unwrap();
    let begin = Instant::now();
    let late = events.set_timer(begin + Duration::from_millis(15), B);
    let early = events.set_timer(begin + Duration::from_millis(5), A);
    let never = events.set_timer(begin + Duration::from_millis(10), C);
    assert_eq!(events.counts().timers, 3);
    assert!(events.cancel_timer(never));
    assert!(!events.cancel_timer(never));
    let mut got = Vec::new();
    while got.len() < 2 {
        events.poll(None).unwrap();
        while let Some(event) = events.next() {
            got.push(event);
        }
        assert!(begin.elapsed() >= Duration::from_millis(if got.len() == 2 { 15 } else { 5 }));
    }
    assert_eq!(
        got[0],
        Event {
            token: A,
            kind: EventKind::Timer(early)
        }
    );
    assert_eq!(
        got[1],
        Event {
            token: B,
            kind: EventKind::Timer(late)
        }
    );
    assert!(!events.is_timer_pending(late));
}

#[test]
fn a_timer_that_has_run_out_can_still_be_cancelled_before_it_is_handed_over() {
    let mut events = EventLoop::new().unwrap();
    let now = events.now();
    events.set_timer(now, A);
    let second = events.set_timer(now, B);
    while !events.has_events() {
        events.poll(None).unwrap();
    }
    assert_eq!(events.next().unwrap().token, A);
    assert!(events.cancel_timer(second));
    assert_eq!(events.next(), None);
}

#[test]
fn deferred_calls_come_in_the_next_turn_in_order() {
    let mut events = EventLoop::new().unwrap();
    events.defer(A);
    events.defer(B);
    events.poll(None).unwrap();
    assert_eq!(
        events.next(),
        Some(Event {
            token: A,
            kind: EventKind::Deferred
        })
    );
    events.defer(C);
    events.defer(C);
    assert_eq!(events.cancel_deferred(B), 1);
    assert_eq!(events.next(), None);
    assert_eq!(events.cancel_deferred(B), 0);
    assert_eq!(tokens(&turn(&mut events)), [C, C]);
    assert!(events.counts().is_zero());
}

#[test]
fn a_batch_can_be_left_and_taken_up_again() {
    let mut events = EventLoop::new().unwrap();
    events.defer(A);
    events.defer(B);
    events.poll(None).unwrap();
    assert_eq!(events.next().unwrap().token, A);
    // Somebody else takes over, polls, and finds the rest.
    events.poll(None).unwrap();
    assert_eq!(events.next().unwrap().token, B);
}

#[test]
fn a_waker_interrupts_from_another_thread() {
    let mut events = EventLoop::new().unwrap();
    let waker = events.waker();
    let thread = std::thread::spawn(move || {
        waker.wake();
        waker.wake();
        waker
    });
    events.poll(None).unwrap();
    assert_eq!(
        events.next(),
        Some(Event {
            token: Token::LOOP,
            kind: EventKind::Woken
        })
    );
    let waker = thread.join().unwrap();
    // The second wake-up may have come too late to be told with the first.
    assert_eq!(events.next(), None);
    turn(&mut events);
    assert!(turn(&mut events).is_empty());
    drop(events);
    waker.wake();
}

fn raise(signum: i32) {
    // SAFETY: raise(3) has no preconditions; a handler is installed.
    assert_eq!(unsafe { libc::raise(signum) }, 0);
}

#[test]
fn signals_are_told_and_given_back() {
    let _alone = WHOLE_PROCESS.lock().unwrap();
    let mut events = EventLoop::new().unwrap();
    events.watch_signal(libc::SIGUSR1, A).unwrap();
    raise(libc::SIGUSR1);
    raise(libc::SIGUSR1);
    let signal = Event {
        token: A,
        kind: EventKind::Signal(libc::SIGUSR1),
    };
    assert_eq!(turn(&mut events), [signal]);
    assert!(turn(&mut events).is_empty());

    let mut other = EventLoop::new().unwrap();
    assert!(other.watch_signal(libc::SIGUSR1, B).is_err());
    assert!(events.watch_signal(libc::SIGKILL, A).is_err());
    assert!(events.watch_signal(0, A).is_err());
    assert!(events.watch_signal(1000, A).is_err());
    assert_eq!(events.counts().signals, 1);
    assert!(events.unwatch_signal(libc::SIGUSR1));
    assert!(!events.unwatch_signal(libc::SIGUSR1));
    other.watch_signal(libc::SIGUSR1, B).unwrap();
    raise(libc::SIGUSR1);
    assert_eq!(tokens(&turn(&mut other)), [B]);
}

#[test]
fn a_stolen_signal_is_taken_back() {
    let _alone = WHOLE_PROCESS.lock().unwrap();
    let mut events = EventLoop::new().unwrap();
    events.watch_signal(libc::SIGUSR2, A).unwrap();
    assert!(!events.reassert_signals().unwrap());
    // SAFETY: ignoring a signal has no preconditions.
    unsafe { libc::signal(libc::SIGUSR2, libc::SIG_IGN) };
    raise(libc::SIGUSR2);
    assert!(turn(&mut events).is_empty());
    assert!(events.reassert_signals().unwrap());
    raise(libc::SIGUSR2);
    assert_eq!(tokens(&turn(&mut events)), [A]);
}

/// Runs `child` in a forked process; it succeeds by returning true.
fn in_child(child: impl FnOnce() -> bool) -> libc::c_int {
    // SAFETY: the child calls nothing that another thread's lock could block but for the allocator, which glibc
    // makes usable after fork, and leaves by _exit.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0);
    if pid == 0 {
        let status = i32::from(!child());
        // SAFETY: _exit(2) does not return.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    // SAFETY: waitpid(2) writes an int, which `status` is.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

#[test]
fn a_loop_inherited_over_a_fork_is_dropped_without_harm() {
    let _alone = WHOLE_PROCESS.lock().unwrap();
    let (one, mut two) = UnixStream::pair().unwrap();
    let mut events = EventLoop::new().unwrap();
    events.add(one.as_raw_fd(), Interest::READABLE, A).unwrap();
    events.watch_signal(libc::SIGHUP, B).unwrap();
    let fd = one.as_raw_fd();
    let mut inherited = Some(events);
    let status = in_child(|| {
        let mut events = inherited.take().unwrap();
        let is_refused = events.is_foreign()
            && events.remove(fd).is_err()
            && events.poll(Some(Duration::ZERO)).is_err();
        drop(events);
        // A loop of its own works, signals included.
        let Ok(mut own) = EventLoop::new() else {
            return false;
        };
        if own.watch_signal(libc::SIGHUP, C).is_err() {
            return false;
        }
        raise(libc::SIGHUP);
        is_refused
            && own.poll(Some(Duration::from_secs(5))).is_ok()
            && own.next().is_some_and(|event| event.token == C)
    });
    assert_eq!(status, 0);
    let mut events = inherited.take().unwrap();
    assert!(!events.is_foreign());
    two.write_all(b"x").unwrap();
    assert_eq!(tokens(&turn(&mut events)), [A]);
    raise(libc::SIGHUP);
    assert!(tokens(&turn(&mut events)).contains(&B));
}

#[test]
fn a_forked_child_without_a_loop_does_not_swallow_signals() {
    let _alone = WHOLE_PROCESS.lock().unwrap();
    let mut events = EventLoop::new().unwrap();
    events.watch_signal(libc::SIGTERM, A).unwrap();
    let status = in_child(|| {
        raise(libc::SIGTERM);
        false
    });
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGTERM);
    assert!(turn(&mut events).is_empty());
}
