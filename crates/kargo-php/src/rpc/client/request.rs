//! Methods and parameters as bodies.

use kargo_rpc::json::JsonEncoder;
use kargo_rpc::xmlrpc::{Options, XmlRpcEncoder};
use kargo_rpc::{EncodeError, jsonrpc, xmlrpc};

use super::Protocol;
use crate::engine::value::{Key, array_iter, hold_array, release_array};
use crate::engine::{Call, Thrown, Zv, ffi, throw_value_error};
use crate::rpc::encode;

/// The parameters of a call: an array, and the number of the argument that it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameters {
    array: Option<*mut ffi::zend_array>,
    argument: u32,
}

impl Parameters {
    /// Argument `index`, which may have been left out.
    pub(crate) fn of(call: &Call, index: u32) -> Result<Self, Thrown> {
        let array = match call.argument(index) {
            None => None,
            Some(given) => match given.array() {
                Some(array) => Some(array),
                None => return Err(call.wrong_type(index, c"of type array")),
            },
        };
        Ok(Self {
            array,
            argument: index + 1,
        })
    }

    /// An array inside of argument `number`.
    pub(crate) fn inside(array: Option<*mut ffi::zend_array>, number: u32) -> Self {
        Self {
            array,
            argument: number,
        }
    }

    fn is_by_position(self) -> bool {
        self.array.is_none_or(encode::is_list)
    }

    fn is_by_name(self) -> bool {
        let is_name = |(key, _)| matches!(key, Key::Name(_));
        self.array
            .is_some_and(|array| array_iter(array).all(is_name))
    }

    fn refused(self, message: &str) -> Thrown {
        throw_value_error(self.argument, message)
    }

    /// What became of writing them, or a method's name.
    fn written(self, written: Result<(), EncodeError>) -> Result<(), Thrown> {
        let Err(error) = written else {
            return Ok(());
        };
        // SAFETY: reads one pointer of the engine's.
        if unsafe { !ffi::executor_globals.exception.is_null() } {
            return Err(Thrown); // jsonSerialize() threw
        }
        Err(self.refused(&format!("can't be sent: {error}")))
    }
}

/// A body of one call.
pub(super) fn single(
    protocol: Protocol,
    out: &mut Vec<u8>,
    method: &[u8],
    parameters: Parameters,
    id: Option<u64>,
) -> Result<(), Thrown> {
    match protocol {
        Protocol::Json => {
            let body = jsonrpc::RequestWriter::begin(out, false);
            json_call(out, method, parameters)?;
            jsonrpc::RequestWriter::end_call(out, id);
            body.finish(out);
        }
        Protocol::Xml(options) => {
            reject_if_named(parameters)?;
            let begun = xmlrpc::RequestWriter::begin(out, method);
            let body = match begun {
                Ok(body) => body,
                Err(error) => return Err(wrong_name(error)),
            };
            each(parameters, |value| {
                body.begin_param(out);
                encode::write(value, &mut XmlRpcEncoder::new(out, options))?;
                body.end_param(out);
                Ok(())
            })?;
            body.finish(out);
        }
    }
    Ok(())
}

/// A call of a batch, without its end.
pub(super) fn member(
    protocol: Protocol,
    out: &mut Vec<u8>,
    method: &[u8],
    parameters: Parameters,
) -> Result<(), Thrown> {
    match protocol {
        Protocol::Json => json_call(out, method, parameters),
        Protocol::Xml(options) => xml_call(out, method, parameters, options),
    }
}

fn json_call(out: &mut Vec<u8>, method: &[u8], parameters: Parameters) -> Result<(), Thrown> {
    if !parameters.is_by_position() && !parameters.is_by_name() {
        return Err(
            parameters.refused("must be a list, or have names as keys: JSON-RPC has no mixture")
        );
    }
    jsonrpc::RequestWriter::begin_call(out, method).map_err(wrong_name)?;
    let Some(array) = parameters.array else {
        out.extend_from_slice(b"[],");
        return Ok(());
    };
    // SAFETY: all zeroes is an undefined value; it only points to the array, which the caller's frame holds.
    let mut value: ffi::zval = unsafe { std::mem::zeroed() };
    let value = Zv(&raw mut value);
    value.set_array(array);
    parameters.written(encode::write(value, &mut JsonEncoder::new(out)))
}

fn xml_call(
    out: &mut Vec<u8>,
    method: &[u8],
    parameters: Parameters,
    options: Options,
) -> Result<(), Thrown> {
    reject_if_named(parameters)?;
    xmlrpc::RequestWriter::begin_call(out, method).map_err(wrong_name)?;
    each(parameters, |value| {
        encode::write(value, &mut XmlRpcEncoder::new(out, options))
    })?;
    xmlrpc::RequestWriter::end_call(out);
    Ok(())
}

fn reject_if_named(parameters: Parameters) -> Result<(), Thrown> {
    if parameters.is_by_position() {
        Ok(())
    } else {
        Err(parameters.refused("must be a list: XML-RPC has no named parameters"))
    }
}

fn wrong_name(error: EncodeError) -> Thrown {
    throw_value_error(1, &format!("must be the name of a method: {error}"))
}

/// Writes each parameter.
fn each(
    parameters: Parameters,
    mut write: impl FnMut(Zv) -> Result<(), EncodeError>,
) -> Result<(), Thrown> {
    let Some(array) = parameters.array else {
        return Ok(());
    };
    // A jsonSerialize() on the way may change the variable that holds the array: it gets a copy then.
    hold_array(array);
    let written = array_iter(array).try_for_each(|(_, value)| write(value));
    release_array(array);
    parameters.written(written)
}
