//! Names of files as peers give them, made harmless.

/// What most file systems can take.
const LONGEST: usize = 255;

/// A name that can be used for a file in a directory of the application's: what is behind the last slash or backslash, as
/// UTF-8 without control characters, without dots in front (no `.htaccess`, no `..`), at most 255 bytes long. `upload` if
/// nothing is left of it.
///
/// Whether a file of that name may be there, and what its extension may be, is for the application to say.
pub fn safe_file_name(sent: &[u8]) -> String {
    let last = sent
        .rsplit(|byte| matches!(byte, b'/' | b'\\'))
        .next()
        .unwrap_or_default();
    let text = String::from_utf8_lossy(last);
    let mut name: String = text
        .chars()
        .filter(|char| !char.is_control() && !is_invisible(*char))
        .collect();
    let start = name.len() - name.trim_start_matches(['.', ' ']).len();
    name.drain(..start);
    // Windows drops these, so that two names would be one file.
    name.truncate(name.trim_end_matches(['.', ' ']).len());
    if name.len() > LONGEST {
        shorten(&mut name);
    }
    if name.is_empty() {
        name.push_str("upload");
    }
    name
}

/// Characters that show a name as another one: directions, joiners, byte order marks.
const fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Cuts the middle out, so that the extension stays.
fn shorten(name: &mut String) {
    let extension = name
        .rfind('.')
        .filter(|at| *at > 0 && name.len() - at <= 16)
        .map_or_else(String::new, |at| name.split_off(at));
    let mut end = LONGEST.saturating_sub(extension.len()).min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name.truncate(name.trim_end_matches(['.', ' ']).len());
    name.push_str(&extension);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (sent, wanted) in [
            (&b"photo.jpg"[..], "photo.jpg"),
            (b"../../etc/passwd", "passwd"),
            (b"C:\\Users\\x\\a b.txt", "a b.txt"),
            (b"..", "upload"),
            (b".", "upload"),
            (b"", "upload"),
            (b"a/", "upload"),
            (b".htaccess", "htaccess"),
            (b"...x", "x"),
            (b" a.txt. ", "a.txt"),
            (b"a\r\nb\x7f\x00.txt", "ab.txt"),
            (b"\xff.txt", "\u{fffd}.txt"),
            ("gpj\u{202e}.exe".as_bytes(), "gpj.exe"),
            ("Jürgen.txt".as_bytes(), "Jürgen.txt"),
        ] {
            assert_eq!(safe_file_name(sent), wanted, "{}", sent.escape_ascii());
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = safe_file_name(format!("{}.jpeg", "ü".repeat(300)).as_bytes());
        assert!(name.len() <= 255 && name.len() > 250 && name.ends_with("ü.jpeg"));
        assert_eq!(safe_file_name(&[b'a'; 300]).len(), 255);
        let name = safe_file_name(format!("{}. .{}", "a".repeat(252), "b".repeat(99)).as_bytes());
        assert_eq!(name, "a".repeat(252));
    }
}
