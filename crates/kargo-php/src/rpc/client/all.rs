//! Calls that are made at the same time, each a request of its own.

use kargo_net::client::RequestError;

use super::answer::{self, Answers, Asked};
use super::{Endpoint, Parameters, cannot_be_sent, request};
use crate::classes::client_all::{Gathering, gather};
use crate::engine::value::{ArrayIter, Key, array_iter, array_len};
use crate::engine::{Owned, Thrown, Zv, ffi, throw_value_error};
use crate::http_client::flight::{Landed, Order};
use crate::rpc::encode;

/// Makes the calls that `calls` has, so many at the same time; the results by their keys.
pub(crate) fn all(
    endpoint: &Endpoint,
    calls: *mut ffi::zend_array,
    concurrency: usize,
) -> Result<Owned, Thrown> {
    let mut calling = Calling {
        endpoint,
        calls: array_iter(calls),
    };
    gather(endpoint.http, &endpoint.settings, concurrency, &mut calling)
}

struct Calling<'a> {
    endpoint: &'a Endpoint,
    calls: ArrayIter<'a>,
}

impl Gathering for Calling<'_> {
    type Note = Asked;

    fn next(&mut self) -> Result<Option<(Owned, Order, Asked)>, Thrown> {
        let Some((key, value)) = self.calls.next() else {
            return Ok(None);
        };
        let mut name = Owned::undefined();
        match key {
            Key::Index(index) => name.zv().set_int(index),
            Key::Name(key) => name.zv().set_bytes(key),
        }
        let (method, parameters) = element(key, value.dereferenced())?;
        let asked = Asked::single(self.endpoint.take_ids(1));
        let mut body = Vec::new();
        let id = Some(asked.first_id);
        request::single(self.endpoint.protocol, &mut body, method, parameters, id)?;
        Ok(Some((name, self.endpoint.order(&body), asked)))
    }

    fn refused(&mut self, error: &RequestError) -> Thrown {
        cannot_be_sent(error)
    }

    fn result(&mut self, asked: Asked, landed: Landed) -> Result<Owned, Thrown> {
        let (response, order) = answer::arrived(landed)?;
        let mut result = Owned::undefined();
        Answers::read(self.endpoint, asked, &response, &order)?.take(0, result.zv(), &order)?;
        Ok(result)
    }
}

/// A method and its parameters: `'name'`, `['name']` or `['name', […]]`.
fn element<'a>(key: Key<'_>, value: Zv) -> Result<(&'a [u8], Parameters), Thrown> {
    if let Some(method) = value.bytes() {
        return Ok((method, Parameters::inside(None, 1)));
    }
    let list = value
        .array()
        .filter(|array| encode::is_list(*array) && array_len(*array) <= 2);
    let mut parts = list.into_iter().flat_map(array_iter);
    let method = parts
        .next()
        .and_then(|(_, part)| part.dereferenced().bytes());
    let parameters = parts.next().map(|(_, part)| part.dereferenced().array());
    match (method, parameters) {
        (Some(method), None) => Ok((method, Parameters::inside(None, 1))),
        (Some(method), Some(Some(array))) => Ok((method, Parameters::inside(Some(array), 1))),
        _ => {
            let name = match key {
                Key::Index(index) => index.to_string(),
                Key::Name(name) => format!("\"{}\"", name.escape_ascii()),
            };
            let message = format!(
                "must give names of methods, or lists of a name and an array of parameters, which {name} is not"
            );
            Err(throw_value_error(1, &message))
        }
    }
}
