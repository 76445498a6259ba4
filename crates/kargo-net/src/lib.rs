//! Sockets × codecs: listeners, connections, the HTTP server. Knows nothing of PHP.
//!
//! Brief overview: a [`Server`] is *pulled*, like the loop it lives on. [`Server::handle_event`] is given the events of
//! its tokens, [`Server::next_request`] hands out one decoded request at a time, in place, and [`Server::answer`] and
//! its siblings take the answers. Nothing here calls a handler while anything is borrowed, so a handler may wait, and
//! somebody else may go on with the loop meanwhile.
//!
//! ```no_run
//! use kargo_loop::EventLoop;
//! use kargo_net::{Answer, Listener, Server, ServerOptions};
//!
//! let mut events = EventLoop::new()?;
//! let mut server = Server::new(1, ServerOptions::default());
//! server.add_listener(&mut events, Listener::bind(&"127.0.0.1:8080".parse()?)?)?;
//! loop {
//!     while let Some(id) = server.next_request(&mut events) {
//!         server.answer(&mut events, id, &Answer::new(200), b"Hello, World!")?;
//!     }
//!     match events.next() {
//!         Some(event) => server.handle_event(&mut events, event),
//!         None => {
//!             server.end_turn(&mut events);
//!             events.poll(None)?;
//!         }
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`serve`] is this loop for a [`Handler`] that never waits, as tests and benchmarks have. Other protocols than HTTP are
//! for users of [`streams`] and [`datagrams`]; [`resolver`] finds the addresses of names.

mod address;
mod answer;
pub mod client;
mod codec;
pub mod datagrams;
mod file_body;
mod gate;
mod handler;
mod listener;
mod options;
mod request;
pub mod resolver;
mod server;
mod slots;
pub mod streams;
mod sys;
mod transport;
mod uploads;

pub use address::ListenAddress;
pub use address::PeerAddress;
pub use answer::Answer;
pub use answer::AnswerError;
pub use answer::BodySlot;
pub use answer::StreamState;
pub use codec::Codec;
pub use codec::CodecError;
pub use codec::StreamRequest;
pub use file_body::FileBody;
pub use gate::AcceptDecision;
pub use gate::AcceptGate;
pub use gate::BodyGate;
pub use gate::BodyPlace;
pub use handler::Handler;
pub use handler::serve;
pub use listener::ListenError;
pub use listener::Listener;
pub use options::ServerOptions;
pub use request::OwnedRequest;
pub use request::RequestId;
pub use request::RequestRef;
pub use server::ListenerSetup;
pub use server::Server;
pub use server::ServerCounts;
pub use server::UpgradeTarget;
pub use server::UpgradedConnection;
pub use sys::borrowed::BorrowedDescriptor;
pub use transport::Transport;
pub use transport::TransportLayer;
pub use uploads::Spool;
pub use uploads::Upload;
pub use uploads::UploadError;
pub use uploads::UploadSettings;
pub use uploads::UploadedFile;
pub use uploads::WholeSpool;
