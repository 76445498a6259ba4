//! What lies between bytes and requests.

use std::fmt;

use kargo_http::EncodeError;
use kargo_http::HttpDate;

use crate::Answer;
use crate::OwnedRequest;

/// A protocol other than HTTP/1.1, which is built in and not a virtual call.
///
/// It is given all bytes that come and keeps what it cannot use yet. Requests carry the stream they came on; answers
/// are given back by stream, in any order, and append to `output`, which the server sends.
pub trait Codec: fmt::Debug {
    /// Takes received bytes. Appends complete requests to `requests`, and what the protocol itself has to say to
    /// `output`. After an error nothing more is received; what is in `output` is sent, then the connection is closed.
    fn receive(
        &mut self,
        bytes: &[u8],
        requests: &mut Vec<StreamRequest>,
        output: &mut Vec<u8>,
    ) -> Result<(), CodecError>;

    /// A whole answer. A body after a head that cannot have one is dropped by the codec.
    fn answer(
        &mut self,
        stream: u32,
        answer: &Answer<'_>,
        date: &HttpDate,
        body: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), EncodeError>;

    /// The head of a streamed answer; `length` if it is known.
    fn begin(
        &mut self,
        stream: u32,
        answer: &Answer<'_>,
        date: &HttpDate,
        length: Option<u64>,
        output: &mut Vec<u8>,
    ) -> Result<(), EncodeError>;

    /// A part of a streamed answer.
    fn write(&mut self, stream: u32, data: &[u8], output: &mut Vec<u8>);

    /// The end of a streamed answer.
    fn end(&mut self, stream: u32, output: &mut Vec<u8>);

    /// Gives a stream up: its answer breaks off.
    fn abort(&mut self, stream: u32, output: &mut Vec<u8>);

    /// A stream the peer has given up since this was last asked.
    fn take_reset(&mut self) -> Option<u32>;

    /// No new streams from now on.
    fn drain(&mut self, output: &mut Vec<u8>);

    /// Whether the connection is to be closed once everything is sent.
    fn is_finished(&self) -> bool;
}

/// A request and the stream its answer belongs to.
#[derive(Debug)]
pub struct StreamRequest {
    /// The stream.
    pub stream: u32,
    /// The request.
    pub request: OwnedRequest,
}

/// The peer has broken the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodecError;

impl fmt::Display for CodecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the peer has broken the protocol")
    }
}

impl std::error::Error for CodecError {}
