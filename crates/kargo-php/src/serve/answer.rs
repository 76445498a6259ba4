//! What a handler gave, as an answer on its connection.

use std::sync::atomic::{AtomicBool, Ordering};

use kargo_net::{Answer, AnswerError, BodySlot, RequestId};

use crate::classes::headers::header_lines;
use crate::classes::response;
use crate::engine::throw::class;
use crate::engine::value::class_of;
use crate::engine::{Kind, Zv};
use crate::log::Level;
use crate::rpc::cors;
use crate::rpc::json;
use crate::serve::current;
use crate::serve::handler;
use crate::serve::runtime;

const TEXT: &[u8] = b"text/plain; charset=utf-8";
const JSON: &[u8] = b"application/json";

/// Answers with what a handler returned.
pub(crate) fn send_result(id: RequestId, result: Zv) {
    let result = result.dereferenced();
    match result.kind() {
        Kind::String if current::with(|current| current.cookie.is_some()) => {
            let answer = Answer::new(200).content_type(TEXT);
            send(id, &answer, result.bytes().unwrap_or_default());
        }
        Kind::String => send_text(id, result.bytes().unwrap_or_default()),
        Kind::Array => send_json(id, result),
        Kind::Object
            if result
                .object()
                .is_some_and(|object| class_of(object) == class::response()) =>
        {
            send_response(id, result);
        }
        _ => {
            panic_if_asked();
            current::report(
                Level::Error,
                "handler returned something that is no string, array or Kargo\\Http\\Response",
                &[("type", result.type_name())],
            );
            send_failure(id, 500, None);
        }
    }
}

/// Set by `Kargo\Internal\panic(afterwards: true)` in tests.
pub(crate) static PANIC_AFTERWARDS: AtomicBool = AtomicBool::new(false);

#[expect(
    clippy::panic,
    reason = "tests prove that a panic here costs one request"
)]
fn panic_if_asked() {
    if PANIC_AFTERWARDS.swap(false, Ordering::Relaxed) {
        panic!("panic on purpose, while answering");
    }
}

/// Answers 200 with a text: what a handler gives most often.
#[inline]
pub(crate) fn send_text(id: RequestId, text: &[u8]) {
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            // A client that is gone needs no answer; nothing else can be refused here.
            let _gone = serving.net.answer_plain_text(events, id, text);
        }
    });
}

/// Answers with a head and a whole body.
pub(crate) fn send(id: RequestId, answer: &Answer<'_>, body: &[u8]) {
    let result = runtime::with(|runtime| {
        let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut())
        else {
            return Err(AnswerError::Gone);
        };
        cors::with_lines(answer, |answer| {
            serving.net.answer(events, id, answer, body)
        })
    });
    match result {
        // A client that went away is no event: it happens all day.
        Ok(()) | Err(AnswerError::Gone) => {}
        Err(error) => {
            current::report(
                Level::Error,
                "the answer can't be sent",
                &[("reason", &error.to_string())],
            );
            send_failure(id, 500, None);
        }
    }
}

fn send_response(id: RequestId, response: Zv) {
    let parts = response.object().and_then(response::parts);
    let Some(parts) = parts else {
        current::report(
            Level::Error,
            "handler returned a Response that was never constructed",
            &[],
        );
        send_failure(id, 500, None);
        return;
    };
    let lines: Vec<(&[u8], &[u8])> = header_lines(parts.headers).collect();
    let mut answer = Answer::new(parts.status).headers(&lines);
    if !parts.body.is_empty() {
        answer = answer.content_type(TEXT);
    }
    send(id, &answer, parts.body);
}

/// An error answer: the status and its phrase, or the message that a handler meant for the client.
pub(crate) fn send_failure(id: RequestId, status: u16, message: Option<&str>) {
    send_failure_with(id, status, message, &[]);
}

/// The same with header lines, which must be such as HTTP allows.
pub(crate) fn send_failure_with(
    id: RequestId,
    status: u16,
    message: Option<&str>,
    lines: &[(&[u8], &[u8])],
) {
    let number = current::with(|current| current.number);
    let name = current::request_name(number);
    let text = match message {
        Some(message) if !message.is_empty() => format!("{message}\n"),
        _ => format!("{status} {}\n", kargo_http::reason_phrase(status)),
    };
    let mut all: Vec<(&[u8], &[u8])> = lines.to_vec();
    if status >= 500 && number != 0 {
        all.push((b"X-Request-Id", name.as_bytes()));
    }
    let answer = Answer::new(status).content_type(TEXT).headers(&all);
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            // A client that is gone needs no answer; this head can always be encoded.
            let _gone = cors::with_lines(&answer, |answer| {
                serving.net.answer(events, id, answer, text.as_bytes())
            });
        }
    });
}

/// Begins an answer whose body is written straight into the connection's output.
pub(crate) fn begin(id: RequestId, answer: &Answer<'_>) -> Option<BodySlot> {
    runtime::with(|runtime| {
        let serving = runtime.serving.as_mut()?;
        let events = runtime.events.as_mut()?;
        cors::with_lines(answer, |answer| serving.net.begin_whole(events, id, answer)).ok()
    })
}

/// Sends what [`begin`] began.
pub(crate) fn finish(slot: BodySlot) {
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            // Only a client that is gone can refuse it now.
            let _gone = serving.net.finish_whole(events, slot);
        }
    });
}

/// Takes back what [`begin`] began; the request still waits for an answer.
pub(crate) fn cancel(slot: BodySlot) {
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            serving.net.cancel_whole(events, slot);
        }
    });
}

fn send_json(id: RequestId, value: Zv) {
    let Some(mut slot) = begin(id, &Answer::new(200).content_type(JSON)) else {
        return;
    };
    match json::encode_protected(value, slot.buffer()) {
        Ok(()) => finish(slot),
        Err(json::Failed::Mismatch(_)) => {
            cancel(slot);
            send_failure(id, 500, None);
        }
        Err(json::Failed::Encode(error)) => {
            cancel(slot);
            current::report(
                Level::Error,
                "handler returned an array that can't be JSON",
                &[("reason", &error.to_string())],
            );
            send_failure(id, 500, None);
        }
        Err(json::Failed::Call(outcome)) => {
            cancel(slot);
            handler::answer_failure(id, outcome);
        }
    }
}
