//! Where a Redis server is, as an operator writes it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::resp::encode;

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A host name or an address, without brackets, and a port.
    Host(String, u16),
    /// The path of a unix socket.
    Unix(PathBuf),
}

/// A server, how to get in, and what of it is ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    endpoint: Endpoint,
    user: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    database: u32,
    prefix: Option<String>,
    timeout: Duration,
    lease: Duration,
}

/// Why a location can't be read. Says nothing of what was written, which may have a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLocation(&'static str);

impl fmt::Display for BadLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadLocation {}

const FORM: BadLocation = BadLocation(
    "it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]",
);
const PORT: u16 = 6379;
/// Longest prefix of keys.
const LONGEST_PREFIX: usize = 64;

impl Location {
    /// Reads `redis://user:password@host:port/database` or `unix://user:password@/path?db=database`; user and password may
    /// be percent-encoded. Options follow a `?`: `prefix` of all keys, `timeout` in seconds to connect or to answer,
    /// `lease` in seconds for which a claim holds whose worker has died.
    ///
    /// # Errors
    /// What is wrong.
    pub fn parse(text: &str) -> Result<Self, BadLocation> {
        let (scheme, rest) = text.split_once("://").ok_or(FORM)?;
        let is_unix = match scheme {
            "redis" => false,
            "unix" => true,
            "rediss" => {
                return Err(BadLocation(
                    "TLS is not spoken here: use a unix socket, a private network, or a tunnel such as stunnel",
                ));
            }
            _ => return Err(FORM),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (credentials, rest) = match rest.rsplit_once('@') {
            Some((credentials, rest)) => (Some(credentials), rest),
            None => (None, rest),
        };
        let (user, password) = credentials.map_or(Ok((None, None)), login)?;
        let (endpoint, database) = if is_unix {
            if !rest.starts_with('/') {
                return Err(FORM);
            }
            (Endpoint::Unix(PathBuf::from(rest)), "")
        } else {
            let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
            (host(authority)?, database)
        };
        let mut location = Self {
            endpoint,
            user,
            password,
            database: number_of(database)?,
            prefix: None,
            timeout: Duration::from_secs(1),
            lease: Duration::from_secs(30),
        };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or(FORM)?;
            location.set(name, value)?;
        }
        Ok(location)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), BadLocation> {
        match name {
            "db" => self.database = number_of(value)?,
            "prefix" => {
                let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
                if value.is_empty() || value.len() > LONGEST_PREFIX || !value.bytes().all(is_good) {
                    return Err(BadLocation(
                        "prefix must be 1 to 64 letters, digits and -_.:",
                    ));
                }
                self.prefix = Some(value.to_owned());
            }
            "timeout" => {
                self.timeout = seconds(value, 0.01, 60.0)
                    .ok_or(BadLocation("timeout must be 0.01 to 60 seconds"))?;
            }
            "lease" => {
                self.lease = seconds(value, 1.0, 3600.0)
                    .ok_or(BadLocation("lease must be 1 to 3600 seconds"))?;
            }
            _ => {
                return Err(BadLocation(
                    "there are the options db, prefix, timeout and lease",
                ));
            }
        }
        Ok(())
    }

    /// Where to connect to.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What all keys begin with, if the operator chose it.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// How long connecting and an answer may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How long a claim holds that is not renewed.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        self.lease
    }

    /// Appends what a new connection says first; gives how many replies follow. The last command asks for nothing but
    /// whether the server works.
    pub fn greet(&self, out: &mut Vec<u8>) -> usize {
        let mut replies = 1;
        if let Some(password) = &self.password {
            match &self.user {
                Some(user) => encode(out, [&b"AUTH"[..], user, password]),
                None => encode(out, [&b"AUTH"[..], password]),
            }
            replies += 1;
        }
        if self.database != 0 {
            let database = self.database.to_string();
            encode(out, [&b"SELECT"[..], database.as_bytes()]);
            replies += 1;
        }
        encode(out, [&b"PING"[..]]);
        replies
    }
}

impl fmt::Display for Location {
    /// The address alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Endpoint::Host(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Endpoint::Host(host, port) => write!(f, "{host}:{port}"),
            Endpoint::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Secrets must not end in a log.
        write!(f, "Location({self})")
    }
}

type Login = (Option<Vec<u8>>, Option<Vec<u8>>);

fn login(text: &str) -> Result<Login, BadLocation> {
    let (user, password) = text.split_once(':').ok_or(FORM)?;
    let decoded = |text: &str| {
        (!text.is_empty())
            .then(|| percent_decoded(text))
            .transpose()
    };
    let (user, password) = (decoded(user)?, decoded(password)?);
    if password.is_none() {
        return Err(BadLocation("a user needs a password"));
    }
    Ok((user, password))
}

fn percent_decoded(text: &str) -> Result<Vec<u8>, BadLocation> {
    const BAD: BadLocation =
        BadLocation("a % in user or password must be followed by two hexadecimal digits");
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let value = digit().zip(digit()).map(|(high, low)| high << 4 | low);
        let value = value.and_then(|value| u8::try_from(value).ok());
        out.push(value.ok_or(BAD)?);
    }
    Ok(out)
}

fn host(authority: &str) -> Result<Endpoint, BadLocation> {
    const BAD_PORT: BadLocation = BadLocation("the port must be a number from 1 to 65535");
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(FORM)?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(FORM);
            }
            (host, port)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if host.is_empty() {
        return Err(FORM);
    }
    let port = match port.strip_prefix(':') {
        Some(port) => port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or(BAD_PORT)?,
        None if port.is_empty() => PORT,
        None => return Err(FORM),
    };
    Ok(Endpoint::Host(host.to_owned(), port))
}

fn number_of(database: &str) -> Result<u32, BadLocation> {
    match database {
        "" => Ok(0),
        digits => digits
            .parse()
            .map_err(|_| BadLocation("the database must be a number")),
    }
}

fn seconds(text: &str, least: f64, most: f64) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    (least..=most)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::{Endpoint, Location};

    fn greeting(text: &str) -> (String, usize) {
        let mut out = Vec::new();
        let replies = Location::parse(text).unwrap().greet(&mut out);
        let words = String::from_utf8(out).unwrap();
        let words: Vec<&str> = words
            .split("\r\n")
            .filter(|word| !word.is_empty() && !word.starts_with(['*', '$']))
            .collect();
        (words.join(" "), replies)
    }

    fn endpoint(text: &str) -> Endpoint {
        Location::parse(text).unwrap().endpoint().clone()
    }

    #[test]
    fn places_are_read() {
        let host = |host: &str, port| Endpoint::Host(host.to_owned(), port);
        assert_eq!(endpoint("redis://cache"), host("cache", 6379));
        assert_eq!(endpoint("redis://cache:7000/3"), host("cache", 7000));
        assert_eq!(endpoint("redis://[::1]:7000"), host("::1", 7000));
        assert_eq!(endpoint("redis://[::1]"), host("::1", 6379));
        assert_eq!(
            endpoint("unix:///run/redis.sock"),
            Endpoint::Unix(PathBuf::from("/run/redis.sock"))
        );
        assert_eq!(
            endpoint("unix://:a@/run/redis.sock?db=2"),
            Endpoint::Unix(PathBuf::from("/run/redis.sock"))
        );
    }

    #[test]
    fn a_connection_says_who_it_is() {
        assert_eq!(greeting("redis://h"), ("PING".into(), 1));
        assert_eq!(greeting("redis://h/0"), ("PING".into(), 1));
        assert_eq!(
            greeting("redis://:p%40ss%3a@h:1/2"),
            ("AUTH p@ss: SELECT 2 PING".into(), 3)
        );
        assert_eq!(greeting("redis://u:p@h"), ("AUTH u p PING".into(), 2));
        // A password that somebody forgot to encode is cut at the last of them.
        assert_eq!(greeting("redis://u:p@q@h"), ("AUTH u p@q PING".into(), 2));
        assert_eq!(
            greeting("unix://u:p@/run/a?db=7"),
            ("AUTH u p SELECT 7 PING".into(), 3)
        );
    }

    #[test]
    fn options_are_read() {
        let location = Location::parse("redis://h?prefix=shop&timeout=0.25&lease=5").unwrap();
        assert_eq!(location.prefix(), Some("shop"));
        assert_eq!(location.timeout(), Duration::from_millis(250));
        assert_eq!(location.lease(), Duration::from_secs(5));
        assert_eq!(Location::parse("redis://h").unwrap().prefix(), None);
    }

    #[test]
    fn nothing_tells_a_secret() {
        let location = Location::parse("redis://user:secret@h:1/2").unwrap();
        assert_eq!(format!("{location:?} {location}"), "Location(h:1) h:1");
        for bad in [
            "",
            "h:6379",
            "http://user:secret@h",
            "rediss://user:secret@h",
            "redis://",
            "redis://user@h",
            "redis://user:@h",
            "redis://u:secret%4@h",
            "redis://u:secret%zz@h",
            "redis://u:secret@",
            "redis://u:secret@:1",
            "redis://u:secret/@h",
            "redis://u:secret",
            "redis://h:0",
            "redis://h:65536",
            "redis://h/secret",
            "redis://[::1",
            "redis://[h]",
            "redis://[::1]x",
            "unix://u:secret@h",
            "unix://secret",
            "redis://h?secret",
            "redis://h?secret=1",
            "redis://h?prefix=",
            "redis://h?prefix=secret%20",
            "redis://h?timeout=secret",
            "redis://h?timeout=0",
            "redis://h?timeout=NaN",
            "redis://h?lease=inf",
            "redis://h?lease=0",
        ] {
            // One of them is right: a password may have a slash.
            match Location::parse(bad) {
                Ok(location) => assert_eq!(
                    (bad, location.to_string()),
                    ("redis://u:secret/@h", "h:6379".into())
                ),
                Err(error) => assert!(!error.to_string().contains("secret"), "{error}"),
            }
        }
    }
}
