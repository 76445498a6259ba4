//! What the bytes of a connection mean, as text: for vectors, fuzzing and trying things out.
//!
//! A transcript has one line per message, `request METHOD TARGET host=… version=… connection=…
//! body=…`, the bytes escaped; then `error STATUS reason`, `incomplete` or `close` if that is how
//! it ends. It must not depend on how the bytes were cut.

use crate::BodyDecoder;
use crate::BodyEvent;
use crate::HeadDecoder;
use crate::Limits;
use crate::RequestHead;
use crate::Version;

/// Decodes `bytes` as they would come in pieces that end at `ends`, ascending. What is behind the
/// last end never comes.
pub fn transcript(bytes: &[u8], limits: &Limits, ends: impl Iterator<Item = usize>) -> Vec<String> {
    let mut reader = Reader {
        decoder: HeadDecoder::new(),
        head: RequestHead::new(),
        body: None,
        at: 0,
        lines: Vec::new(),
    };
    for end in ends {
        if reader
            .read(bytes.get(..end).unwrap_or(bytes), limits)
            .is_none()
        {
            return reader.lines;
        }
    }
    if reader.body.is_some() || reader.at < bytes.len() {
        reader.lines.push("incomplete".to_owned());
    }
    reader.lines
}

struct Reader {
    decoder: HeadDecoder,
    head: RequestHead,
    /// The body in progress: its decoder, the line about its head, and what came of it.
    body: Option<(BodyDecoder, String, Vec<u8>)>,
    /// What is done with.
    at: usize,
    lines: Vec<String>,
}

impl Reader {
    /// Reads all that is there; `None` if the connection is at its end.
    fn read(&mut self, bytes: &[u8], limits: &Limits) -> Option<()> {
        loop {
            let unread = bytes.get(self.at..).unwrap_or_default();
            let Some((decoder, _, body)) = &mut self.body else {
                match self.decoder.decode(unread, limits, &mut self.head) {
                    Ok(None) => return Some(()),
                    Ok(Some(taken)) => {
                        let decoder = BodyDecoder::new(self.head.body_framing(), limits);
                        self.body = Some((decoder, describe(&self.head, unread), Vec::new()));
                        self.at += taken;
                    }
                    Err(error) => return self.end(format!("error {} {error}", error.status())),
                }
                continue;
            };
            match decoder.decode(unread) {
                Ok(BodyEvent::Data { consumed, data }) => {
                    body.extend_from_slice(unread.get(data).unwrap_or_default());
                    self.at += consumed;
                }
                Ok(BodyEvent::More { consumed }) => {
                    self.at += consumed;
                    return Some(());
                }
                Ok(BodyEvent::End { consumed }) => {
                    self.at += consumed;
                    self.complete()?;
                }
                Err(error) => return self.end(format!("error {} {error}", error.status())),
            }
        }
    }

    fn complete(&mut self) -> Option<()> {
        let (_, line, body) = self.body.take()?;
        self.lines
            .push(format!("{line} body={}", body.escape_ascii()));
        if self.head.keep_alive() {
            Some(())
        } else {
            self.end("close".to_owned())
        }
    }

    fn end(&mut self, line: String) -> Option<()> {
        self.lines.push(line);
        None
    }
}

fn describe(head: &RequestHead, bytes: &[u8]) -> String {
    let version = match head.version() {
        Version::Http10 => "1.0",
        Version::Http11 => "1.1",
    };
    let mut line = format!(
        "request {} {} path={} query={} host={} version={version} connection={} expect={} upgrade={}",
        head.method_name(bytes).escape_ascii(),
        head.target(bytes).escape_ascii(),
        head.path(bytes).escape_ascii(),
        head.query(bytes)
            .map_or("-".to_owned(), |query| query.escape_ascii().to_string()),
        head.host(bytes)
            .map_or("-".to_owned(), |host| host.escape_ascii().to_string()),
        if head.keep_alive() {
            "keep-alive"
        } else {
            "close"
        },
        if head.expects_continue() {
            "continue"
        } else {
            "-"
        },
        if head.wants_upgrade() { "yes" } else { "-" },
    );
    for (name, value) in head.headers(bytes) {
        line.push_str(&format!(
            " {}:{}",
            name.escape_ascii(),
            value.escape_ascii()
        ));
    }
    line.replace('\r', "\\r").replace('\n', "\\n")
}
