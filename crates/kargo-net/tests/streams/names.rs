//! Name resolution.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_net::resolver::Answer;
use kargo_net::resolver::LookupId;
use kargo_net::resolver::Resolver;
use kargo_net::resolver::ResolverOptions;

use crate::driver::DEADLINE;

struct Asking {
    events: EventLoop,
    resolver: Resolver,
}

impl Asking {
    fn new(options: ResolverOptions) -> Self {
        Self {
            events: EventLoop::new().unwrap(),
            resolver: Resolver::new(6, options),
        }
    }

    fn ask(&mut self, host: &str) -> LookupId {
        self.resolver.lookup(&mut self.events, host, DEADLINE)
    }

    fn answer(&mut self) -> (LookupId, Answer) {
        let end = Instant::now() + DEADLINE * 2;
        loop {
            if let Some(answer) = self.resolver.next_event() {
                return answer;
            }
            assert!(Instant::now() < end, "no answer");
            self.events.poll(Some(Duration::from_millis(50))).unwrap();
            while let Some(event) = self.events.next() {
                match event.kind {
                    EventKind::Woken => self.resolver.collect(&mut self.events),
                    _ => self.resolver.handle_event(event),
                }
            }
        }
    }
}

#[test]
fn addresses_are_their_own_and_names_have_some() {
    let mut asking = Asking::new(ResolverOptions::default());
    for text in ["127.0.0.1", "::1", "[::1]"] {
        let id = asking.ask(text);
        let expected: IpAddr = text.trim_matches(['[', ']']).parse().unwrap();
        let (answered, answer) = asking.resolver.next_event().unwrap();
        assert_eq!((answered, answer.unwrap()), (id, vec![expected]));
    }
    let id = asking.ask("localhost");
    let (answered, answer) = asking.answer();
    assert_eq!(answered, id);
    let found = answer.unwrap();
    assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
    assert!(asking.resolver.is_empty());
    assert_eq!(asking.events.counts().timers, 0);
}

#[test]
fn bad_names_too_many_and_cancelled_ones() {
    let mut asking = Asking::new(ResolverOptions {
        lookups: 1,
        ..ResolverOptions::default()
    });
    for name in ["", "a b", "a\0b", "a/b", &"x".repeat(254)] {
        let id = asking.ask(name);
        let (answered, answer) = asking.resolver.next_event().unwrap();
        assert_eq!(answered, id);
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let first = asking.ask("localhost");
    let second = asking.ask("localhost");
    let (refused, answer) = asking.resolver.next_event().unwrap();
    assert_eq!(refused, second);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::QuotaExceeded);
    asking.resolver.cancel(&mut asking.events, first);
    let third = asking.ask("localhost");
    let (answered, answer) = asking.answer();
    assert_eq!(answered, third, "a cancelled one is not told");
    answer.unwrap();
    let id = asking.ask("no.such.host.invalid");
    let (answered, answer) = asking.answer();
    assert_eq!(answered, id);
    answer.unwrap_err();
}

#[test]
fn a_lookup_has_its_time() {
    let mut asking = Asking::new(ResolverOptions::default());
    let id = asking
        .resolver
        .lookup(&mut asking.events, "localhost", Duration::ZERO);
    // The timer is due before anything was collected.
    asking.events.poll(Some(Duration::from_secs(1))).unwrap();
    let mut told = None;
    while told.is_none() {
        while let Some(event) = asking.events.next() {
            if matches!(event.kind, EventKind::Timer(_)) {
                asking.resolver.handle_event(event);
            }
        }
        told = asking.resolver.next_event();
        asking.events.poll(Some(Duration::from_millis(5))).unwrap();
    }
    let (answered, answer) = told.unwrap();
    assert_eq!(answered, id);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::TimedOut);
    // What the thread finds afterwards is nobody's.
    std::thread::sleep(Duration::from_millis(50));
    asking.resolver.collect(&mut asking.events);
    assert!(asking.resolver.next_event().is_none());
}
