//! A builder that makes a tree, and PHP to compare with.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part"
)]

pub mod xmlrpc_server;

use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use kargo_rpc::Argument;
use kargo_rpc::Builder;
use kargo_rpc::CallBuilder;
use kargo_rpc::DateTime;
use kargo_rpc::EncodeError;
use kargo_rpc::Encoder;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(Vec<u8>),
    Binary(Vec<u8>),
    DateTime(DateTime),
    Array(Vec<Self>),
    Object(Vec<(Vec<u8>, Self)>),
}

impl Value {
    pub fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        match self {
            Self::Null => encoder.null(),
            Self::Bool(value) => encoder.bool(*value),
            Self::Int(value) => encoder.int(*value),
            Self::Float(value) => encoder.float(*value),
            Self::String(value) => encoder.string(value),
            Self::Binary(value) => encoder.binary(value),
            Self::DateTime(value) => encoder.date_time(value),
            Self::Array(values) => {
                encoder.begin_array()?;
                values.iter().try_for_each(|value| value.encode(encoder))?;
                encoder.end_array()
            }
            Self::Object(members) => {
                encoder.begin_object()?;
                for (key, value) in members {
                    encoder.key(key)?;
                    value.encode(encoder)?;
                }
                encoder.end_object()
            }
        }
    }
}

pub fn string(text: &str) -> Value {
    Value::String(text.into())
}

#[derive(Debug, Default)]
pub struct Tree {
    pub values: Vec<Value>,
    keys: Vec<Vec<u8>>,
    pub calls: Vec<TreeCall>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TreeCall {
    pub method: String,
    pub names: Vec<String>,
    pub arguments: Vec<Value>,
}

impl Builder for Tree {
    type Error = String;

    fn null(&mut self) -> Result<(), String> {
        self.values.push(Value::Null);
        Ok(())
    }
    fn bool(&mut self, value: bool) -> Result<(), String> {
        self.values.push(Value::Bool(value));
        Ok(())
    }
    fn int(&mut self, value: i64) -> Result<(), String> {
        self.values.push(Value::Int(value));
        Ok(())
    }
    fn float(&mut self, value: f64) -> Result<(), String> {
        self.values.push(Value::Float(value));
        Ok(())
    }
    fn string(&mut self, utf8: &[u8]) -> Result<(), String> {
        if utf8 == b"the builder gives up" {
            return Err("gave up".into());
        }
        self.values.push(Value::String(utf8.into()));
        Ok(())
    }
    fn binary(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.values.push(Value::Binary(bytes.into()));
        Ok(())
    }
    fn date_time(&mut self, value: &DateTime) -> Result<(), String> {
        self.values.push(Value::DateTime(*value));
        Ok(())
    }
    fn begin_array(&mut self) -> Result<(), String> {
        Ok(())
    }
    fn end_array(&mut self, len: usize) -> Result<(), String> {
        let elements = self.values.split_off(self.values.len() - len);
        self.values.push(Value::Array(elements));
        Ok(())
    }
    fn begin_object(&mut self) -> Result<(), String> {
        Ok(())
    }
    fn key(&mut self, utf8: &[u8]) -> Result<(), String> {
        self.keys.push(utf8.into());
        Ok(())
    }
    /// Of repeated keys the last value stands at the first one's place, as in PHP.
    fn end_object(&mut self, len: usize) -> Result<(), String> {
        let keys = self.keys.split_off(self.keys.len() - len);
        let values = self.values.split_off(self.values.len() - len);
        let mut members: Vec<(Vec<u8>, Value)> = Vec::new();
        for (key, value) in keys.into_iter().zip(values) {
            match members.iter_mut().find(|(other, _)| *other == key) {
                Some(member) => member.1 = value,
                None => members.push((key, value)),
            }
        }
        self.values.push(Value::Object(members));
        Ok(())
    }
}

impl CallBuilder for Tree {
    fn begin_call(&mut self, method: &[u8]) -> Result<u32, String> {
        let method = String::from_utf8(method.into()).unwrap();
        self.calls.push(TreeCall {
            method,
            ..TreeCall::default()
        });
        Ok(self.calls.len() as u32 - 1)
    }
    fn begin_argument(&mut self, argument: Argument<'_>) -> Result<(), String> {
        let names = &mut self.calls.last_mut().unwrap().names;
        names.push(match argument {
            Argument::Position(position) => position.to_string(),
            Argument::Name(name) => String::from_utf8(name.into()).unwrap(),
        });
        Ok(())
    }
    fn end_call(&mut self, len: usize) -> Result<(), String> {
        assert_eq!(self.values.len(), len);
        self.calls.last_mut().unwrap().arguments = std::mem::take(&mut self.values);
        Ok(())
    }
    fn discard_call(&mut self) {
        self.calls.pop().unwrap();
        self.values.clear();
        self.keys.clear();
    }
    fn discard_all_calls(&mut self) {
        self.calls.clear();
        self.values.clear();
        self.keys.clear();
    }
}

/// Runs PHP code that reads one hexadecimal text per line and prints one line for each.
pub fn php_lines(code: &str, inputs: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut php = Command::new("php")
        .args(["-d", "xdebug.mode=off", "-d", "memory_limit=1G", "-r"])
        .arg(format!(
            "while (($line = fgets(STDIN)) !== false) {{ $text = hex2bin(rtrim($line)); {code} }}"
        ))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("PHP is a requirement of this project");
    let mut stdin = php.stdin.take().unwrap();
    let lines: String = inputs
        .iter()
        .map(|input| {
            input
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                + "\n"
        })
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = php.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let mut lines: Vec<Vec<u8>> = output
        .stdout
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    assert_eq!(lines.pop(), Some(Vec::new()));
    assert_eq!(lines.len(), inputs.len());
    lines
}

/// A small generator of numbers that are the same in every run.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// One to four changes of `seed`: bytes replaced, taken out, put in, doubled.
    pub fn mutated(&mut self, seed: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
        let mut text = seed.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(text.len() + 1);
            match self.below(5) {
                0 if at < text.len() => text[at] = self.below(256) as u8,
                1 if at < text.len() => {
                    text.remove(at);
                }
                2 => {
                    let end = (at + self.below(12)).min(text.len());
                    let piece = text[at..end].to_vec();
                    let to = self.below(text.len() + 1);
                    text.splice(to..to, piece);
                }
                _ => {
                    let piece = pieces[self.below(pieces.len())];
                    text.splice(at..at, piece.iter().copied());
                }
            }
        }
        text
    }
}

/// A text as the vector files have it: `\xNN` is a byte, `\\` a backslash, `\*N(…)` is `…` N times.
pub fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' && bytes[at + 1] == b'x' {
            out.push(u8::from_str_radix(&text[at + 2..at + 4], 16).unwrap());
            at += 4;
        } else if bytes[at] == b'\\' && bytes[at + 1] == b'*' {
            let open = at + text[at..].find('(').unwrap();
            let close = open + text[open..].find(')').unwrap();
            let count = text[at + 2..open].parse().unwrap();
            out.extend_from_slice(text[open + 1..close].repeat(count).as_bytes());
            at = close + 1;
        } else {
            at += usize::from(bytes[at] == b'\\');
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}
