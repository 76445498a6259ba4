//! Readiness, timers, signals, deferred calls and a wake-up from other threads: one loop, one thread, no callbacks.
//!
//! Brief overview: an [`EventLoop`] is *pulled*. [`EventLoop::poll`] runs one turn, which fills a batch;
//! [`EventLoop::next`] takes the events out of it, one by one. Batch and cursor live in the loop, so whoever holds the
//! loop may leave off in the middle and somebody else may go on. Nothing here calls anybody back.
//!
//! Nothing is created before [`EventLoop::new`], so a process may fork first and make its loop afterwards. A loop that
//! was inherited over a fork refuses to work and can be dropped without harm to its owner.
//!
//! ```
//! use kargo_loop::{Event, EventKind, EventLoop, Token};
//! use std::time::Duration;
//!
//! let mut events = EventLoop::new()?;
//! let tick = Token::new(1, 7);
//! let timer = events.set_timer(events.now() + Duration::from_millis(1), tick);
//! events.poll(None)?;
//! let event = Event { token: tick, kind: EventKind::Timer(timer) };
//! while let Some(got) = events.next() {
//!     assert_eq!(got, event);
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod descriptors;
mod event;
mod event_loop;
mod signals;
mod sys;
mod timer_wheel;
mod token;
mod waker;

pub use event::Event;
pub use event::EventKind;
pub use event::Interest;
pub use event::Readiness;
pub use event_loop::Counts;
pub use event_loop::EventLoop;
pub use timer_wheel::TimerId;
pub use timer_wheel::TimerWheel;
pub use token::Token;
pub use waker::Waker;
