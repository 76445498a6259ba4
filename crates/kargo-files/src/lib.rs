//! Files of a directory as HTTP answers: which file a path means, what a request wants of it, and the answer's head. Whose
//! bytes go to which socket is the caller's: the answer names an open file and ranges of it.
//!
//! | module | holds |
//! |---|---|
//! | `directory` | [`Directory`]: opens files that lie in it, and no others |
//! | `answer` | [`Files::answer`]: from a request to a [`Reply`] |
//! | `stored` | a file and its validators, and its precompressed copies |
//! | `media_type` | Content-Type by the name's extension |
//! | `caching` | Cache-Control by the name |
//!
//! Nothing is kept between two requests but the directory's descriptor: a file is opened and looked at for each answer, so
//! no answer is older than its request.
#![forbid(unsafe_code)]

mod answer;
mod caching;
mod directory;
mod media_type;
mod stored;

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::io;
use std::path::Path;
use std::path::PathBuf;

pub use answer::Body;
pub use answer::Reply;
pub use answer::Request;
pub use directory::Directory;

/// Name and value of a header.
pub type HeaderLine = (Vec<u8>, Vec<u8>);

/// What is served, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory.
    pub directory: PathBuf,
    /// Names of the file that stands for its directory; the first that is there is taken.
    pub index: Vec<String>,
    /// Cache-Control: max-age in seconds, `no-cache` for 0; `None`: no header.
    pub max_age: Option<u64>,
    /// Folders below the directory, as `build/`, in which files whose name holds a hash never change.
    pub immutable: Vec<String>,
    /// Whether `NAME.br`, `NAME.zst` and `NAME.gz` are sent in place of NAME to who takes them.
    pub precompressed: bool,
    /// Whether symbolic links that lead out of the directory are followed.
    pub outside_links: bool,
    /// Extensions in lower case, without the dot, of files that are as if they were not there.
    pub hidden: Vec<String>,
    /// Content-Types by extension, in lower case and without the dot, where they are not to be the usual ones.
    pub types: HashMap<String, String>,
    /// Further headers of each file.
    pub headers: Vec<HeaderLine>,
}

/// Extensions that PHP code has: sent as a file it would tell its secrets.
pub const PHP_EXTENSIONS: &[&str] = &[
    "php", "php3", "php4", "php5", "php7", "php8", "phps", "phtml", "pht", "phar", "inc",
];

impl Settings {
    /// The files of `directory`, with what is safe for a directory that nobody has looked through.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            index: vec!["index.html".to_owned()],
            max_age: None,
            immutable: Vec::new(),
            precompressed: true,
            outside_links: false,
            hidden: PHP_EXTENSIONS.iter().map(|&it| it.to_owned()).collect(),
            types: HashMap::new(),
            headers: Vec::new(),
        }
    }
}

/// The files of one directory.
#[derive(Debug)]
pub struct Files {
    settings: Settings,
    directory: Directory,
    caching: caching::Caching,
    /// Makes boundaries that no file can foresee.
    random: RandomState,
}

/// Why a directory can't be served.
#[derive(Debug)]
pub enum SettingsError {
    /// The system's word on the directory.
    Directory(PathBuf, io::Error),
    /// An index that is no plain file name, or would be hidden.
    Index(String),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path, error) => {
                write!(
                    formatter,
                    "can't serve the files of {}: {error}",
                    path.display()
                )
            }
            Self::Index(name) => write!(
                formatter,
                "{name:?} can't be an index: it must be a file's name, without a folder, of a kind that is served"
            ),
        }
    }
}

impl std::error::Error for SettingsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Directory(_, error) => Some(error),
            Self::Index(_) => None,
        }
    }
}

impl Files {
    /// Looks whether the directory can be read.
    ///
    /// # Errors
    /// For the operator.
    pub fn new(mut settings: Settings) -> Result<Self, SettingsError> {
        // The working directory may be another when a file is asked for.
        if let Ok(path) = std::path::absolute(&settings.directory) {
            settings.directory = path;
        }
        let unusable = settings.index.iter().find(|name| {
            let path = kargo_http::file_path::FilePath::decode(format!("/{name}").as_bytes());
            !path.is_some_and(|path| {
                !name.is_empty()
                    && path.name() == *name
                    && !name.contains('/')
                    && !path.is_hidden()
                    && !path.has_extension_of(&settings.hidden)
            })
        });
        if let Some(name) = unusable {
            return Err(SettingsError::Index(name.clone()));
        }
        let directory = Directory::new(&settings.directory, settings.outside_links)
            .map_err(|error| SettingsError::Directory(settings.directory.clone(), error))?;
        Ok(Self {
            directory,
            caching: caching::Caching::new(settings.max_age, &settings.immutable),
            random: RandomState::new(),
            settings,
        })
    }

    /// The directory, as an absolute path.
    pub fn directory(&self) -> &Path {
        &self.settings.directory
    }

    /// A boundary for a body of several parts of the file with this tag.
    fn boundary(&self, tag: &str, now: u64) -> String {
        let (one, two) = (
            self.random.hash_one((tag, now, 1)),
            self.random.hash_one((tag, now, 2)),
        );
        format!("{one:016x}{two:016x}")
    }
}

#[cfg(test)]
mod tests;
