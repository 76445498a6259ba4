//! One request for a script, from its worker's side. The stack waits for the script process, and then for the client where
//! that one is slow; others run meanwhile.

use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_http::percent;
use kargo_net::{Answer, AnswerError, RequestId};

use super::pool::{Asked, Received};
use super::resolve::{NoScript, Script, resolve};
use super::wire::{self, Kind};
use super::{Scripts, variables};
use crate::app::head::cgi_status;
use crate::log::Level;
use crate::serve::runtime::Runtime;
use crate::serve::server::trusted_proxies;
use crate::serve::streamed::Streamed;
use crate::serve::wait::{self, Wake};
use crate::serve::{answer, current, runtime};

/// Why a request for a script has no answer of that script's.
enum Failed {
    /// All processes are at work, and none has become free in time.
    Crowded,
    /// No process can be made.
    NoProcess,
    /// The process has ended before it had answered.
    Died,
    /// It took longer than it may.
    TimedOut,
    /// This process stops, or nobody wants the answer.
    Stopped,
}

/// The path of a request, decoded: the prefix of the mount, `mounted_at` bytes of it, without a slash at its end; and what is
/// below. `None`: it is no UTF-8, or nobody asks any more.
fn paths(id: RequestId, mounted_at: usize) -> Option<(String, String)> {
    runtime::with(|runtime| {
        let request = runtime.serving.as_mut()?.net.request(id)?;
        let path = request.head().path(request.bytes());
        let (prefix, below) = path.split_at_checked(mounted_at)?;
        let text = |bytes| String::from_utf8(percent::decode(bytes).into_owned()).ok();
        Some((text(prefix)?.trim_end_matches('/').to_owned(), text(below)?))
    })
}

/// Answers a request by a script. The document root is mounted at so many bytes of the path.
pub(crate) fn serve(id: RequestId, scripts: &Rc<Scripts>, mounted_at: usize) {
    let Some((prefix, below)) = paths(id, mounted_at) else {
        return answer::send_failure(id, 404, None);
    };
    let script = match resolve(scripts, &prefix, &below) {
        Ok(script) => script,
        Err(NoScript::NotFound) => return answer::send_failure(id, 404, None),
        Err(NoScript::Slash) => return redirect(id, &format!("{prefix}{below}/")),
    };
    let request = current::with(|current| current.number);
    let Some(bytes) = request_bytes(id, request, scripts, &script) else {
        return;
    };
    let mut sent = Sent::Nothing;
    let failed = match take_process(scripts, Instant::now() + scripts.timeout) {
        Ok(number) => match exchange((id, request), number, &bytes, scripts.timeout, &mut sent) {
            Ok(()) => {
                runtime::with(|runtime| runtime.script_is_done(number, scripts));
                return;
            }
            Err(failed) => {
                runtime::with(|runtime| runtime.end_script_process(number));
                failed
            }
        },
        Err(failed) => failed,
    };
    let (status, message) = match failed {
        Failed::Stopped => (503, None),
        Failed::Crowded => (503, Some("all script processes are at work")),
        Failed::NoProcess => (503, Some("there is no process for a script")),
        Failed::Died => (502, Some("the script process ended before it had answered")),
        Failed::TimedOut => (504, Some("the script took too long; its process was ended")),
    };
    if let Some(message) = message {
        let file = script.file.display().to_string();
        current::report(Level::Error, message, &[("script", &file)]);
    }
    // One whose head is out is broken off instead, so that the client sees that it is not whole.
    match sent {
        Sent::Beginning(streamed) => runtime::with(|runtime| streamed.abandon(runtime)),
        Sent::Nothing => answer::send_failure(id, status, None),
        Sent::All => {}
    }
}

fn request_bytes(
    id: RequestId,
    number: u64,
    scripts: &Scripts,
    script: &Script,
) -> Option<Vec<u8>> {
    let name = current::request_name(number);
    let proxies = trusted_proxies();
    runtime::with(|runtime| {
        let request = runtime.serving.as_mut()?.net.request(id)?;
        let mut out = Vec::with_capacity(2048 + request.body().len());
        variables::write(
            &mut out,
            &request,
            scripts,
            script,
            (number, &name),
            proxies.as_deref(),
        );
        out.extend_from_slice(request.body());
        Some(out)
    })
}

fn redirect(id: RequestId, path: &str) {
    let query = runtime::with(|runtime| {
        let request = runtime.serving.as_mut()?.net.request(id)?;
        let query = request.head().query(request.bytes())?;
        Some([b"?", query].concat())
    });
    let location = [path.as_bytes(), &query.unwrap_or_default()].concat();
    let lines: [(&[u8], &[u8]); 1] = [(b"Location", &location)];
    answer::send(id, &Answer::new(301).headers(&lines), b"");
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Waits for `key`, but not beyond the deadline.
fn wait_for(key: u64, deadline: Instant) -> Result<(), Failed> {
    waited(wait::wait_quietly(key, left(deadline)))
}

fn waited(wake: Option<Wake>) -> Result<(), Failed> {
    match wake {
        Some(Wake::Woken) => Ok(()),
        Some(Wake::TimedOut) => Err(Failed::TimedOut),
        None => Err(Failed::Stopped),
    }
}

fn take_process(scripts: &Scripts, deadline: Instant) -> Result<u64, Failed> {
    loop {
        match runtime::with(|runtime| runtime.ask_for_script_process(scripts)) {
            Asked::Child(number) => return Ok(number),
            Asked::Failed => return Err(Failed::NoProcess),
            Asked::Wait(key) => wait_for(key, deadline).map_err(|failed| {
                runtime::with(|runtime| runtime.stop_asking(scripts, key));
                match failed {
                    Failed::TimedOut => Failed::Crowded,
                    other => other,
                }
            })?,
        }
    }
}

/// Sends the request, then passes on what comes. The second number is that by which script processes know the request.
fn exchange(
    (id, request): (RequestId, u64),
    number: u64,
    mut bytes: &[u8],
    timeout: Duration,
    sent: &mut Sent,
) -> Result<(), Failed> {
    let mut deadline = Instant::now() + timeout;
    while !bytes.is_empty() {
        match runtime::with(|runtime| runtime.send_to_script(number, bytes)) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(Some(key)) => wait_for(key, deadline)?,
            Err(None) => return Err(Failed::Died),
        }
    }
    let mut is_unwanted = false;
    loop {
        let step = runtime::with(|runtime| next(runtime, (id, request), number, *sent));
        match step {
            Step::Done => return Ok(()),
            Step::Over => return Err(Failed::Died),
            // The script goes on without a client.
            Step::Wait(key) if is_unwanted => {
                waited(wait::wait_through_drain(key, left(deadline)))?;
            }
            Step::Wait(key) => wait_for(key, deadline)?,
            Step::Began(began) => *sent = Sent::Beginning(began),
            Step::Finished => {
                *sent = Sent::All;
                is_unwanted = true;
            }
            Step::Write => {}
            Step::ClientIsFull => {
                // That is the client's time, not the script's; the server ends clients that take nothing.
                let since = Instant::now();
                if let Sent::Beginning(streamed) = sent {
                    streamed.wait().map_err(|()| Failed::Stopped)?;
                }
                deadline += since.elapsed();
            }
            Step::Gone if is_unwanted => {}
            Step::Gone => {
                // Told once; what the script still sends is dropped, so that the process is free when it ends.
                is_unwanted = true;
                let _ended =
                    runtime::with(|runtime| runtime.send_to_script(number, &[wire::ABORT]));
            }
            Step::Refused(reason, is_complete) => {
                current::report(
                    Level::Error,
                    "the answer of a script can't be sent",
                    &[("reason", &reason)],
                );
                answer::send_failure(id, 500, None);
                *sent = Sent::All;
                if is_complete {
                    return Ok(());
                }
                is_unwanted = true;
            }
        }
    }
}

/// What the client has of the answer.
#[derive(Clone, Copy)]
enum Sent {
    Nothing,
    Beginning(Streamed),
    All,
}

enum Step {
    /// The answer is complete, and so is the script.
    Done,
    /// The answer is complete, but the script goes on.
    Finished,
    /// The process has ended.
    Over,
    Wait(u64),
    /// A streamed answer has begun.
    Began(Streamed),
    /// A piece of it was sent.
    Write,
    /// The client does not take more yet.
    ClientIsFull,
    /// Nobody takes the answer.
    Gone,
    /// The head is none that can be sent; whether the script has said all.
    Refused(String, bool),
}

/// Works on the next frame of a script process.
fn next(runtime: &mut Runtime, (id, request): (RequestId, u64), number: u64, sent: Sent) -> Step {
    let frame = match runtime.receive_from_script(number, request) {
        Received::Frame(frame) => frame,
        Received::Wait(key) => return Step::Wait(key),
        Received::Over => return Step::Over,
    };
    let step = pass_on(runtime, id, sent, frame.kind, frame.payload());
    runtime.frame_is_done(number, frame);
    step
}

/// Gives the client what a frame has.
fn pass_on(runtime: &mut Runtime, id: RequestId, sent: Sent, kind: Kind, payload: &[u8]) -> Step {
    let result = match kind {
        Kind::Whole | Kind::Finished if !payload.is_empty() => {
            let is_complete = kind == Kind::Whole;
            let result = wire::whole(payload).map_or(Err(AnswerError::Gone), |(head, body)| {
                send_whole(runtime, id, head, body)
            });
            return match result {
                Ok(()) | Err(AnswerError::Gone) if is_complete => Step::Done,
                Ok(()) | Err(AnswerError::Gone) => Step::Finished,
                Err(error) => Step::Refused(error.to_string(), is_complete),
            };
        }
        Kind::Head => begin(runtime, id, payload).map(Step::Began),
        Kind::Body => match sent {
            Sent::Beginning(streamed) => streamed.write(runtime, payload).map(|is_ready| {
                if is_ready {
                    Step::Write
                } else {
                    Step::ClientIsFull
                }
            }),
            Sent::Nothing | Sent::All => Err(AnswerError::Gone),
        },
        Kind::End | Kind::Whole | Kind::Finished => {
            if let Sent::Beginning(streamed) = sent {
                streamed.end(runtime);
            }
            return if kind == Kind::Finished {
                Step::Finished
            } else {
                Step::Done
            };
        }
    };
    match result {
        Ok(step) => step,
        Err(AnswerError::Gone) => Step::Gone,
        Err(error) => Step::Refused(error.to_string(), false),
    }
}

/// Name and value.
type Field<'a> = (&'a [u8], &'a [u8]);

/// The fields of a head that are an answer's; framing, connection and date are the server's.
fn fields(head: &[u8]) -> Option<(u16, Vec<Field<'_>>)> {
    const OURS: [&[u8]; 7] = [
        b"Connection",
        b"Keep-Alive",
        b"Transfer-Encoding",
        b"Content-Length",
        b"Date",
        b"Trailer",
        b"Upgrade",
    ];
    let (mut status, lines) = wire::head(head)?;
    let fields = lines
        .filter_map(|line| {
            let at = memchr::memchr(b':', line)?;
            let (name, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
            if name.eq_ignore_ascii_case(b"status") {
                status = cgi_status(value).unwrap_or(status);
                return None;
            }
            Some((name, value))
        })
        .filter(|(name, _)| !OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name)))
        .collect();
    Some((status, fields))
}

fn send_whole(
    runtime: &mut Runtime,
    id: RequestId,
    head: &[u8],
    body: &[u8],
) -> Result<(), AnswerError> {
    let (status, fields) = fields(head).ok_or(AnswerError::Gone)?;
    let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) else {
        return Err(AnswerError::Gone);
    };
    let answer = Answer::new(status).headers(&fields);
    // It leaves at once, not at the end of the batch: the script may go on.
    serving.net.detach(events, id);
    serving.net.answer(events, id, &answer, body)
}

fn begin(runtime: &mut Runtime, id: RequestId, head: &[u8]) -> Result<Streamed, AnswerError> {
    let (status, fields) = fields(head).ok_or(AnswerError::Gone)?;
    Streamed::begin(runtime, id, &Answer::new(status).headers(&fields))
}
