use super::{Begun, Contents, Request, Store, Ticket};
use crate::Digest;

const NOW: u64 = 1_000_000;

fn request(key: &[u8]) -> Request {
    Request {
        key: Digest::of(key),
        check: Digest::default(),
        owner: 1,
        now: NOW,
        until: u64::MAX,
    }
}

fn mine(store: &Store, request: &Request) -> Ticket {
    match store.begin(request, |_| true) {
        Begun::Mine(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

fn kept(bytes: &[u8]) -> Begun {
    Begun::Done(Contents::Kept(bytes.to_vec()))
}

#[test]
fn the_first_makes_it_and_the_others_get_it() {
    let store = Store::new(1 << 20).unwrap();
    let ticket = mine(&store, &request(b"a"));
    assert_eq!(store.begin(&request(b"a"), |_| true), Begun::Busy);
    assert!(store.finish(&ticket, b"answer", NOW + 10));
    assert_eq!(store.begin(&request(b"a"), |_| true), kept(b"answer"));
    assert_ne!(store.begin(&request(b"b"), |_| true), kept(b"answer"));
}

#[test]
fn nobody_is_told_where_nobody_waits() {
    let store = Store::new(1 << 20).unwrap();
    let ticket = mine(&store, &request(b"a"));
    assert!(!store.finish(&ticket, b"answer", NOW + 10));
    let ticket = mine(&store, &request(b"b"));
    assert!(!store.abandon(&ticket));
}

#[test]
fn an_answer_expires() {
    let store = Store::new(1 << 20).unwrap();
    let ticket = mine(&store, &request(b"a"));
    store.finish(&ticket, b"answer", NOW + 10);
    let late = |now| Request {
        now,
        ..request(b"a")
    };
    assert_eq!(store.begin(&late(NOW + 9), |_| true), kept(b"answer"));
    mine(&store, &late(NOW + 10));
}

#[test]
fn what_is_abandoned_can_be_begun_again() {
    let store = Store::new(1 << 20).unwrap();
    let ticket = mine(&store, &request(b"a"));
    assert_eq!(store.begin(&request(b"a"), |_| true), Begun::Busy);
    assert!(store.abandon(&ticket));
    let second = mine(&store, &request(b"a"));
    assert_ne!(ticket, second);
    // The first one has lost its right.
    assert!(!store.finish(&ticket, b"old", NOW + 10));
    store.finish(&second, b"new", NOW + 10);
    assert_eq!(store.begin(&request(b"a"), |_| true), kept(b"new"));
}

#[test]
fn a_dead_owner_and_one_that_takes_too_long_are_replaced() {
    let store = Store::new(1 << 20).unwrap();
    let first = mine(&store, &request(b"a"));
    assert!(matches!(
        store.begin(&request(b"a"), |_| false),
        Begun::Mine(_)
    ));
    assert!(!store.finish(&first, b"too late", NOW + 10));

    let brief = Request {
        until: NOW + 5,
        ..request(b"b")
    };
    mine(&store, &brief);
    assert_eq!(store.begin(&request(b"b"), |_| true), Begun::Busy);
    let later = Request {
        now: NOW + 5,
        ..request(b"b")
    };
    mine(&store, &later);
}

#[test]
fn a_key_that_comes_with_something_else_is_a_mismatch() {
    let store = Store::new(1 << 20).unwrap();
    let other = Request {
        check: Digest::of(b"other"),
        ..request(b"a")
    };
    let ticket = mine(&store, &request(b"a"));
    assert_eq!(store.begin(&other, |_| true), Begun::Mismatch);
    store.finish(&ticket, b"answer", NOW + 10);
    assert_eq!(store.begin(&other, |_| true), Begun::Mismatch);
    let later = Request {
        now: NOW + 10,
        ..other
    };
    mine(&store, &later);
}

#[test]
fn what_is_too_long_is_known_to_be_lost() {
    let store = Store::new(1 << 20).unwrap();
    for (key, length, is_kept) in [
        (b"a", store.longest(), true),
        (b"b", store.longest() + 1, false),
    ] {
        let ticket = mine(&store, &request(key));
        let answer = vec![7; length];
        store.finish(&ticket, &answer, NOW + 10);
        let expected = if is_kept {
            kept(&answer)
        } else {
            Begun::Done(Contents::Lost)
        };
        assert_eq!(store.begin(&request(key), |_| true), expected);
    }
}

#[test]
fn the_newest_answers_push_out_the_oldest_and_none_is_mixed_up() {
    let store = Store::new(256 << 10).unwrap();
    let answer = |number: u32| number.to_le_bytes().repeat(1 + number as usize % 500);
    for number in 0..20_000_u32 {
        let ticket = mine(&store, &request(&number.to_le_bytes()));
        store.finish(&ticket, &answer(number), u64::MAX);
        assert_eq!(
            store.begin(&request(&number.to_le_bytes()), |_| true),
            kept(&answer(number))
        );
    }
    let mut found = 0;
    for number in 0..20_000_u32 {
        match store.begin(&request(&number.to_le_bytes()), |_| true) {
            Begun::Done(Contents::Kept(bytes)) => {
                assert_eq!(bytes, answer(number));
                found += 1;
            }
            Begun::Done(Contents::Lost) => {}
            Begun::Mine(ticket) => assert!(!store.abandon(&ticket)),
            other => panic!("{other:?}"),
        }
    }
    assert!((50..2_000).contains(&found), "{found}");
}

#[test]
fn places_that_are_worked_on_are_not_taken() {
    let store = Store::new(1).unwrap();
    let tickets: Vec<_> = (0..10_000_u32)
        .filter_map(
            |number| match store.begin(&request(&number.to_le_bytes()), |_| true) {
                Begun::Mine(ticket) => Some(ticket),
                Begun::Unavailable => None,
                other => panic!("{other:?}"),
            },
        )
        .collect();
    assert!((100..=128).contains(&tickets.len()), "{}", tickets.len());
    for ticket in &tickets {
        store.finish(ticket, b"", NOW + 10);
    }
    mine(&store, &request(b"another"));
}
