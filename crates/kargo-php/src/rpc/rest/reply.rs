//! An answer: its headers as they gather, and its body.

use std::rc::Rc;

use kargo_http::{etag, reason_phrase};
use kargo_net::{Answer, RequestId};
use kargo_rpc::rest::{NotJson, ZendResponse};
use twox_hash::XxHash3_128;

use crate::engine::Zv;
use crate::rpc::api::{Api, Method};
use crate::rpc::cors::{self, Cors, Line};
use crate::rpc::encode_as::Form;
use crate::rpc::json;
use crate::rpc::jsonrpc::unsendable;
use crate::serve::{answer, current};

use super::bind::Arrived;
use super::problem::Problem;
use super::request::Request;

const JSON: &[u8] = b"application/json";
const XML: &[u8] = b"text/xml; charset=utf-8";
const PROBLEM: &[u8] = b"application/problem+json";

/// An answer that is on its way.
#[derive(Debug)]
pub(crate) struct Reply {
    id: RequestId,
    lines: Vec<Line>,
    /// The method whose answer is XML.
    xml_of: Option<Box<[u8]>>,
}

impl Reply {
    pub(crate) const fn new(id: RequestId) -> Self {
        Self {
            id,
            lines: Vec::new(),
            xml_of: None,
        }
    }

    /// Adds a header.
    pub(crate) fn line(&mut self, name: &'static [u8], value: impl Into<Vec<u8>>) {
        self.lines.push((name, value.into()));
    }

    /// Lets scripts of a page of `origin` read the answer, if `cors` does; says whether.
    pub(crate) fn allow_origin(&mut self, cors: Option<&Cors>, origin: Option<&[u8]>) -> bool {
        let Some(cors) = cors else { return false };
        self.line(b"Vary", *b"Origin");
        let Some(origin) = origin.filter(|origin| cors.lets_in(origin)) else {
            return false;
        };
        self.lines(cors::answer_lines(&[cors], origin));
        true
    }

    /// Adds headers.
    pub(crate) fn lines(&mut self, lines: Vec<Line>) {
        self.lines.extend(lines);
    }

    /// From here on answers are XML, of the method of this name.
    pub(crate) fn as_xml_of(&mut self, method: &[u8]) {
        self.xml_of = Some(method.into());
    }

    pub(crate) fn send_empty(&self, status: u16) {
        self.send(status, None, b"");
    }

    pub(crate) fn send(&self, status: u16, content_type: Option<&[u8]>, body: &[u8]) {
        let lines: Vec<(&[u8], &[u8])> = self
            .lines
            .iter()
            .map(|(name, value)| (*name, &value[..]))
            .collect();
        let mut head = Answer::new(status).headers(&lines);
        if let Some(content_type) = content_type {
            head = head.content_type(content_type);
        }
        answer::send(self.id, &head, body);
    }

    pub(crate) fn send_problem(&mut self, problem: &Problem) {
        let mut body = Vec::new();
        problem.write_to(&mut body);
        for (name, value) in problem.headers() {
            self.line(name, value.clone());
        }
        if problem.status >= 500 {
            let number = current::with(|current| current.number);
            self.line(b"X-Request-Id", current::request_name(number));
        }
        if let Some(method) = &self.xml_of {
            let detail = problem.detail.as_deref();
            let message = detail.unwrap_or_else(|| reason_phrase(problem.status));
            body.clear();
            ZendResponse::of(method).failure(message, &mut body);
            return self.send(problem.status, Some(XML), &body);
        }
        self.send(problem.status, Some(PROBLEM), &body);
    }

    /// Answers with what a method gave, and as what that is written, by way of `out`.
    pub(crate) fn send_result(
        &mut self,
        api: &Api,
        method: &Rc<Method>,
        arrived: &Arrived<'_, '_>,
        (result, form): (Zv, Form),
        out: &mut Vec<u8>,
    ) {
        let (status, has_body) = arrived.route.outcome(method);
        if !has_body && self.xml_of.is_none() {
            return self.send_empty(status);
        }
        out.clear();
        let written = json::encode_result(result, form, out);
        if let Err(failed) = written {
            let failure = unsendable(api, Some(method), &failed);
            return self.send_problem(&Problem::of(&failure));
        }
        if let Some(method) = &self.xml_of {
            let mut xml = Vec::new();
            return match ZendResponse::of(method).result(out, &mut xml) {
                Ok(()) => self.send(200, Some(XML), &xml),
                Err(NotJson) => self.send_problem(&Problem::new(500)),
            };
        }
        if arrived.route.is_safe() {
            self.send_json(arrived.request, status, out);
        } else {
            self.send(status, Some(JSON), out);
        }
    }

    /// Answers with JSON that can be asked for again: with its entity tag, or with 304 to who has it already.
    pub(crate) fn send_json(&mut self, request: &Request, status: u16, body: &[u8]) {
        let tag = format!("\"{:032x}\"", XxHash3_128::oneshot(body)).into_bytes();
        let known = request.headers("if-none-match").join(&b", "[..]);
        let is_known = !known.is_empty() && etag::is_listed(&known, &tag);
        self.line(b"ETag", tag);
        if is_known && status == 200 {
            return self.send_empty(304);
        }
        self.send(status, Some(JSON), body);
    }
}
