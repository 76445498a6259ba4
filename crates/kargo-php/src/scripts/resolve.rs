//! Which script answers a path: what a web server's try_files and fastcgi_split_path_info do.

use std::path::{Component, Path, PathBuf};

use super::Scripts;

/// The script of a request, as `$_SERVER` has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) file: PathBuf,
    /// From the root of the site: the mount's prefix and the script below it.
    pub(super) name: String,
    /// What follows the script in the path, decoded; empty or with a slash first.
    pub(super) path_info: String,
}

/// Why there is no script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoScript {
    NotFound,
    /// The path is a folder's, which needs a slash at its end.
    Slash,
}

/// Finds the script for a path below the mount. `prefix` has no slash at its end, `path` one at its beginning, decoded,
/// unless it is empty: the mount itself.
pub(super) fn resolve(scripts: &Scripts, prefix: &str, path: &str) -> Result<Script, NoScript> {
    if let Some(only) = &scripts.only {
        let name = only.file_name().unwrap_or_default().to_string_lossy();
        let name_path = format!("/{name}");
        let rest = path
            .strip_prefix(&name_path)
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        return Ok(Script {
            file: only.clone(),
            name: format!("{prefix}{name_path}"),
            path_info: rest.map_or_else(|| info_of(path), str::to_owned),
        });
    }
    if path.is_empty() && !prefix.is_empty() {
        return Err(NoScript::Slash);
    }
    let path = if path.is_empty() { "/" } else { path };
    let mut file = scripts.root.clone();
    let mut used = 0;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        if segment.is_empty() {
            if is_last {
                break;
            }
            return front(scripts, prefix, path);
        }
        if !is_plain(segment) {
            return Err(NoScript::NotFound);
        }
        file.push(segment);
        used += 1 + segment.len();
        if is_script(segment) && file.is_file() {
            return inside(scripts, file).map(|file| Script {
                file,
                name: format!("{prefix}{}", &path[..used]),
                path_info: path[used..].to_owned(),
            });
        }
        if !file.is_dir() {
            // What is there and no script is never run, nor shown by a front controller.
            return if file.exists() {
                Err(NoScript::NotFound)
            } else {
                front(scripts, prefix, path)
            };
        }
    }
    let index = file.join(&scripts.index);
    if index.is_file() {
        if !path.ends_with('/') {
            return Err(NoScript::Slash);
        }
        return inside(scripts, index).map(|file| Script {
            file,
            name: format!("{prefix}{path}{}", scripts.index),
            path_info: String::new(),
        });
    }
    front(scripts, prefix, path)
}

/// The script that takes what is no file.
fn front(scripts: &Scripts, prefix: &str, path: &str) -> Result<Script, NoScript> {
    let name = scripts
        .front_controller
        .as_deref()
        .ok_or(NoScript::NotFound)?;
    let file = scripts.root.join(name);
    if !file.is_file() {
        return Err(NoScript::NotFound);
    }
    Ok(Script {
        file,
        name: format!("{prefix}/{name}"),
        path_info: info_of(path),
    })
}

/// A front controller sees the whole path, but none for the root.
fn info_of(path: &str) -> String {
    if path == "/" {
        String::new()
    } else {
        path.to_owned()
    }
}

/// Links may not lead out of the root.
fn inside(scripts: &Scripts, file: PathBuf) -> Result<PathBuf, NoScript> {
    let real = file.canonicalize().map_err(|_| NoScript::NotFound)?;
    real.starts_with(&scripts.root)
        .then_some(file)
        .ok_or(NoScript::NotFound)
}

fn is_script(segment: &str) -> bool {
    Path::new(segment)
        .extension()
        .is_some_and(|extension| extension == "php")
}

/// Whether a segment names a file that may be asked for: no dot files, nothing that leads elsewhere.
fn is_plain(segment: &str) -> bool {
    let mut components = Path::new(segment).components();
    !segment.starts_with('.')
        && !segment.contains(['\0', '\\'])
        && matches!(
            (components.next(), components.next()),
            (Some(Component::Normal(_)), None)
        )
}
