//! Values: the events of one `value` element.

use super::scalar;
use crate::BodyErrorKind;
use crate::Builder;
use crate::DateTime;
use crate::base64;
use crate::error::Stop;
use crate::xml::Content;
use crate::xml::Reader;

/// Memory for values.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The containers around the current one: item count times two, plus one for a struct.
    outer: Vec<usize>,
    /// Decoded base64.
    binary: Vec<u8>,
}

impl Scratch {
    pub(super) const fn new() -> Self {
        Self {
            outer: Vec::new(),
            binary: Vec::new(),
        }
    }

    pub(super) fn shrink_to(&mut self, max_bytes: usize) {
        self.binary.clear();
        self.binary.shrink_to(max_bytes);
        self.outer.clear();
        self.outer.shrink_to(max_bytes / size_of::<usize>());
    }

    /// The item count and kind of the container around the one that ends.
    fn leave(&mut self) -> (usize, bool) {
        let outer = self.outer.pop().unwrap_or_default();
        (outer >> 1, outer & 1 == 1)
    }
}

/// Reads the value whose `value` element is open, however deep, without recursion. It is closed then.
pub(super) fn read<B: Builder>(
    reader: &mut Reader<'_>,
    scratch: &mut Scratch,
    builder: &mut B,
    max_depth: usize,
) -> Result<(), Stop<B::Error>> {
    scratch.outer.clear();
    // The container we are in, if any: how many items it has so far, and its kind.
    let (mut count, mut is_struct) = (0usize, false);
    'value: loop {
        match reader.content()? {
            Content::Text(text) => builder.string(text).map_err(Stop::Builder)?,
            Content::Element(open @ (b"array" | b"struct")) => {
                if scratch.outer.len() + 1 >= max_depth {
                    return Err(BodyErrorKind::TooDeep.into());
                }
                scratch.outer.push(count << 1 | usize::from(is_struct));
                count = 0;
                is_struct = open == b"struct";
                if is_struct {
                    builder.begin_object().map_err(Stop::Builder)?;
                } else {
                    if reader.child()? != Some(b"data") {
                        return Err(NOT_A_CALL.into());
                    }
                    builder.begin_array().map_err(Stop::Builder)?;
                }
                if next_item(reader, builder, is_struct)? {
                    continue 'value;
                }
                end_container(reader, builder, is_struct, 0)?;
                (count, is_struct) = scratch.leave();
            }
            Content::Element(b"string") => {
                builder.string(reader.text()?).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"int" | b"i4") => {
                let value = scalar::int_32(reader.text()?).ok_or(BodyErrorKind::InvalidValue)?;
                builder.int(value).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"i8" | b"ex:i8") => {
                let value = scalar::int(reader.text()?).ok_or(BodyErrorKind::InvalidValue)?;
                builder.int(value).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"boolean") => {
                let value = scalar::boolean(reader.text()?).ok_or(BodyErrorKind::InvalidValue)?;
                builder.bool(value).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"double") => {
                let value = scalar::double(reader.text()?).ok_or(BodyErrorKind::InvalidValue)?;
                builder.float(value).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"dateTime.iso8601") => {
                let value = DateTime::parse(reader.text()?).ok_or(BodyErrorKind::InvalidValue)?;
                builder.date_time(&value).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"base64") => {
                scratch.binary.clear();
                base64::read(&mut scratch.binary, reader.text()?)
                    .ok_or(BodyErrorKind::InvalidValue)?;
                builder.binary(&scratch.binary).map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(b"nil" | b"ex:nil") => {
                if !reader.text()?.is_empty() {
                    return Err(BodyErrorKind::InvalidValue.into());
                }
                builder.null().map_err(Stop::Builder)?;
                reader.close()?;
            }
            Content::Element(_) => return Err(NOT_A_CALL.into()),
        }
        // A value is complete: what follows belongs to the container around it.
        while !scratch.outer.is_empty() {
            count += 1;
            if is_struct {
                reader.close()?;
            }
            if next_item(reader, builder, is_struct)? {
                continue 'value;
            }
            end_container(reader, builder, is_struct, count)?;
            (count, is_struct) = scratch.leave();
        }
        return Ok(());
    }
}

/// Opens the next item's `value`, telling a member's name; or, there being none left, closes `data` or `struct`.
#[inline]
fn next_item<B: Builder>(
    reader: &mut Reader<'_>,
    builder: &mut B,
    is_struct: bool,
) -> Result<bool, Stop<B::Error>> {
    match (reader.child()?, is_struct) {
        (None, _) => Ok(false),
        (Some(b"value"), false) => Ok(true),
        (Some(b"member"), true) => {
            if reader.child()? != Some(b"name") {
                return Err(NOT_A_CALL.into());
            }
            builder.key(reader.text()?).map_err(Stop::Builder)?;
            if reader.child()? == Some(b"value") {
                Ok(true)
            } else {
                Err(NOT_A_CALL.into())
            }
        }
        (Some(_), _) => Err(NOT_A_CALL.into()),
    }
}

/// Tells the end of a container whose items are over, and closes what is still open of it and its `value`.
#[inline]
fn end_container<B: Builder>(
    reader: &mut Reader<'_>,
    builder: &mut B,
    is_struct: bool,
    count: usize,
) -> Result<(), Stop<B::Error>> {
    if is_struct {
        builder.end_object(count).map_err(Stop::Builder)?;
    } else {
        reader.close()?;
        builder.end_array(count).map_err(Stop::Builder)?;
    }
    reader.close().map_err(Stop::Body)
}

const NOT_A_CALL: BodyErrorKind = BodyErrorKind::NotACall;
