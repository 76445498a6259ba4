//! Files on their way to a client: kargo-files says what, kargo-net sends it.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

use kargo_files::{Body, Files, Reply, Request};
use kargo_loop::EventLoop;
use kargo_net::{Answer, AnswerError, FileBody, RequestId, RequestRef, Server as NetServer};

use crate::log::{self, Level};
use crate::serve::route::Target;

/// How often the log is told that files can't be sent: each request would be too often.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// A directory where somebody has mounted it.
#[derive(Debug)]
pub(crate) struct Mounted {
    files: Files,
    /// Who answers what is no file.
    pub(crate) otherwise: Option<Target>,
    told_at: Cell<Option<Instant>>,
}

impl Mounted {
    pub(crate) fn new(files: Files, otherwise: Option<Target>) -> Self {
        Self {
            files,
            otherwise,
            told_at: Cell::new(None),
        }
    }

    /// The answer to a request for what is at `path` below the mount; `None` if it is not ours.
    pub(crate) fn find(&self, request: &RequestRef<'_>, path: &[u8]) -> Option<Reply<'_>> {
        self.files.answer(&Request {
            head: request.head(),
            bytes: request.bytes(),
            path,
            is_optional: self.otherwise.is_some(),
            now: SystemTime::now(),
        })
    }

    /// Sends an answer of [`Self::find`].
    pub(crate) fn send(
        &self,
        net: &mut NetServer,
        events: &mut EventLoop,
        id: RequestId,
        reply: Reply<'_>,
    ) {
        if let Some(problem) = &reply.problem {
            self.tell(events, problem);
        }
        let headers: Vec<(&[u8], &[u8])> = reply
            .headers
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let content_type = reply.content_type.as_deref().map(str::as_bytes);
        let answer = Answer {
            content_type,
            ..Answer::new(reply.status).headers(&headers)
        };
        let sent = match reply.body {
            Some(body) => net.answer_file(events, id, &answer, file_body(body)),
            None => send_text(net, events, id, &answer),
        };
        match sent {
            // A client that is gone needs no answer, and the headers were checked.
            Ok(()) | Err(AnswerError::Gone | AnswerError::Encode(_)) => {}
            Err(AnswerError::File(error)) => {
                self.tell(events, &error);
                let _gone = send_text(net, events, id, &Answer::new(500));
            }
        }
    }

    #[cold]
    fn tell(&self, events: &EventLoop, problem: &std::io::Error) {
        let now = events.now();
        let told_at = self.told_at.get();
        if told_at.is_none_or(|at| now - at >= TELL_AGAIN) {
            self.told_at.set(Some(now));
            log::event(
                Level::Warning,
                "a file can't be sent",
                &[
                    ("directory", &self.files.directory().to_string_lossy()),
                    ("error", &problem.to_string()),
                ],
            );
        }
    }
}

/// An answer without a file: what went wrong in words, or nothing.
fn send_text(
    net: &mut NetServer,
    events: &mut EventLoop,
    id: RequestId,
    answer: &Answer<'_>,
) -> Result<(), AnswerError> {
    if answer.status < 400 {
        return net.answer(events, id, answer, b"");
    }
    let phrase = kargo_http::reason_phrase(answer.status);
    let text = format!("{} {phrase}\n", answer.status);
    let answer = answer.content_type(b"text/plain; charset=utf-8");
    net.answer(events, id, &answer, text.as_bytes())
}

fn file_body(body: Body) -> FileBody {
    let mut sent = FileBody::new(body.file);
    for (before, range) in body.parts {
        sent.push_bytes(before);
        sent.push_range(range.start, range.len());
    }
    sent.push_bytes(body.end);
    sent
}
