//! From a body to messages.

use core::ops::Range;

use crate::BodyError;
use crate::BodyErrorKind;
use crate::Fault;
use crate::FaultCode;
use crate::Limits;
use crate::json::JsonScratch;
use crate::json::Mark;
use crate::json::Reader;

/// What a body has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    /// In their order, at least one.
    pub list: Vec<Message>,
    /// Whether they are in an array.
    pub is_batch: bool,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The id as JSON; `null` where there is none.
    pub id: Vec<u8>,
    /// What it is about.
    pub kind: MessageKind,
}

/// What a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// The first one of a client, with the version that it wants to speak.
    Initialize(Vec<u8>),
    /// Whether somebody is there.
    Ping,
    /// Which tools there are.
    ListTools,
    /// The call of a tool.
    CallTool {
        /// Its name.
        name: Vec<u8>,
        /// Where in the body an object with the arguments is; `None`: there are none.
        arguments: Option<Range<usize>>,
    },
    /// To be answered with this.
    Refused(Fault<'static>),
    /// Not to be answered.
    Notification,
    /// The answer to a request, of which we make none.
    Response,
}

const JSONRPC: u8 = 1;
const METHOD: u8 = 2;
const PARAMS: u8 = 4;
const ID: u8 = 8;
const OUTCOME: u8 = 16;

/// Decodes a body. Whatever is JSON ends well: what is no message is to be [refused](MessageKind::Refused).
///
/// # Errors
///
/// What is wrong with a text that isn't JSON within `limits`.
pub fn decode(
    body: &[u8],
    limits: &Limits,
    scratch: &mut JsonScratch,
) -> Result<Messages, BodyError> {
    let mut reader = Reader::start(body, limits, scratch)?;
    let decoded = messages(&mut reader, limits.max_batch).and_then(|messages| {
        reader.finish()?;
        Ok(messages)
    });
    decoded.map_err(|kind| BodyError {
        kind,
        offset: reader.offset(),
    })
}

fn messages(reader: &mut Reader<'_>, max_batch: usize) -> Result<Messages, BodyErrorKind> {
    if reader.peek() != b'[' {
        return Ok(Messages {
            list: vec![message(reader)?],
            is_batch: false,
        });
    }
    reader.enter()?;
    let mut list = Vec::new();
    let mut is_too_long = false;
    if reader.peek() != b']' {
        loop {
            if list.len() < max_batch {
                list.push(message(reader)?);
            } else {
                reader.skip()?;
                is_too_long = true;
            }
            if !reader.take(b',') {
                break;
            }
        }
    }
    reader.leave(b']')?;
    let refusal = if is_too_long {
        Fault::with_message(FaultCode::InvalidRequest, "Too many messages in one batch")
    } else if list.is_empty() {
        FaultCode::InvalidRequest.fault()
    } else {
        let is_batch = true;
        return Ok(Messages { list, is_batch });
    };
    Ok(Messages {
        list: vec![Message::refused(refusal)],
        is_batch: false,
    })
}

impl Message {
    fn refused(fault: Fault<'static>) -> Self {
        Self {
            id: b"null".to_vec(),
            kind: MessageKind::Refused(fault),
        }
    }
}

/// One message, which is next.
fn message(reader: &mut Reader<'_>) -> Result<Message, BodyErrorKind> {
    if reader.peek() != b'{' {
        reader.skip()?;
        return Ok(Message::refused(FaultCode::InvalidRequest.fault()));
    }
    reader.enter()?;
    let mut seen = 0;
    let mut is_invalid = false;
    let mut method = Vec::new();
    let mut id = b"null".to_vec();
    let mut params: Option<Mark> = None;
    if reader.peek() != b'}' {
        loop {
            let name = reader.name()?;
            let member = match name {
                b"jsonrpc" => JSONRPC,
                b"method" => METHOD,
                b"params" => PARAMS,
                b"id" => ID,
                b"result" | b"error" => OUTCOME,
                _ => 0,
            };
            is_invalid |= seen & member != 0;
            seen |= member;
            match (member, reader.peek()) {
                (JSONRPC, b'"') => is_invalid |= reader.string()? != b"2.0",
                (METHOD, b'"') => method = reader.string()?.to_vec(),
                (ID, b'"' | b'-' | b'0'..=b'9') => {
                    let start = reader.offset();
                    reader.skip()?;
                    id = reader.since(start).to_vec();
                }
                (PARAMS, b'{') => {
                    params = Some(reader.mark());
                    reader.skip()?;
                }
                (0 | OUTCOME, _) => reader.skip()?,
                _ => {
                    is_invalid = true;
                    reader.skip()?;
                }
            }
            if !reader.take(b',') {
                break;
            }
        }
    }
    reader.leave(b'}')?;
    let kind = match seen & (METHOD | ID | OUTCOME) {
        _ if is_invalid || seen & JSONRPC == 0 => {
            MessageKind::Refused(FaultCode::InvalidRequest.fault())
        }
        METHOD => MessageKind::Notification,
        OUTCOME => MessageKind::Response,
        given if given == ID | OUTCOME => MessageKind::Response,
        given if given == METHOD | ID => {
            let end = reader.mark();
            let kind = request(reader, &method, params)?;
            reader.rewind(end);
            kind
        }
        _ => MessageKind::Refused(FaultCode::InvalidRequest.fault()),
    };
    Ok(Message { id, kind })
}

/// A request whose parameters begin at `params`. The reader is left anywhere.
fn request(
    reader: &mut Reader<'_>,
    method: &[u8],
    params: Option<Mark>,
) -> Result<MessageKind, BodyErrorKind> {
    Ok(match method {
        b"initialize" => match members(reader, params, b"protocolVersion")?.text {
            Some(version) => MessageKind::Initialize(version),
            None => refused("protocolVersion must be a string"),
        },
        b"ping" => MessageKind::Ping,
        b"tools/list" => {
            if members(reader, params, b"cursor")?.is_given {
                refused("There is no such cursor")
            } else {
                MessageKind::ListTools
            }
        }
        b"tools/call" => {
            let found = members(reader, params, b"name")?;
            match (found.text, found.arguments) {
                (Some(name), Ok(arguments)) => MessageKind::CallTool { name, arguments },
                (None, _) => refused("name must be a string"),
                (_, Err(NoObject)) => refused("arguments must be an object"),
            }
        }
        _ => MessageKind::Refused(FaultCode::MethodNotFound.fault()),
    })
}

fn refused(message: &'static str) -> MessageKind {
    MessageKind::Refused(Fault::with_message(FaultCode::InvalidParams, message))
}

/// What was given as arguments is no object.
struct NoObject;

/// What is looked for in parameters.
struct Members {
    /// Whether there is a member of the wanted name, and what it has if that is a text.
    is_given: bool,
    text: Option<Vec<u8>>,
    arguments: Result<Option<Range<usize>>, NoObject>,
}

/// Looks for a member with a text, and for arguments; of repeated ones the last one counts.
fn members(
    reader: &mut Reader<'_>,
    params: Option<Mark>,
    wanted: &[u8],
) -> Result<Members, BodyErrorKind> {
    let mut found = Members {
        is_given: false,
        text: None,
        arguments: Ok(None),
    };
    let Some(params) = params else {
        return Ok(found);
    };
    reader.rewind(params);
    reader.enter()?;
    if reader.peek() == b'}' {
        return Ok(found);
    }
    loop {
        let name = reader.name()?;
        let (is_wanted, is_arguments) = (name == wanted, name == b"arguments");
        let first = reader.peek();
        let start = reader.offset();
        if is_wanted && first == b'"' {
            found.text = Some(reader.string()?.to_vec());
        } else {
            reader.skip()?;
            if is_wanted {
                found.text = None;
            }
        }
        found.is_given |= is_wanted && first != b'n';
        if is_arguments {
            found.arguments = match first {
                b'{' => Ok(Some(start..reader.offset())),
                // Some clients write null for what they leave out.
                b'n' => Ok(None),
                _ => Err(NoObject),
            };
        }
        if !reader.take(b',') {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &str) -> Messages {
        decode(body.as_bytes(), &Limits::default(), &mut JsonScratch::new()).unwrap()
    }

    fn single(body: &str) -> (String, MessageKind) {
        let Messages { mut list, is_batch } = decoded(body);
        assert_eq!((list.len(), is_batch), (1, false));
        let message = list.remove(0);
        (String::from_utf8(message.id).unwrap(), message.kind)
    }

    fn call(body: &str) -> (String, Option<&str>) {
        match single(body).1 {
            MessageKind::CallTool { name, arguments } => (
                String::from_utf8(name).unwrap(),
                arguments.map(|range| &body[range]),
            ),
            other => panic!("no call: {other:?}"),
        }
    }

    fn refusal(body: &str) -> (String, i32) {
        match single(body) {
            (id, MessageKind::Refused(fault)) => (id, fault.code),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn calls_have_a_name_and_arguments() {
        assert_eq!(
            call(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\u0062","arguments": {"x":[1,{}]} ,"_meta":{"name":1}}}"#
            ),
            ("ab".to_owned(), Some(r#"{"x":[1,{}]}"#))
        );
        assert_eq!(
            call(
                r#"{"params":{"arguments":{ },"name":"ab"},"id":"x","method":"tools/call","jsonrpc":"2.0"}"#
            ),
            ("ab".to_owned(), Some("{ }"))
        );
        for arguments in ["", r#","arguments":null"#] {
            assert_eq!(
                call(&format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"ab"{arguments}}}}}"#
                )),
                ("ab".to_owned(), None)
            );
        }
    }

    #[test]
    fn other_messages_are_told_apart() {
        for (body, id, kind) in [
            (
                r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}"#,
                "0",
                MessageKind::Initialize(b"2025-06-18".to_vec()),
            ),
            (
                r#"{"jsonrpc":"2.0","id":"\u00e9","method":"ping"}"#,
                r#""\u00e9""#,
                MessageKind::Ping,
            ),
            (
                r#"{"jsonrpc":"2.0","id":-7,"method":"tools/list","params":{}}"#,
                "-7",
                MessageKind::ListTools,
            ),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
                "null",
                MessageKind::Notification,
            ),
            (
                r#"{"jsonrpc":"2.0","method":"tools/call","params":{}}"#,
                "null",
                MessageKind::Notification,
            ),
            (
                r#"{"jsonrpc":"2.0","id":3,"result":{}}"#,
                "3",
                MessageKind::Response,
            ),
            (
                r#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":""}}"#,
                "3",
                MessageKind::Response,
            ),
        ] {
            assert_eq!(single(body), (id.to_owned(), kind), "{body}");
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for (body, id, code) in [
            ("1", "null", -32600),
            ("[]", "null", -32600),
            ("{}", "null", -32600),
            (r#"{"id":1,"method":"ping"}"#, "1", -32600),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1", -32600),
            (
                r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
                "null",
                -32600,
            ),
            (
                r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
                "null",
                -32600,
            ),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, "1", -32600),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}"#,
                "1",
                -32600,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
                "1",
                -32600,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":1}"#,
                "1",
                -32600,
            ),
            (r#"{"jsonrpc":"2.0","id":1}"#, "1", -32600),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#,
                "1",
                -32601,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
                "1",
                -32602,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#,
                "1",
                -32602,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
                "1",
                -32602,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":[]}}"#,
                "1",
                -32602,
            ),
        ] {
            assert_eq!(refusal(body), (id.to_owned(), code), "{body}");
        }
    }

    #[test]
    fn batches_have_their_messages_in_order_and_a_limit() {
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let batch = decoded(&format!("[{ping}, 7, {ping}]"));
        assert!(batch.is_batch);
        let kinds: Vec<_> = batch.list.into_iter().map(|message| message.kind).collect();
        assert_eq!(
            kinds,
            [
                MessageKind::Ping,
                MessageKind::Refused(FaultCode::InvalidRequest.fault()),
                MessageKind::Ping
            ]
        );
        let limits = Limits {
            max_batch: 2,
            ..Limits::default()
        };
        let body = format!("[{ping},{ping},{ping}]");
        let messages = decode(body.as_bytes(), &limits, &mut JsonScratch::new()).unwrap();
        assert_eq!((messages.list.len(), messages.is_batch), (1, false));
    }

    #[test]
    fn what_is_no_json_has_a_place() {
        for (body, offset) in [("", 0), ("{", 1), (r#"{"a":1}x"#, 7), ("[1,", 3)] {
            let error = decode(body.as_bytes(), &Limits::default(), &mut JsonScratch::new());
            assert_eq!(error.unwrap_err().offset, offset, "{body}");
        }
    }
}
