//! What a proxy says of the client it speaks for: `X-Forwarded-For`, `-Proto`, `-Host`, `-Port`, or `Forwarded` (RFC 7239).
//!
//! Anybody can send these headers, so they are believed only of peers that are trusted, and only those that are named: a
//! proxy that sets one of them passes the others on as the client wrote them. Lists are read from their end, where the
//! nearest proxy has written, up to the first address that is no trusted proxy; what stands before it is the client's.

use std::net::IpAddr;

use crate::RequestHead;
use crate::framing::host_and_port_length;

/// Whose word is taken, and in which headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    /// Whoever may connect to a unix socket is a proxy.
    has_unix: bool,
    headers: ForwardedHeaders,
}

/// The headers that the proxies set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ForwardedHeaders {
    /// `X-Forwarded-For`: addresses.
    pub address: bool,
    /// `X-Forwarded-Proto`: `http` or `https`.
    pub scheme: bool,
    /// `X-Forwarded-Host`.
    pub host: bool,
    /// `X-Forwarded-Port`.
    pub port: bool,
    /// `Forwarded`, which has all of this.
    pub standard: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

/// Where a request really comes from, as far as a trusted proxy has said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The client's port.
    pub port: Option<u16>,
    /// Whether the client speaks `https`.
    pub is_secure: Option<bool>,
    /// The host that the client asked for, with its port if there is one.
    pub host: Option<&'a [u8]>,
    /// The port that the client connected to.
    pub server_port: Option<u16>,
}

impl TrustedProxies {
    /// Reads addresses (`10.0.0.1`, `fd00::1`), networks (`10.0.0.0/8`) and `unix`, and the names of headers.
    ///
    /// # Errors
    /// The text that is none of these, and what is expected.
    pub fn parse(proxies: &[String], headers: &[String]) -> Result<Self, String> {
        let mut parsed = Self::default();
        for text in proxies {
            if text == "unix" {
                parsed.has_unix = true;
            } else {
                let network = Network::parse(text).ok_or_else(|| {
                    format!(
                        "{text:?} is no address, no network such as 10.0.0.0/8, and not \"unix\""
                    )
                })?;
                parsed.networks.push(network);
            }
        }
        for name in headers {
            let headers = &mut parsed.headers;
            let place = match name.to_ascii_lowercase().as_str() {
                "x-forwarded-for" => &mut headers.address,
                "x-forwarded-proto" => &mut headers.scheme,
                "x-forwarded-host" => &mut headers.host,
                "x-forwarded-port" => &mut headers.port,
                "forwarded" => &mut headers.standard,
                _ => return Err(format!("{name:?} is no header of proxies that is known")),
            };
            *place = true;
        }
        let ForwardedHeaders {
            address,
            scheme,
            host,
            port,
            standard,
        } = parsed.headers;
        if standard && (address || scheme || host || port) {
            return Err("Forwarded and X-Forwarded headers can't be trusted together: a proxy sets one kind, and the other \
                        one is the client's"
                .to_owned());
        }
        Ok(parsed)
    }

    /// Whether nobody is trusted.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.has_unix
    }

    /// Whether a peer is trusted; `None`: that of a unix socket.
    pub fn trusts(&self, peer: Option<IpAddr>) -> bool {
        match peer {
            None => self.has_unix,
            Some(address) => {
                let address = address.to_canonical();
                self.networks.iter().any(|network| network.has(address))
            }
        }
    }

    /// What the headers of a request say, if its peer is trusted.
    pub fn origin<'a>(
        &self,
        head: &RequestHead,
        bytes: &'a [u8],
        peer: Option<IpAddr>,
    ) -> Origin<'a> {
        if !self.trusts(peer) {
            return Origin::default();
        }
        let mut origin = if self.headers.standard {
            self.standard_origin(head, bytes)
        } else {
            self.customary_origin(head, bytes)
        };
        if origin.server_port.is_none() {
            origin.server_port = match (origin.host.and_then(port_of_host), origin.is_secure) {
                (Some(port), _) => Some(port),
                (None, Some(is_secure)) => Some(if is_secure { 443 } else { 80 }),
                (None, None) => None,
            };
        }
        origin
    }

    fn customary_origin<'a>(&self, head: &RequestHead, bytes: &'a [u8]) -> Origin<'a> {
        let mut origin = Origin::default();
        let mut hops = 0;
        if self.headers.address {
            for node in backwards(head, bytes, "x-forwarded-for", plain_part) {
                let Some((address, port)) = parse_node(node) else {
                    break;
                };
                (origin.address, origin.port) = (Some(address), port);
                if !self.trusts(Some(address)) {
                    break;
                }
                hops += 1;
            }
        }
        // What the outermost trusted proxy has said: as far from the end as its client's address is.
        let said = |name| {
            backwards(head, bytes, name, plain_part)
                .take(hops + 1)
                .last()
        };
        if self.headers.scheme {
            origin.is_secure = said("x-forwarded-proto").and_then(parse_scheme);
        }
        if self.headers.host {
            origin.host = said("x-forwarded-host").filter(|host| is_host(host));
        }
        if self.headers.port {
            origin.server_port = said("x-forwarded-port").and_then(parse_port);
        }
        origin
    }

    fn standard_origin<'a>(&self, head: &RequestHead, bytes: &'a [u8]) -> Origin<'a> {
        let mut origin = Origin::default();
        for element in backwards(head, bytes, "forwarded", quoted_part) {
            let Some(element) = Element::parse(element) else {
                break;
            };
            origin.is_secure = element.scheme.and_then(parse_scheme);
            origin.host = element.host.filter(|host| is_host(host));
            let Some((address, port)) = element.node.and_then(parse_node) else {
                break;
            };
            (origin.address, origin.port) = (Some(address), port);
            if !self.trusts(Some(address)) {
                break;
            }
        }
        origin
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().ok()?;
        let longest = if written.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= longest)?
            }
            Some(_) => return None,
        };
        let address = written.to_canonical();
        // An IPv4 network that is written as an IPv6 one.
        let prefix = match (written.is_ipv6(), address.is_ipv4()) {
            (true, true) => u32::checked_sub(prefix, 96)?,
            _ => prefix,
        };
        Some(Self { address, prefix })
    }

    fn has(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Takes the last part off a line: that part, and what stands before it.
type Splitter = for<'a> fn(&'a [u8]) -> (&'a [u8], Option<&'a [u8]>);

/// The parts of all headers of one name, the last one first.
fn backwards<'a>(
    head: &RequestHead,
    bytes: &'a [u8],
    name: &'static str,
    part: Splitter,
) -> impl Iterator<Item = &'a [u8]> {
    let lines: Vec<&'a [u8]> = head.header_values(bytes, name).collect();
    lines.into_iter().rev().flat_map(move |line| {
        let mut rest = Some(line);
        std::iter::from_fn(move || {
            let (last, before) = part(rest?);
            rest = before;
            Some(last.trim_ascii())
        })
    })
}

/// What stands behind the last comma, and what stands before it.
fn plain_part(line: &[u8]) -> (&[u8], Option<&[u8]>) {
    split_at_last(line, line.iter().rposition(|byte| *byte == b','))
}

/// The same, where commas may stand in quotes. Read from its end: whatever the client has begun the list with, quotes that
/// it never closes included, what proxies have added behind it stays what it is.
fn quoted_part(line: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut is_quoted = false;
    let comma = line.iter().enumerate().rposition(|(at, byte)| {
        let is_escaped = at > 0 && line.get(at - 1) == Some(&b'\\');
        if *byte == b'"' && !(is_quoted && is_escaped) {
            is_quoted = !is_quoted;
        }
        *byte == b',' && !is_quoted
    });
    split_at_last(line, comma)
}

fn split_at_last(line: &[u8], comma: Option<usize>) -> (&[u8], Option<&[u8]>) {
    match comma.and_then(|at| Some((line.get(at + 1..)?, line.get(..at)?))) {
        Some((last, before)) => (last, Some(before)),
        None => (line, None),
    }
}

/// One element of `Forwarded`.
#[derive(Default)]
struct Element<'a> {
    node: Option<&'a [u8]>,
    scheme: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
}

impl<'a> Element<'a> {
    /// `None`: it is not as RFC 7239 has it.
    fn parse(text: &'a [u8]) -> Option<Self> {
        let mut element = Self::default();
        let mut rest = text;
        loop {
            let equals = rest.iter().position(|byte| *byte == b'=')?;
            let name = rest.get(..equals)?.trim_ascii();
            let (value, behind) = parse_value(rest.get(equals + 1..)?)?;
            let place = match name.to_ascii_lowercase().as_slice() {
                b"for" => Some(&mut element.node),
                b"proto" => Some(&mut element.scheme),
                b"host" => Some(&mut element.host),
                _ => None,
            };
            if let Some(place) = place
                && place.replace(value).is_some()
            {
                // Each parameter once.
                return None;
            }
            match behind.trim_ascii_start() {
                [] => return Some(element),
                [b';', next @ ..] => rest = next,
                _ => return None,
            }
        }
    }
}

/// A token or what stands in quotes, and what follows it. None of what is read here has escapes in it.
fn parse_value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if let [b'"', inside @ ..] = text {
        let end = inside.iter().position(|byte| *byte == b'"')?;
        let value = inside.get(..end)?;
        return (!value.contains(&b'\\')).then_some((value, inside.get(end + 1..)?));
    }
    let end = text
        .iter()
        .position(|byte| matches!(byte, b';' | b' ' | b'\t'))
        .unwrap_or(text.len());
    let value = text.get(..end)?;
    (!value.is_empty()).then_some((value, text.get(end..)?))
}

/// An address, and a port if there is one: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn parse_node(text: &[u8]) -> Option<(IpAddr, Option<u16>)> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some((address.to_canonical(), None));
    }
    let (address, port) = match text.strip_prefix('[') {
        Some(inside) => {
            let (address, behind) = inside.split_once(']')?;
            if behind.is_empty() {
                return Some((IpAddr::V6(address.parse().ok()?).to_canonical(), None));
            }
            (IpAddr::V6(address.parse().ok()?), behind.strip_prefix(':')?)
        }
        None => {
            let (address, port) = text.split_once(':')?;
            (IpAddr::V4(address.parse().ok()?), port)
        }
    };
    Some((address.to_canonical(), Some(parse_port(port.as_bytes())?)))
}

fn parse_port(text: &[u8]) -> Option<u16> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text)
        .ok()?
        .parse()
        .ok()
        .filter(|port| *port != 0)
}

fn parse_scheme(text: &[u8]) -> Option<bool> {
    match text.to_ascii_lowercase().as_slice() {
        b"https" => Some(true),
        b"http" => Some(false),
        _ => None,
    }
}

fn is_host(host: &[u8]) -> bool {
    !host.is_empty() && host_and_port_length(host) == host.len()
}

/// The port in a host that is valid.
fn port_of_host(host: &[u8]) -> Option<u16> {
    let at = host.iter().rposition(|byte| *byte == b':')?;
    let port = host.get(at + 1..)?;
    if port.contains(&b']') {
        None
    } else {
        parse_port(port)
    }
}

#[cfg(test)]
mod tests;
