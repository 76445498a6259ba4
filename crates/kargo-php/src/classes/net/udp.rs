//! `Kargo\Net\Udp` and `Kargo\Net\Datagram`.

use std::net::SocketAddr;

use kargo_net::ListenAddress;
use kargo_net::datagrams::{DatagramId, DatagramOptions};

use super::{size, text, timeout};
use crate::engine::call::native;
use crate::engine::throw::{class, throw, throw_to_operator};
use crate::engine::{Call, Thrown, object};
use crate::net::{self, udp};
use crate::serve::runtime;

native! {
    kargo_net_udp_bind => bind;
    kargo_net_udp_send_to => send_to;
    kargo_net_udp_receive => receive;
    kargo_net_udp_address => address;
    kargo_net_udp_close => close;
    kargo_net_datagram_construct => construct_datagram;
}

/// What a Udp object holds.
#[derive(Debug)]
pub(crate) struct State {
    id: DatagramId,
}

impl Drop for State {
    fn drop(&mut self) {
        udp::close(self.id);
    }
}

fn id(call: &Call) -> Result<DatagramId, Thrown> {
    let state = object::native::<State>(call.this());
    // SAFETY: the object is alive during the call, and its state never changes.
    unsafe { state.as_ref() }
        .map(|state| state.id)
        .ok_or_else(|| throw(class::error(), "this Udp was not made by Udp::bind()"))
}

fn bind(call: &Call) -> Result<(), Thrown> {
    let address = match call.argument(0) {
        None => "0.0.0.0:0".to_owned(),
        Some(_) => text(call, 0)?,
    };
    let options = DatagramOptions {
        queued: size(call, 1, 64, 1)?,
        queued_bytes: size(call, 2, 262_144, 1)?,
    };
    let inet = parse(&address)?;
    let bound = net::with(|net, events, _| net.datagrams.bind(events, inet, options))?;
    let id = bound.map_err(|error| {
        let message = format!("can't bind {address}: {error}");
        throw_to_operator(class::transport_exception(), &message)
    })?;
    let mut object = object::instantiate(class::udp(), State { id });
    call.result().copy_from(object.zv());
    Ok(())
}

fn parse(address: &str) -> Result<SocketAddr, Thrown> {
    let refused = |message: String| throw_to_operator(class::configuration_exception(), &message);
    match address.parse() {
        Ok(ListenAddress::Inet(inet)) => Ok(inet),
        Ok(ListenAddress::Unix(_)) => Err(refused(format!(
            "can't bind {address}: a UDP socket has an IP address"
        ))),
        Err(error) => {
            let error: kargo_net::ListenError = error;
            Err(refused(error.to_string()))
        }
    }
}

fn send_to(call: &Call) -> Result<(), Thrown> {
    let (id, bytes) = (id(call)?, call.bytes(0)?);
    let target = udp::target(id, &text(call, 1)?)?;
    udp::send(id, bytes, target)
}

fn receive(call: &Call) -> Result<(), Thrown> {
    let (bytes, from) = udp::receive(id(call)?, timeout(call, 0)?)?;
    let mut datagram = object::instantiate_plain(class::datagram());
    if let Some(object) = datagram.zv().object() {
        object::property(object, 0).set_bytes(&bytes);
        object::property(object, 1).set_bytes(from.to_string().as_bytes());
    }
    call.result().copy_from(datagram.zv());
    Ok(())
}

fn construct_datagram(call: &Call) -> Result<(), Thrown> {
    for index in [0, 1] {
        let bytes = call.bytes(index)?;
        let slot = object::property(call.this(), index);
        slot.release();
        slot.set_bytes(bytes);
    }
    Ok(())
}

fn address(call: &Call) -> Result<(), Thrown> {
    let id = id(call)?;
    let address = runtime::with(|runtime| runtime.net.as_ref()?.datagrams.local_address(id));
    let text = address.map_or_else(String::new, |address| address.to_string());
    call.result().set_bytes(text.as_bytes());
    Ok(())
}

fn close(call: &Call) -> Result<(), Thrown> {
    udp::close(id(call)?);
    Ok(())
}
