//! What things are called in the log and in the list of what may change, and whose code they are.

use std::path::{Component, Path};

use crate::engine::value::{class_name, string_bytes};
use crate::engine::{Global, ffi};

/// Changes in what every application has, and which no visitor can see.
const BUILT_IN: [&str; 2] = ["$__composer_autoload_files", "Composer\\Autoload\\*"];

/// Names with `*` for anything.
#[derive(Debug)]
pub(super) struct Patterns(Vec<String>);

impl Patterns {
    pub(super) fn new(mut patterns: Vec<String>) -> Self {
        patterns.extend(BUILT_IN.map(str::to_owned));
        Self(patterns)
    }

    pub(super) fn allow(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern, name))
    }
}

/// Whether `name` is what `pattern` says, in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let before: &str = before;
            match rest.find(before) {
                Some(at) => rest = &rest[at + before.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The name of a property without the class that the engine writes before private ones.
fn plain(name: *const ffi::zend_string) -> String {
    let bytes = string_bytes(name);
    let start = bytes
        .iter()
        .rposition(|byte| *byte == 0)
        .map_or(0, |at| at + 1);
    text(bytes.get(start..).unwrap_or_default())
}

/// What a slot is called.
pub(super) fn of_slot(slot: &ffi::kg_slot, owner: &ffi::kg_owner) -> String {
    let name = if slot.name.is_null() {
        "*".to_owned()
    } else {
        plain(slot.name)
    };
    match owner.kind {
        ffi::kg_owner_kind_KG_OWNER_CLASS => {
            format!("{}::${name}", text(class_name(owner.of.cast())))
        }
        ffi::kg_owner_kind_KG_OWNER_OBJECT => {
            // SAFETY: an object that is gone has no slots that change.
            let class = unsafe { (*owner.of.cast::<ffi::zend_object>()).ce };
            format!("{}->{name}", text(class_name(class)))
        }
        ffi::kg_owner_kind_KG_OWNER_GLOBAL => format!("${name}"),
        _ => format!("{}()::${name}", function_name(owner)),
    }
}

fn function_name(owner: &ffi::kg_owner) -> String {
    // SAFETY: the function or closure is alive; its name and file live as long.
    unsafe {
        let function = ffi::kg_isolation_function(owner);
        let name = if (*function).function_name.is_null() {
            String::new()
        } else {
            text(string_bytes((*function).function_name))
        };
        if name.contains("{closure") {
            let file = text(string_bytes((*function).filename));
            return format!("{{closure:{file}:{}}}", (*function).line_start);
        }
        if (*function).scope.is_null() {
            return name;
        }
        format!("{}::{name}", text(class_name((*function).scope)))
    }
}

/// Directories that libraries are in, as the include path has them.
static LIBRARIES: Global<Vec<String>> = Global::new();

fn library_directories() -> Vec<String> {
    // SAFETY: the setting's text is alive while it is read.
    let setting = unsafe {
        let setting = ffi::kg_isolation_include_path();
        if setting.is_null() {
            String::new()
        } else {
            std::ffi::CStr::from_ptr(setting)
                .to_string_lossy()
                .into_owned()
        }
    };
    setting
        .split(':')
        .chain(["/usr/share/php"])
        .filter(|path| path.len() > 1 && path.starts_with('/'))
        .map(|path| format!("{}/", path.trim_end_matches('/')))
        .collect()
}

/// Whether a file is a library's: below a directory `vendor`, where Debian's packages put their PHP code, or made by a
/// framework, below `var/cache` (containers and lazy proxies of Symfony's).
#[unsafe(no_mangle)]
extern "C" fn kargo_isolation_is_library(file: *const std::ffi::c_char, length: usize) -> bool {
    // SAFETY: the engine gives `length` bytes.
    let file = unsafe { std::slice::from_raw_parts(file.cast::<u8>(), length) };
    let file = String::from_utf8_lossy(file);
    let is_vendored = Path::new(&*file)
        .components()
        .any(|part| part == Component::Normal("vendor".as_ref()));
    is_vendored
        || file.contains("/var/cache/")
        || LIBRARIES.with_or(library_directories, |directories| {
            directories
                .iter()
                .any(|directory| file.starts_with(directory.as_str()))
        })
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_whole_names() {
        assert!(matches("App\\Cache::$items", "App\\Cache::$items"));
        assert!(!matches("App\\Cache::$items", "App\\Cache::$items2"));
        assert!(!matches("Cache::$items", "App\\Cache::$items"));
        assert!(matches("App\\Cache::*", "App\\Cache::$items"));
        assert!(matches("App\\*::$instance", "App\\A\\B::$instance"));
        assert!(!matches("App\\*::$instance", "App\\A::$instances"));
        assert!(matches("*", "ini memory_limit"));
        assert!(matches("*x*y", "axbycy"));
        assert!(!matches("a*a", "a"));
    }
}
