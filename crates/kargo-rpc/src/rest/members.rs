//! Bodies: one JSON object with an argument in each member, or one value that is an argument as a whole.

use crate::Argument;
use crate::BodyErrorKind;
use crate::Builder;
use crate::CallBuilder;
use crate::DecodeError;
use crate::Limits;
use crate::error::Stop;
use crate::json::JsonScratch;
use crate::json::Reader;

/// Decodes an object whose members are arguments by name. Returns how many there are; a name may be repeated.
///
/// # Errors
///
/// [`DecodeError::Body`] for a text that isn't JSON within `limits`, with [`BodyErrorKind::NotACall`] if it is JSON but no
/// object; [`DecodeError::Builder`] if the builder gave up. The builder may have received a part of it.
pub fn decode_members<B: CallBuilder>(
    body: &[u8],
    limits: &Limits,
    scratch: &mut JsonScratch,
    builder: &mut B,
) -> Result<u32, DecodeError<B::Error>> {
    let mut reader = Reader::start(body, limits, scratch).map_err(DecodeError::Body)?;
    members(&mut reader, builder).map_err(|stop| stop.at(reader.offset()))
}

fn members<B: CallBuilder>(
    reader: &mut Reader<'_>,
    builder: &mut B,
) -> Result<u32, Stop<B::Error>> {
    if reader.peek() != b'{' {
        reader.skip()?;
        reader.finish()?;
        return Err(BodyErrorKind::NotACall.into());
    }
    reader.enter()?;
    let mut count = 0;
    if reader.peek() != b'}' {
        loop {
            let name = reader.name()?;
            builder
                .begin_argument(Argument::Name(name))
                .map_err(Stop::Builder)?;
            reader.value(builder)?;
            count += 1;
            if !reader.take(b',') {
                break;
            }
        }
    }
    reader.leave(b'}')?;
    reader.finish()?;
    Ok(count)
}

/// Decodes a body that is one argument's value.
///
/// # Errors
///
/// As [`crate::json::decode`].
pub fn decode_whole<B: Builder>(
    body: &[u8],
    limits: &Limits,
    scratch: &mut JsonScratch,
    builder: &mut B,
) -> Result<(), DecodeError<B::Error>> {
    crate::json::decode(body, limits, scratch, builder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DateTime;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Told(Vec<String>);

    impl Builder for Told {
        type Error = ();
        fn null(&mut self) -> Result<(), ()> {
            self.0.push("null".into());
            Ok(())
        }
        fn bool(&mut self, value: bool) -> Result<(), ()> {
            self.0.push(value.to_string());
            Ok(())
        }
        fn int(&mut self, value: i64) -> Result<(), ()> {
            self.0.push(value.to_string());
            Ok(())
        }
        fn float(&mut self, value: f64) -> Result<(), ()> {
            self.0.push(format!("{value:?}"));
            Ok(())
        }
        fn string(&mut self, utf8: &[u8]) -> Result<(), ()> {
            self.0.push(format!("{:?}", String::from_utf8_lossy(utf8)));
            Ok(())
        }
        fn binary(&mut self, _: &[u8]) -> Result<(), ()> {
            Err(())
        }
        fn date_time(&mut self, _: &DateTime) -> Result<(), ()> {
            Err(())
        }
        fn begin_array(&mut self) -> Result<(), ()> {
            Ok(())
        }
        fn end_array(&mut self, len: usize) -> Result<(), ()> {
            self.0.push(format!("[{len}]"));
            Ok(())
        }
        fn begin_object(&mut self) -> Result<(), ()> {
            Ok(())
        }
        fn key(&mut self, utf8: &[u8]) -> Result<(), ()> {
            self.string(utf8)
        }
        fn end_object(&mut self, len: usize) -> Result<(), ()> {
            self.0.push(format!("{{{len}}}"));
            Ok(())
        }
    }

    impl CallBuilder for Told {
        fn begin_call(&mut self, _: &[u8]) -> Result<u32, ()> {
            Err(())
        }
        fn begin_argument(&mut self, argument: Argument<'_>) -> Result<(), ()> {
            match argument {
                Argument::Name(name) => {
                    self.0.push(format!("{}:", String::from_utf8_lossy(name)));
                    Ok(())
                }
                Argument::Position(_) => Err(()),
            }
        }
        fn end_call(&mut self, _: usize) -> Result<(), ()> {
            Err(())
        }
        fn discard_call(&mut self) {}
        fn discard_all_calls(&mut self) {}
    }

    fn decoded(body: &str) -> Result<(u32, String), BodyErrorKind> {
        let mut told = Told::default();
        let mut scratch = JsonScratch::new();
        match decode_members(body.as_bytes(), &Limits::default(), &mut scratch, &mut told) {
            Ok(count) => Ok((count, told.0.join(" "))),
            Err(DecodeError::Body(error)) => Err(error.kind),
            Err(DecodeError::Builder(())) => panic!("the builder takes everything"),
        }
    }

    #[test]
    fn members_are_arguments_by_name() {
        assert_eq!(decoded("{}"), Ok((0, String::new())));
        assert_eq!(
            decoded(" {\"a\" : 1, \"b\\u0063\":[true,null] ,\"a\":{\"x\":1.5}} "),
            Ok((3, "a: 1 bc: true null [2] a: \"x\" 1.5 {1}".into()))
        );
    }

    #[test]
    fn anything_but_an_object_is_no_call_if_it_is_json_at_all() {
        for body in ["[]", "1", "null", "\"{}\"", " [{}] "] {
            assert_eq!(decoded(body), Err(BodyErrorKind::NotACall), "{body}");
        }
        for body in ["", " ", "{", "{\"a\":1", "[", "nul"] {
            assert_eq!(decoded(body), Err(BodyErrorKind::UnexpectedEnd), "{body}");
        }
        for body in ["x", "{a:1}", "{\"a\":1,}", "{\"a\" 1}", "[1,]"] {
            assert_eq!(decoded(body), Err(BodyErrorKind::Syntax), "{body}");
        }
        for body in ["{} {}", "[] 1"] {
            assert_eq!(decoded(body), Err(BodyErrorKind::TrailingBytes), "{body}");
        }
        assert_eq!(decoded("{\"\\u0000a\":1}"), Err(BodyErrorKind::InvalidKey));
        assert_eq!(decoded("{\"a\":1e400}"), Err(BodyErrorKind::NumberRange));
    }

    #[test]
    fn depth_counts_the_object_itself() {
        let nested =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(decoded(&nested(510)).is_ok());
        assert_eq!(decoded(&nested(511)), Err(BodyErrorKind::TooDeep));
    }
}
