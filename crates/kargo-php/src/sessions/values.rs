//! PHP values as the bytes that sessions are kept in: [`kargo_policy::session::value`].

use kargo_policy::session::value::{DEEPEST, Reader, Token};

use crate::engine::value::{Key, array_iter, array_len, array_push, new_array};
use crate::engine::{Kind, Owned, Zv, ffi};

/// Appends a value.
///
/// # Errors
/// What can't be kept, to be read after "must not hold ".
pub(crate) fn encode(value: Zv, out: &mut Vec<u8>) -> Result<(), String> {
    encode_nested(value, out, 0)
}

fn encode_nested(value: Zv, out: &mut Vec<u8>, depth: usize) -> Result<(), String> {
    let value = value.dereferenced();
    let token = match value.kind() {
        Kind::Null | Kind::Undefined => Token::Null,
        Kind::False => Token::Bool(false),
        Kind::True => Token::Bool(true),
        Kind::Int => Token::Int(value.int().unwrap_or_default()),
        Kind::Float => Token::Float(value.float().unwrap_or_default()),
        Kind::String => Token::Bytes(value.bytes().unwrap_or_default()),
        Kind::Array => return encode_array(value, out, depth),
        _ => {
            return Err(format!(
                "{}, only null, bool, int, float, string and arrays of them",
                value.type_name()
            ));
        }
    };
    token.write(out);
    Ok(())
}

fn encode_array(value: Zv, out: &mut Vec<u8>, depth: usize) -> Result<(), String> {
    if depth == DEEPEST {
        return Err(format!("arrays nested deeper than {DEEPEST}"));
    }
    let Some(array) = value.array() else {
        return Ok(());
    };
    let count = array_len(array) as usize;
    let mut entries = array_iter(array);
    let is_list = entries.is_packed() && entries.len_used() as usize == count;
    if is_list {
        Token::List(count).write(out);
    } else {
        Token::Map(count).write(out);
    }
    entries.try_for_each(|(key, value)| {
        match key {
            _ if is_list => {}
            Key::Index(index) => Token::Int(index).write(out),
            Key::Name(name) => Token::Bytes(name).write(out),
        }
        encode_nested(value, out, depth + 1)
    })
}

/// The value that `bytes` are, which were looked at when they were read; null if they are none.
pub(crate) fn decode(bytes: &[u8]) -> Owned {
    let mut value = Owned::undefined();
    if decode_next(&mut Reader::new(bytes), value.zv(), 0).is_none() {
        value.zv().release();
        value.zv().set_null();
    }
    value
}

fn decode_next(reader: &mut Reader<'_>, to: Zv, depth: usize) -> Option<()> {
    match reader.token()? {
        Token::Null => to.set_null(),
        Token::Bool(it) => to.set_bool(it),
        Token::Int(it) => to.set_int(it),
        Token::Float(it) => to.set_float(it),
        Token::Bytes(it) => to.set_bytes(it),
        Token::List(_) | Token::Map(_) if depth == DEEPEST => return None,
        Token::List(count) => {
            let array = new_array(u32::try_from(count).ok()?);
            to.set_array(array);
            for _ in 0..count {
                let mut value = Owned::undefined();
                decode_next(reader, value.zv(), depth + 1)?;
                array_push(array, value.zv());
                value.zv().set_undefined();
            }
        }
        Token::Map(count) => {
            let array = new_array(u32::try_from(count).ok()?);
            to.set_array(array);
            for _ in 0..count {
                let mut key = Owned::undefined();
                match reader.token()? {
                    Token::Int(index) => key.zv().set_int(index),
                    Token::Bytes(name) => key.zv().set_bytes(name),
                    _ => return None,
                }
                let mut value = Owned::undefined();
                decode_next(reader, value.zv(), depth + 1)?;
                // SAFETY: both are set, and the key is an integer or a string.
                if unsafe { ffi::kg_array_set(array, key.zv().0, value.zv().0) } {
                    value.zv().set_undefined();
                }
            }
        }
    }
    Some(())
}
