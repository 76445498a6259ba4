//! What a request is asked, and what is added to it.

use kargo_net::RequestRef;

use super::super::buffer::Buffer;
use super::super::resource::{self, Kind};
use super::request::{Message, Request};
use crate::engine::call::native;
use crate::engine::value::{array_set, new_array};
use crate::engine::{Call, Owned, Thrown};
use crate::serve::runtime;

native! {
    kargo_classic_evhttp_request_uri => uri;
    kargo_classic_evhttp_request_get_uri => uri;
    kargo_classic_evhttp_request_method => method;
    kargo_classic_evhttp_request_body => body;
    kargo_classic_evhttp_request_input_buffer => input_buffer;
    kargo_classic_evhttp_request_headers => headers;
    kargo_classic_evhttp_request_get_headers => headers;
    kargo_classic_evhttp_request_find_header => find_header;
    kargo_classic_evhttp_request_add_header => add_header;
    kargo_classic_evhttp_request_append_body => append_body;
    kargo_classic_evhttp_request_status => status;
    kargo_classic_evhttp_response_add_header => response_add_header;
}

/// Gives the request in argument 0, and the message that came in, to `read`.
fn view<R>(
    call: &Call,
    read: impl FnOnce(&Request, Option<Message<'_>>) -> R,
) -> Result<Option<R>, Thrown> {
    let key = resource::key(call, 0, Kind::HttpRequest)?;
    Ok(runtime::with(|runtime| {
        let http = &mut runtime.classic.http;
        let request = http.requests.find(key)?;
        Some(read(request, request.incoming.message(&http.servers)))
    }))
}

/// The client's request, which a request of our own has none of.
fn client<'a>(message: Option<Message<'a>>) -> Option<RequestRef<'a>> {
    match message {
        Some(Message::Request(request)) => Some(request),
        _ => None,
    }
}

fn uri(call: &Call) -> Result<(), Thrown> {
    call.result().set_bytes(b"");
    view(call, |request, message| {
        if let Some(client) = client(message) {
            call.result()
                .set_bytes(client.head().target(client.bytes()));
        } else if let Some(asked) = &request.outgoing.asked {
            call.result().set_bytes(&asked.target);
        }
    })?;
    Ok(())
}

fn method(call: &Call) -> Result<(), Thrown> {
    call.result().set_null();
    view(call, |request, message| {
        let method = match client(message) {
            Some(client) => Some(client.head().method()),
            None => request.outgoing.asked.as_ref().map(|asked| asked.method),
        };
        if let Some(name) = method.and_then(kargo_http::Method::name) {
            call.result().set_bytes(name.as_bytes());
        }
    })?;
    Ok(())
}

fn body(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpRequest)?;
    call.result().set_bool(false);
    runtime::with(|runtime| {
        let classic = &mut runtime.classic;
        let Some(request) = classic.http.requests.get(key) else {
            return;
        };
        let body = match request.input_key() {
            Some(key) => {
                let buffer = classic.buffers.get(key);
                buffer.map_or(&[][..], |buffer| buffer.bytes())
            }
            None => {
                let message = request.incoming.message(&classic.http.servers);
                message.map_or(&[][..], Message::body)
            }
        };
        if !body.is_empty() {
            call.result().set_bytes(body);
        }
    });
    Ok(())
}

fn input_buffer(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpRequest)?;
    let known = runtime::with(|runtime| {
        let request = runtime.classic.http.requests.get(key)?;
        request.input_key().filter(|key| *key != 0)?;
        let input = request.input.as_mut();
        input.map(|input| Owned::copy_of(input.zv()))
    });
    if let Some(mut known) = known {
        call.result().copy_from(known.zv());
        return Ok(());
    }
    resource::return_new(call, Kind::Buffer, |classic| {
        let mut buffer = Buffer::default();
        if let Some(request) = classic.http.requests.find(key)
            // One that was freed had it all.
            && request.input.is_none()
            && let Some(message) = request.incoming.message(&classic.http.servers)
        {
            buffer.add(message.body());
        }
        classic.buffers.insert(buffer)
    });
    let mut input = Some(Owned::copy_of(call.result()));
    // What was freed before is dropped when no borrow is alive.
    runtime::with(|runtime| {
        if let Some(request) = runtime.classic.http.requests.get(key) {
            std::mem::swap(&mut request.input, &mut input);
        }
    });
    Ok(())
}

fn headers(call: &Call) -> Result<(), Thrown> {
    let array = new_array(16);
    call.result().set_array(array);
    view(call, |request, message| {
        let set = |name: &[u8], value: &[u8]| {
            let mut text = Owned::of_bytes(value);
            array_set(array, name, text.zv());
            text.zv().set_undefined();
        };
        if let Some(message) = message {
            message.each_line(set);
        }
        for (name, value) in request.added.iter() {
            set(name, value);
        }
    })?;
    Ok(())
}

fn find_header(call: &Call) -> Result<(), Thrown> {
    let name = call.bytes(1)?;
    call.result().set_null();
    view(call, |request, message| {
        let first = message.and_then(|message| message.first(name));
        let found = first.or_else(|| {
            let mut added = request.added.iter();
            let found = added.find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value)
        });
        if let Some(value) = found {
            call.result().set_bytes(value);
        }
    })?;
    Ok(())
}

/// Adds a line to what came in, or to our own request.
fn add_header(call: &Call) -> Result<(), Thrown> {
    add_line(call, |request| {
        if request.is_own() {
            &mut request.outgoing.lines
        } else {
            &mut request.added
        }
    })
}

/// Adds a line to what goes out.
fn response_add_header(call: &Call) -> Result<(), Thrown> {
    add_line(call, |request| &mut request.outgoing.lines)
}

fn add_line(
    call: &Call,
    lines: impl FnOnce(&mut Request) -> &mut super::lines::Lines,
) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpRequest)?;
    let (name, value) = (call.bytes(1)?, call.bytes(2)?);
    let is_added = runtime::with(|runtime| {
        // A __toString() of an argument may have freed the request.
        let request = runtime.classic.http.requests.get(key);
        request.is_some_and(|request| request.is_open() && lines(request).add(name, value))
    });
    call.result().set_bool(is_added);
    Ok(())
}

fn append_body(call: &Call) -> Result<(), Thrown> {
    let key = resource::key(call, 0, Kind::HttpRequest)?;
    let bytes = call.bytes(1)?;
    let is_added = runtime::with(|runtime| {
        let request = runtime.classic.http.requests.get(key);
        let request = request.filter(|request| request.is_open());
        request
            .map(|request| request.outgoing.body.extend_from_slice(bytes))
            .is_some()
    });
    call.result().set_bool(is_added);
    Ok(())
}

fn status(call: &Call) -> Result<(), Thrown> {
    call.result().set_int(0);
    view(call, |_, message| {
        if let Some(Message::Reply(reply)) = message {
            call.result().set_int(reply.head.status().into());
        }
    })?;
    Ok(())
}
