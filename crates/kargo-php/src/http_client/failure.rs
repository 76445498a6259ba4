//! What went wrong, as an exception that says what to do.

use std::time::Duration;

use kargo_http::{DecodeError, Method};
use kargo_net::client::{ExchangeError, Phase, Reason};

use super::flight::{Failure, Order};
use super::settings::Settings;
use crate::engine::throw::{class, throw};
use crate::engine::{Thrown, ffi};

/// Makes the exception for a flight that failed pending.
pub(crate) fn raise(order: &Order, settings: &Settings, failure: &Failure) -> Thrown {
    let what = describe(order, settings, failure);
    let method = String::from_utf8_lossy(&order.method);
    throw(
        class_of(failure),
        &format!("{method} {}: {what}", order.url),
    )
}

fn class_of(failure: &Failure) -> *mut ffi::zend_class_entry {
    match failure {
        Failure::Exchange(error) => match error.reason {
            Reason::TimedOut | Reason::Expired => class::timeout_exception(),
            Reason::Closed | Reason::Reset => class::connection_closed_exception(),
            Reason::Protocol(_) | Reason::Switched => class::protocol_exception(),
            _ => class::transport_exception(),
        },
        Failure::TooManyRedirects | Failure::BadLocation(_) => class::protocol_exception(),
        Failure::NeedsTls | Failure::BodyIsGone | Failure::Request(_) => {
            class::transport_exception()
        }
    }
}

fn describe(order: &Order, settings: &Settings, failure: &Failure) -> String {
    match failure {
        Failure::Exchange(error) => describe_exchange(order, settings, *error),
        Failure::TooManyRedirects => format!(
            "redirected more than {} times; if that is no loop, raise ClientOptions::$redirects",
            settings.redirects
        ),
        Failure::BadLocation(error) => {
            format!("redirected to what is no URL of HTTP: {error}")
        }
        Failure::NeedsTls => "TLS is not in this release: use an http:// URL, or a proxy that speaks https for this \
             process"
            .to_owned(),
        Failure::BodyIsGone => "redirected with its body, which came from a Traversable and can't be sent again; give it \
             as a string"
            .to_owned(),
        Failure::Request(error) => format!("redirected to what can't be requested: {error}"),
    }
}

fn describe_exchange(order: &Order, settings: &Settings, error: ExchangeError) -> String {
    let to = order.url.destination();
    let connection = &settings.pool.connection;
    match (error.reason, error.phase) {
        (Reason::NoAddress, _) => {
            format!(
                "the host has no address; is it spelled right, and does this machine's name service work? ({to})"
            )
        }
        (Reason::Refused, _) => format!("nobody listens at {to}; is the server running?"),
        (Reason::Unreachable, _) => format!("{to} can't be reached from this machine"),
        (Reason::TimedOut, Phase::Sending) => format!(
            "the server took nothing of the request for {} (ClientOptions::$writeTimeout)",
            seconds(connection.write_timeout)
        ),
        (Reason::TimedOut, Phase::Waiting) => format!(
            "no response within {} (ClientOptions::$headTimeout)",
            seconds(connection.head_timeout)
        ),
        (Reason::TimedOut, Phase::Receiving) => format!(
            "the response did not go on for {} (ClientOptions::$bodyTimeout)",
            seconds(connection.body_timeout)
        ),
        (Reason::TimedOut, Phase::Resolving) => format!(
            "no address of the host within {} (ClientOptions::$connectTimeout); does this machine's name service work?",
            seconds(connection.connect_timeout)
        ),
        (Reason::TimedOut, _) => format!(
            "no connection to {to} within {} (ClientOptions::$connectTimeout)",
            seconds(connection.connect_timeout)
        ),
        (Reason::Expired, Phase::Queued) => format!(
            "{} were over before a connection to {to} was free; raise ClientOptions::$connectionsPerHost or $timeout",
            seconds(settings.timeout.unwrap_or_default())
        ),
        (Reason::Expired, _) => format!(
            "not complete within {} (ClientOptions::$timeout)",
            seconds(settings.timeout.unwrap_or_default())
        ),
        (Reason::Closed, Phase::Receiving) => {
            "the server closed the connection within the response".to_owned()
        }
        (Reason::Reset, Phase::Receiving) => {
            "the server reset the connection within the response".to_owned()
        }
        (Reason::Closed | Reason::Reset, _) => format!(
            "the server closed the connection without a response{}",
            what_it_may_have_done(&order.method)
        ),
        (Reason::Protocol(DecodeError::BodyTooLarge), _) => format!(
            "the response's body has more than {} bytes; raise {}",
            order.body_limit.unwrap_or(connection.limits.body_bytes),
            if order.is_streamed {
                "$bodyBytes"
            } else {
                "ClientOptions::$bodyBytes, or use stream() or download()"
            }
        ),
        (Reason::Protocol(DecodeError::HeadersTooLong), _) => format!(
            "the response's header has more than {} bytes; raise ClientOptions::$headerBytes",
            connection.limits.header_bytes
        ),
        (Reason::Protocol(DecodeError::TooManyHeaders), _) => format!(
            "the response's header has more than {} lines; raise ClientOptions::$headerCount",
            connection.limits.header_count
        ),
        (Reason::Protocol(error), _) => format!("the response is not valid HTTP/1.1: {error}"),
        (Reason::Switched, _) => {
            "the server switched to another protocol, which this client does not speak".to_owned()
        }
        (reason, _) => reason.to_string(),
    }
}

/// What the caller should know about a request that was sent and not answered.
fn what_it_may_have_done(method: &[u8]) -> &'static str {
    match Method::from_name(method) {
        Method::Get | Method::Head | Method::Options | Method::Trace => "",
        _ => "; it may have acted on the request, which is not sent again by itself",
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
