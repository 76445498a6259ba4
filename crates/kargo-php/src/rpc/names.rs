//! Class names in the docblocks of a class or function.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::engine::value::{class_name, string_bytes};
use crate::engine::{Global, ffi};
use crate::rpc::docblock;
use crate::rpc::imports::Imports;

/// Where a docblock is, which says what its names mean.
#[derive(Debug)]
pub(crate) struct Names {
    /// What `self` is.
    scope: *mut ffi::zend_class_entry,
    file: *mut ffi::zend_string,
    line: u32,
    imports: OnceCell<Rc<Imports>>,
    /// Types that the docblock of the class gives names: name, and what it stands for.
    aliases: OnceCell<Vec<(String, String)>>,
}

/// Sources larger than this are not read: nobody writes them by hand.
const LARGEST_SOURCE: u64 = 16 << 20;

/// Files that were read: by name.
static FILES: Global<Vec<(Vec<u8>, Rc<Imports>)>> = Global::new();

impl Names {
    /// Those in the docblock of a function or method.
    pub(crate) fn of_function(function: *const ffi::zend_function) -> Self {
        let mut line = 0;
        // SAFETY: the function is alive.
        let (scope, file) = unsafe {
            (
                (*function).common.scope,
                ffi::kg_function_file(function, &raw mut line),
            )
        };
        Self {
            scope,
            file,
            line,
            imports: OnceCell::new(),
            aliases: OnceCell::new(),
        }
    }

    /// Those in the docblocks of a class and its properties.
    pub(crate) fn of_class(class: *mut ffi::zend_class_entry) -> Self {
        let mut line = 0;
        // SAFETY: the class is alive.
        let file = unsafe { ffi::kg_class_file(class, &raw mut line) };
        Self {
            scope: class,
            file,
            line,
            imports: OnceCell::new(),
            aliases: OnceCell::new(),
        }
    }

    pub(crate) const fn scope(&self) -> *mut ffi::zend_class_entry {
        self.scope
    }

    /// What `@phpstan-type` or `@psalm-type` of the class says that `name` stands for.
    pub(crate) fn alias(&self, name: &str) -> Option<&str> {
        let aliases = self.aliases.get_or_init(|| {
            if self.scope.is_null() {
                return Vec::new();
            }
            // SAFETY: the class is alive, and its comment with it.
            aliases_in(unsafe { ffi::kg_class_doc_comment(self.scope) })
        });
        let found = aliases.iter().find(|(alias, _)| alias == name);
        found.map(|(_, text)| &**text)
    }

    /// The full name of the class that `name` is here.
    pub(crate) fn full_name(&self, name: &str) -> String {
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        if is("self") || is("static") {
            if self.scope.is_null() {
                return String::new();
            }
            return String::from_utf8_lossy(class_name(self.scope)).into_owned();
        }
        self.imports
            .get_or_init(|| imports_of(self.file))
            .resolve(name, self.line)
    }
}

fn aliases_in(comment: *const ffi::zend_string) -> Vec<(String, String)> {
    let mut aliases = Vec::new();
    if comment.is_null() {
        return aliases;
    }
    for tag in docblock::tags(&String::from_utf8_lossy(string_bytes(comment))) {
        let (tag, text) = tag.split_once(char::is_whitespace).unwrap_or_default();
        if matches!(tag, "@phpstan-type" | "@psalm-type") {
            let (name, text) = text.trim().split_once([' ', '=']).unwrap_or_default();
            let text = text.trim_start_matches([' ', '=']);
            aliases.push((name.to_owned(), text.to_owned()));
        }
    }
    aliases
}

fn imports_of(file: *mut ffi::zend_string) -> Rc<Imports> {
    if file.is_null() {
        return Rc::default();
    }
    let name = string_bytes(file);
    let known = FILES.with_or(Vec::new, |files| {
        let found = files.iter().find(|(other, _)| other == name);
        found.map(|(_, imports)| Rc::clone(imports))
    });
    known.unwrap_or_else(|| {
        let imports =
            Rc::new(source_of(name).map_or_else(Imports::default, |source| Imports::read(&source)));
        FILES.with_or(Vec::new, |files| {
            files.push((name.to_vec(), Rc::clone(&imports)));
        });
        imports
    })
}

/// The source, if it is a file: code may come from eval() or an archive too, and has no imports that can be known then.
fn source_of(name: &[u8]) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt as _;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name));
    let data = std::fs::metadata(path).ok()?;
    if !data.is_file() || data.len() > LARGEST_SOURCE {
        return None;
    }
    std::fs::read(path).ok()
}

/// Forgets the files, when the script ends.
pub(crate) fn clear() {
    drop(FILES.replace(None));
}
