//! What a body means, as text: for vectors and fuzzing.
//!
//! A line per part, `field NAME value` or `file NAME FILENAME TYPE value`, bytes escaped, then how it ends: `end`, or
//! `error STATUS reason`. It must not depend on how the bytes were cut.

use super::Decoder;
use super::Event;
use super::Limits;
use super::MultipartError;

/// Decodes `bytes` as they would come in pieces that end at `ends`, ascending; the last is the end of the body.
pub fn transcript(
    content_type: &[u8],
    bytes: &[u8],
    limits: &Limits,
    ends: impl Iterator<Item = usize>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let outcome = match super::boundary(content_type) {
        None => return vec!["other".to_owned()],
        Some(Err(error)) => Err(error),
        Some(Ok(boundary)) => {
            let mut decoder = Decoder::new(boundary, limits);
            read(&mut decoder, bytes, ends, &mut lines)
        }
    };
    lines.push(match outcome {
        Ok(()) => "end".to_owned(),
        Err(error) => format!("error {} {error}", error.status()),
    });
    lines
}

fn read(
    decoder: &mut Decoder,
    bytes: &[u8],
    ends: impl Iterator<Item = usize>,
    lines: &mut Vec<String>,
) -> Result<(), MultipartError> {
    let mut at = 0;
    let mut line = String::new();
    let mut data = Vec::new();
    for end in ends {
        loop {
            let piece = bytes.get(at..end).unwrap_or_default();
            match decoder.decode(piece)? {
                Event::Begin { consumed, head } => {
                    at += consumed;
                    line = match &head.file_name {
                        None => format!("field {}", escaped(&head.name)),
                        Some(file_name) => format!(
                            "file {} {} {}",
                            escaped(&head.name),
                            escaped(file_name),
                            head.content_type
                                .as_deref()
                                .map_or_else(|| "-".to_owned(), escaped),
                        ),
                    };
                    data.clear();
                }
                Event::Data {
                    consumed,
                    data: more,
                } => {
                    at += consumed;
                    data.extend_from_slice(more);
                }
                Event::End { consumed } => {
                    at += consumed;
                    lines.push(format!("{line} {}", escaped(&data)));
                }
                Event::More => {
                    at = end;
                    break;
                }
            }
        }
    }
    decoder.finish()
}

/// Words without spaces; what is empty is `""`.
fn escaped(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "\"\"".to_owned();
    }
    bytes.escape_ascii().to_string().replace(' ', "\\s")
}
