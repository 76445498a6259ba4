//! Names of the application as names of XML elements.

use std::borrow::Cow;
use std::fmt::Write;

use crate::xml;

/// `name` as an NCName: itself where it is one, else with `_xHHHH_` for every character that can't stand where it does.
#[must_use]
pub fn element_name(name: &str) -> Cow<'_, str> {
    if is_nc_name(name) && !name.contains("_x") {
        return Cow::Borrowed(name);
    }
    let mut made = String::with_capacity(name.len() + 7);
    for (index, character) in name.chars().enumerate() {
        let mut buffer = [0; 5];
        // What may only follow is tried behind something else.
        let (piece, offset) = if index == 0 { ("", 0) } else { ("_", 1) };
        let tried = format!("{piece}{}", character.encode_utf8(&mut buffer));
        let is_escape =
            character == '_' && name.get(made_rest(name, index)..).is_some_and(is_escaped);
        if tried.len() > offset && is_nc_name(&tried) && !is_escape {
            made.push(character);
        } else {
            // A String takes all.
            let _always = write!(made, "_x{:04X}_", character as u32);
        }
    }
    if made.is_empty() {
        made.push('_');
    }
    Cow::Owned(made)
}

/// Where character number `index` begins.
fn made_rest(name: &str, index: usize) -> usize {
    name.char_indices()
        .nth(index)
        .map_or(name.len(), |(at, _)| at)
}

/// Whether a text begins like an escape of ours.
fn is_escaped(text: &str) -> bool {
    text.strip_prefix("_x").is_some_and(|rest| {
        rest.find('_').is_some_and(|end| {
            end >= 4
                && rest
                    .get(..end)
                    .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        })
    })
}

/// Whether `name` is a name without a colon.
pub(super) fn is_nc_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(':') && xml::name_len(name.as_bytes()) == name.len()
}

/// The namespace of an API that was given none: made of its title's letters and digits.
#[must_use]
pub fn default_namespace(title: &str) -> String {
    let mut made = String::from("urn:kargo:");
    let start = made.len();
    for character in title.chars() {
        if character.is_ascii_alphanumeric() {
            made.push(character.to_ascii_lowercase());
        } else if made.len() > start && !made.ends_with('-') {
            made.push('-');
        }
    }
    while made.len() > start && made.ends_with('-') {
        made.pop();
    }
    if made.len() == start {
        made.push_str("api");
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_xml_has_stay_and_others_are_escaped() {
        for (name, expected) in [
            ("vote", "vote"),
            ("poll.getAll", "poll.getAll"),
            ("größe", "größe"),
            ("a_x", "a_x"),
            ("first name", "first_x0020_name"),
            ("1st", "_x0031_st"),
            ("a:b", "a_x003A_b"),
            ("-", "_x002D_"),
            ("", "_"),
            ("a_x0020_b", "a_x005F_x0020_b"),
        ] {
            assert_eq!(element_name(name), expected);
        }
    }

    #[test]
    fn a_namespace_is_made_of_the_title() {
        assert_eq!(default_namespace("Poll API"), "urn:kargo:poll-api");
        assert_eq!(default_namespace(" (Größe) 2 "), "urn:kargo:gr-e-2");
        assert_eq!(default_namespace("投票"), "urn:kargo:api");
    }
}
