//! Bodies as results and exceptions.

use kargo_http::media_type::MediaType;
use kargo_net::client::ClientResponse;
use kargo_rpc::jsonrpc::Awaited;
use kargo_rpc::{DecodeError, Limits, Outcome, ResponseList, jsonrpc, xmlrpc};

use super::values::Values;
use super::{Endpoint, Protocol};
use crate::classes::exceptions::throw_remote_fault;
use crate::engine::throw::{class, throw_with_code};
use crate::engine::{Global, Owned, Thrown, Zv};
use crate::http_client::failure;
use crate::http_client::flight::{Landed, Order};
use crate::rpc::body;
use crate::rpc::json::FLOODED;
use crate::rpc::stack::ValueStack;

/// The calls of a body that want an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) first_id: u64,
    pub(super) count: usize,
    pub(super) is_batch: bool,
}

impl Asked {
    pub(super) fn single(id: u64) -> Self {
        Self {
            first_id: id,
            count: 1,
            is_batch: false,
        }
    }
}

/// The response of a flight, and the last request of it.
pub(super) fn arrived(landed: Landed) -> Result<(ClientResponse, Order), Thrown> {
    match landed.result {
        Ok(response) => Ok((response, landed.order)),
        Err(failed) => Err(failure::raise(&landed.order, &landed.settings, &failed)),
    }
}

/// Memory for decoding that is worth keeping.
struct Pool {
    json: jsonrpc::ResponseDecoder,
    xml: xmlrpc::ResponseDecoder,
    values: Values,
    responses: ResponseList,
}

static POOL: Global<Box<Pool>> = Global::new();
/// What one long answer has made larger is not kept.
const KEPT_BYTES: usize = 256 << 10;

/// Gives up the pooled memory, when the script ends.
pub(crate) fn clear() {
    drop(POOL.replace(None));
}

/// What a body said of each call.
pub(super) struct Answers {
    /// `None` only while it is dropped.
    pool: Option<Box<Pool>>,
    is_large: bool,
}

impl Drop for Answers {
    fn drop(&mut self) {
        if let Some(mut pool) = self.pool.take() {
            pool.values.stack.reset();
            if !self.is_large {
                POOL.replace(Some(pool));
            }
        }
    }
}

impl Answers {
    /// Decodes a response.
    pub(super) fn read(
        endpoint: &Endpoint,
        asked: Asked,
        response: &ClientResponse,
        order: &Order,
    ) -> Result<Self, Thrown> {
        let charset = match charset(endpoint.protocol, response) {
            Ok(charset) => charset,
            Err(media_type) => {
                return Err(refuse(
                    endpoint,
                    response,
                    order,
                    &format!("it is {media_type}"),
                ));
            }
        };
        // Taken out, so that a longjmp at the memory limit leaves no borrow behind.
        let mut answers = Self {
            pool: Some(POOL.replace(None).unwrap_or_else(|| {
                Box::new(Pool {
                    json: jsonrpc::ResponseDecoder::new(),
                    xml: xmlrpc::ResponseDecoder::new(),
                    values: Values {
                        stack: ValueStack::new(),
                    },
                    responses: ResponseList::new(),
                })
            })),
            is_large: response.body().len() > KEPT_BYTES,
        };
        let Some(pool) = answers.pool.as_deref_mut() else {
            return Err(Thrown);
        };
        pool.values.stack.reset();
        pool.values.stack.objects_as = endpoint.objects_as;
        let Pool {
            json,
            xml,
            values,
            responses,
        } = pool;
        let (limits, body) = (Limits::default(), response.body());
        let decoded = match endpoint.protocol {
            Protocol::Json => {
                let awaited = Awaited {
                    first_id: asked.first_id,
                    count: asked.count,
                    is_batch: asked.is_batch,
                };
                json.decode(body, &limits, awaited, values, responses)
            }
            Protocol::Xml(_) => {
                let multicall = asked.is_batch.then_some(asked.count);
                let charset = charset.as_deref();
                xml.decode(body, charset, &limits, multicall, values, responses)
            }
        };
        match decoded {
            Ok(()) if values.stack.is_flooded() => Err(refuse(endpoint, response, order, FLOODED)),
            Ok(()) => Ok(answers),
            Err(DecodeError::Body(_)) if body.is_empty() => {
                Err(refuse(endpoint, response, order, "it is empty"))
            }
            Err(DecodeError::Body(error)) => {
                Err(refuse(endpoint, response, order, &error.to_string()))
            }
            // The engine ends the script when we have returned.
            Err(DecodeError::Builder(_)) => Err(Thrown),
        }
    }

    /// The result of call number `index`; its exception is made pending if it has none.
    pub(super) fn take(&mut self, index: usize, target: Zv, order: &Order) -> Result<(), Thrown> {
        let Some(pool) = self.pool.as_deref_mut() else {
            return Err(Thrown);
        };
        let response = pool.responses.response(index);
        match response.map(|response| (response, response.outcome)) {
            Some((_, Outcome::Result { value })) => {
                target.copy_from(pool.values.stack.at(value));
                Ok(())
            }
            Some((response, Outcome::Fault { code, data })) => {
                let message = String::from_utf8_lossy(pool.responses.message(&response));
                let mut none = Owned::undefined();
                none.zv().set_null();
                let data = data.map_or(none.zv(), |data| pool.values.stack.at(data));
                Err(throw_remote_fault(code, &message, data))
            }
            Some((_, Outcome::Missing)) | None => {
                let message = format!(
                    "POST {}: the response says nothing of call {} of the batch",
                    order.url,
                    index + 1
                );
                Err(throw_with_code(class::protocol_exception(), &message, 0))
            }
        }
    }
}

/// The charset of the response's Content-Type.
///
/// # Errors
/// The media type, if it is none of the protocol's.
fn charset(protocol: Protocol, response: &ClientResponse) -> Result<Option<Vec<u8>>, String> {
    let Some(value) = response.header("content-type") else {
        return Ok(None);
    };
    let accepts = match protocol {
        Protocol::Json => body::is_json,
        Protocol::Xml(_) => body::is_xml,
    };
    match MediaType::parse(value) {
        Some(media_type) if accepts(media_type) => Ok(body::charset_of(value).map(<[u8]>::to_vec)),
        _ => Err(value.escape_ascii().to_string()),
    }
}

fn is_success(response: &ClientResponse) -> bool {
    (200..=299).contains(&response.status())
}

/// A notification has no answer, but may not have been taken at all.
pub(super) fn check_taken(
    endpoint: &Endpoint,
    response: &ClientResponse,
    order: &Order,
) -> Result<(), Thrown> {
    if is_success(response) {
        Ok(())
    } else {
        Err(refuse(endpoint, response, order, ""))
    }
}

/// Throws that a response is no answer; `reason` reads on from "…: ", and is empty where the status says all.
fn refuse(endpoint: &Endpoint, response: &ClientResponse, order: &Order, reason: &str) -> Thrown {
    let (status, name) = (response.status(), endpoint.protocol.name());
    let what = match response.header("location") {
        Some(location) if (300..=399).contains(&status) => format!(
            "redirected with status {status} to {}, which {}; give the client that URL",
            location.escape_ascii(),
            if matches!(status, 307 | 308) {
                "its options do not allow"
            } else {
                "would make a GET of the call"
            }
        ),
        _ if reason.is_empty() => format!("the response has status {status}"),
        _ if is_success(response) => format!("the response is no {name}: {reason}"),
        _ => format!("the response has status {status} and is no {name}: {reason}"),
    };
    let code = if is_success(response) { 0 } else { status };
    throw_with_code(
        class::protocol_exception(),
        &format!("POST {}: {what}", order.url),
        i64::from(code),
    )
}
