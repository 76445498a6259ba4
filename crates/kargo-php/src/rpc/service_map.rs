//! The service map that GET on the JSON-RPC path answers: SMD 2.0, as the JSON-RPC servers of the Zend Framework had it.

use std::rc::Rc;

use kargo_net::{Answer, RequestId};

use crate::rpc::api::{Api, Method, ServiceMap};
use crate::rpc::failure::write_text;
use crate::rpc::signature::Parameter;
use crate::rpc::types::Type;
use crate::serve::{answer, runtime};

/// Answers a GET. The map is made once and kept until something else is exported.
pub(crate) fn serve(id: RequestId, api: &Api) {
    let path = runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        Some(request.head().path(request.bytes()).to_vec())
    });
    let Some(path) = path else { return };
    let kept = api
        .service_map
        .borrow()
        .as_ref()
        .and_then(|map| (map.target == path).then(|| Rc::clone(&map.text)));
    let text = kept.unwrap_or_else(|| {
        let text: Rc<[u8]> = make(api, &path).into();
        let map = ServiceMap {
            target: path,
            text: Rc::clone(&text),
        };
        *api.service_map.borrow_mut() = Some(map);
        text
    });
    answer::send(
        id,
        &Answer::new(200).content_type(b"application/json"),
        &text,
    );
}

fn make(api: &Api, target: &[u8]) -> Vec<u8> {
    let mut out = b"{\"transport\":\"POST\",\"envelope\":\"JSON-RPC-2.0\",\
        \"contentType\":\"application/json\",\"SMDVersion\":\"2.0\",\"target\":"
        .to_vec();
    write_text(&String::from_utf8_lossy(target), &mut out);
    out.extend_from_slice(b",\"description\":");
    write_text(&format!("{} {}", api.title, api.version), &mut out);
    out.extend_from_slice(b",\"services\":{");
    for (index, method) in api.methods().list.iter().enumerate() {
        if index != 0 {
            out.push(b',');
        }
        write_service(method, &mut out);
    }
    out.extend_from_slice(b"}}");
    out
}

fn write_service(method: &Method, out: &mut Vec<u8>) {
    write_text(&String::from_utf8_lossy(&method.name), out);
    out.extend_from_slice(
        b":{\"envelope\":\"JSON-RPC-2.0\",\"transport\":\"POST\",\"parameters\":[",
    );
    let signature = &method.signature;
    for (index, parameter) in signature
        .parameters
        .iter()
        .chain(&signature.variadic)
        .enumerate()
    {
        if index != 0 {
            out.push(b',');
        }
        write_parameter(parameter, out);
    }
    out.extend_from_slice(b"],\"returns\":");
    write_type(&signature.returns, out);
    out.push(b'}');
}

fn write_parameter(parameter: &Parameter, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"name\":");
    write_text(&String::from_utf8_lossy(&parameter.name), out);
    out.extend_from_slice(b",\"type\":");
    write_type(&parameter.ty, out);
    out.extend_from_slice(if parameter.is_optional {
        b",\"optional\":true"
    } else {
        b",\"optional\":false"
    });
    if let Some(default) = &parameter.default {
        out.extend_from_slice(b",\"default\":");
        out.extend_from_slice(default);
    }
    out.push(b'}');
}

/// One name, or a list of them for a union.
fn write_type(ty: &Type, out: &mut Vec<u8>) {
    let mut names: Vec<&str> = Vec::new();
    for member in ty.members() {
        let name = member.service_map_name();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if let [name] = names[..] {
        return write_text(name, out);
    }
    for (index, name) in names.iter().enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        write_text(name, out);
    }
    out.push(b']');
}
