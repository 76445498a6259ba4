//! Which bytes the grammars allow, one table for all of them.

/// `tchar` of RFC 9110 section 5.6.2.
pub(crate) const TOKEN: u8 = 1;
/// `pchar` of RFC 3986 section 3.3 and "/", without "%", which the caller must look into.
pub(crate) const PATH: u8 = 2;
/// `query` of RFC 3986 section 3.4, "%" included, and three that browsers send besides.
pub(crate) const QUERY: u8 = 4;
/// `reg-name` of RFC 3986 section 3.2.2, without "%".
pub(crate) const REG_NAME: u8 = 8;
/// Hexadecimal digits.
pub(crate) const HEX: u8 = 16;
/// What may stand inside the brackets of an IP literal (RFC 3986 section 3.2.2, no zone).
pub(crate) const IP_LITERAL: u8 = 32;
/// Decimal digits.
pub(crate) const DIGIT: u8 = 64;
/// `cookie-octet` of RFC 6265 section 4.1.1.
pub(crate) const COOKIE: u8 = 128;

static CLASSES: [u8; 256] = classes();

/// Whether `byte` belongs to one of the given classes.
#[inline(always)]
pub(crate) fn is(byte: u8, class: u8) -> bool {
    #[expect(clippy::indexing_slicing, reason = "a u8 is always below 256")]
    let classes = CLASSES[byte as usize];
    classes & class != 0
}

/// Whether all of `bytes` belong to one of the given classes.
#[inline]
pub(crate) fn all(bytes: &[u8], class: u8) -> bool {
    prefix_length(bytes, class) == bytes.len()
}

/// How many bytes at the start of `bytes` belong to one of the given classes.
#[inline(always)]
pub(crate) fn prefix_length(bytes: &[u8], class: u8) -> usize {
    let mut rest = bytes;
    let mut length = 0;
    // Eight at a time, because counting and comparing for each costs as much as looking it up.
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        for (offset, &byte) in chunk.iter().enumerate() {
            if !is(byte, class) {
                return length + offset;
            }
        }
        rest = behind;
        length += 8;
    }
    length
        + rest
            .iter()
            .position(|&byte| !is(byte, class))
            .unwrap_or(rest.len())
}

/// Whether `bytes` are `lower` in any case. `lower` consists of lower-case letters and hyphens,
/// `bytes` holds no control characters: these alone would be mistaken.
#[inline(always)]
pub(crate) fn is_in_any_case<const N: usize>(bytes: &[u8], lower: &[u8; N]) -> bool {
    // No early end: that way a few words are compared instead of many bytes.
    <&[u8; N]>::try_from(bytes).is_ok_and(|bytes| {
        bytes.iter().zip(lower).fold(0, |differing, (byte, lower)| {
            differing | ((byte | 0x20) ^ lower)
        }) == 0
    })
}

/// Whether `bytes` are a token, such as a method or a header name (RFC 9110 section 5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all(bytes, TOKEN)
}

/// Whether `bytes` can be a header value: no control characters but HTAB (RFC 9110 section 5.5).
pub fn is_field_value(bytes: &[u8]) -> bool {
    // No early end: without one the compiler compares many bytes at once.
    bytes
        .iter()
        .fold(true, |valid, &byte| valid & is_field_value_byte(byte))
}

/// The value of a hexadecimal digit.
#[inline]
pub(crate) const fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// `field-vchar`, SP or HTAB: no control characters but HTAB (RFC 9110 section 5.5).
#[inline]
pub(crate) const fn is_field_value_byte(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7f || byte == b'\t'
}

/// `qdtext` of RFC 9110 section 5.6.4: what stands unescaped between quotes.
pub(crate) const fn is_quoted_text(byte: u8) -> bool {
    is_field_value_byte(byte) && byte != b'"' && byte != b'\\'
}

/// Without the spaces and tabs around it (OWS, RFC 9110 section 5.6.3).
pub(crate) const fn trim_ows(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, at compile time"
)]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        let sub_delim = matches!(
            byte,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
        );
        let pchar = unreserved || sub_delim || matches!(byte, b':' | b'@');
        let mut class = 0;
        if byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#'
                    | b'$'
                    | b'%'
                    | b'&'
                    | b'\''
                    | b'*'
                    | b'+'
                    | b'-'
                    | b'.'
                    | b'^'
                    | b'_'
                    | b'`'
                    | b'|'
                    | b'~'
            )
        {
            class |= TOKEN;
        }
        if pchar || byte == b'/' {
            class |= PATH;
        }
        // Every browser sends brackets and bars as they are (WHATWG URL, query percent-encode
        // set), and PHP's forms are full of them: `a[b]=1`.
        if pchar || matches!(byte, b'/' | b'?' | b'%' | b'[' | b']' | b'|') {
            class |= QUERY;
        }
        if unreserved || sub_delim {
            class |= REG_NAME;
        }
        if byte.is_ascii_hexdigit() {
            class |= HEX;
        }
        if unreserved || sub_delim || byte == b':' {
            class |= IP_LITERAL;
        }
        if byte.is_ascii_digit() {
            class |= DIGIT;
        }
        if matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e) {
            class |= COOKIE;
        }
        table[index] = class;
        index += 1;
    }
    table
}
