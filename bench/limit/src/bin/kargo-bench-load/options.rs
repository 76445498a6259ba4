//! The command line.

use std::io::{self, Error};

/// What to send, where to, and how often.
#[derive(Debug)]
pub(crate) struct Options {
    /// `HOST:PORT` of the server.
    pub(crate) address: String,
    /// The file with one whole request.
    pub(crate) request_file: String,
    /// Requests in all, rounded up to whole rounds.
    pub(crate) requests: usize,
    /// Connections, at least 1.
    pub(crate) connections: usize,
    /// Requests sent in one piece on a connection, at least 1.
    pub(crate) pipeline: usize,
    /// Whether the connections stay open, idle, until standard input ends.
    pub(crate) holds: bool,
    /// Whether the answer to a request is the request itself, instead of HTTP.
    pub(crate) is_echo: bool,
}

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// A missing or unknown argument, or a number that is none or 0 where there must be one.
    pub(crate) fn from_arguments(mut arguments: impl Iterator<Item = String>) -> io::Result<Self> {
        let mut address = None;
        let mut request_file = None;
        let mut options = Self {
            address: String::new(),
            request_file: String::new(),
            requests: 1,
            connections: 1,
            pipeline: 1,
            holds: false,
            is_echo: false,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--request" => request_file = arguments.next(),
                "--requests" => options.requests = number(&argument, arguments.next())?,
                "--connections" => options.connections = number(&argument, arguments.next())?,
                "--pipeline" => options.pipeline = number(&argument, arguments.next())?,
                "--hold" => options.holds = true,
                "--echo" => options.is_echo = true,
                _ if address.is_none() && !argument.starts_with('-') => address = Some(argument),
                _ => return Err(Error::other(format!("unknown argument {argument}"))),
            }
        }
        options.address = address.ok_or_else(|| Error::other("HOST:PORT is missing"))?;
        options.request_file =
            request_file.ok_or_else(|| Error::other("--request FILE is missing"))?;
        Ok(options)
    }
}

fn number(name: &str, value: Option<String>) -> io::Result<usize> {
    match value.and_then(|value| value.parse().ok()) {
        Some(number @ 1..) => Ok(number),
        _ => Err(Error::other(format!("{name} needs a number from 1 up"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> io::Result<Options> {
        Options::from_arguments(line.split(' ').map(String::from))
    }

    #[test]
    fn every_option_is_read() {
        let options =
            parse("h:1 --request f --requests 7 --connections 3 --pipeline 2 --hold --echo")
                .unwrap();
        assert_eq!(
            (options.requests, options.connections, options.pipeline),
            (7, 3, 2)
        );
        assert_eq!(
            (options.address.as_str(), options.request_file.as_str()),
            ("h:1", "f")
        );
        assert!(options.holds);
    }

    #[test]
    fn wrong_command_lines_are_refused() {
        for line in [
            "h:1",
            "--request f",
            "h:1 --request f --requests 0",
            "h:1 --request f --x",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
