//! Where the body of a request goes, decided by its route when its head has come.

use std::rc::Rc;

use kargo_http::multipart::{Limits, is_form_data};
use kargo_http::router::{Match, Router};
use kargo_http::{BodyFraming, RequestHead};
use kargo_net::{BodyGate, BodyPlace, UploadSettings};

use crate::classes::options::Options;
use crate::classes::uploads;
use crate::engine::throw::class;
use crate::engine::value::class_of;
use crate::engine::{Call, Kind, Thrown, Zv, object};
use crate::serve::route::Target;
use crate::serve::server::host_is_allowed;

/// Bodies that are worth no file.
const SMALL: u64 = 64 << 10;

/// What a route, or a server, says about forms with files.
#[derive(Clone, Debug)]
pub(crate) enum RouteUploads {
    /// Nothing: what is around it has the limits.
    Usual,
    /// They are bodies like others.
    Off,
    /// These are the limits.
    Own(Rc<UploadSettings>),
}

impl RouteUploads {
    /// Argument `index`, which is null, false or a `Kargo\Http\Uploads`.
    pub(crate) fn argument(call: &Call, index: u32) -> Result<Self, Thrown> {
        match call.argument(index) {
            None => Ok(Self::Usual),
            Some(value) => Self::of(value)
                .ok_or_else(|| call.wrong_type(index, c"of type Kargo\\Http\\Uploads|false|null")),
        }
    }

    /// The same of a value; `None` if it is something else.
    pub(crate) fn of(value: Zv) -> Option<Self> {
        let value = value.dereferenced();
        match value.kind() {
            Kind::Undefined | Kind::Null => Some(Self::Usual),
            Kind::False => Some(Self::Off),
            Kind::Object => {
                let object = value.object()?;
                if class_of(object) != class::uploads() {
                    return None;
                }
                let settings = object::native::<Rc<UploadSettings>>(object);
                // SAFETY: a constructed object of the class has its settings, and is alive.
                unsafe { settings.as_ref() }.map(|settings| Self::Own(Rc::clone(settings)))
            }
            _ => None,
        }
    }
}

/// The gate of kargo-net over the routes.
#[derive(Debug)]
pub(crate) struct Bodies {
    router: Rc<Router<Target>>,
    hosts: Vec<String>,
    /// For handlers whose route says nothing.
    usual: Option<Rc<UploadSettings>>,
    /// For applications whose mount says nothing.
    whole: Rc<UploadSettings>,
    /// What is at most so long, and says so, goes into memory.
    small: u64,
}

impl Bodies {
    pub(super) fn new(options: &Options, router: Rc<Router<Target>>) -> Self {
        // What nobody has limits for may be as large as other bodies.
        let bytes = options.body_bytes;
        let limits = Limits {
            total_bytes: bytes,
            field_bytes: bytes,
            fields_bytes: bytes,
            file_bytes: bytes,
            ..Limits::default()
        };
        let directory = uploads::usual_directory();
        let whole = Rc::new(UploadSettings::new(limits, directory, uploads::DISK_BYTES));
        Self {
            router,
            hosts: options.hosts.clone(),
            usual: match &options.uploads {
                RouteUploads::Off => None,
                RouteUploads::Own(settings) => Some(Rc::clone(settings)),
                RouteUploads::Usual => Some(Rc::clone(&whole)),
            },
            whole,
            small: SMALL.min(bytes),
        }
    }
}

impl BodyGate for Bodies {
    fn place(&mut self, head: &RequestHead, bytes: &[u8]) -> BodyPlace {
        // Most bodies are short, and no forms with files: they go where they always went.
        let is_small =
            matches!(head.body_framing(), BodyFraming::Length(length) if length <= self.small);
        let is_form = head.header(bytes, "content-type").is_some_and(is_form_data);
        if is_small && !is_form {
            return BodyPlace::Memory;
        }
        if !self.hosts.is_empty() && !host_is_allowed(&self.hosts, head.host(bytes)) {
            return BodyPlace::Memory;
        }
        let found = self
            .router
            .find(head.method(), head.method_name(bytes), head.path(bytes));
        let Ok(Match::Found { value, .. }) = found else {
            return BodyPlace::Memory;
        };
        let mut target = value;
        loop {
            match target {
                Target::Handler(_, uploads) if is_form => {
                    return match uploads {
                        RouteUploads::Off => BodyPlace::Memory,
                        RouteUploads::Own(settings) => BodyPlace::Upload(Rc::clone(settings)),
                        RouteUploads::Usual => match &self.usual {
                            Some(settings) => BodyPlace::Upload(Rc::clone(settings)),
                            None => BodyPlace::Memory,
                        },
                    };
                }
                // An application reads any body itself, PHP its forms.
                Target::Application(_, uploads) if !is_small => {
                    return match uploads {
                        RouteUploads::Off => BodyPlace::Memory,
                        RouteUploads::Own(settings) => BodyPlace::Disk(Rc::clone(settings)),
                        RouteUploads::Usual => BodyPlace::Disk(Rc::clone(&self.whole)),
                    };
                }
                Target::Files(mounted) => match &mounted.otherwise {
                    Some(next) => target = next,
                    None => return BodyPlace::Memory,
                },
                Target::Handler(..)
                | Target::Application(..)
                | Target::Api(_)
                | Target::Scripts(_) => return BodyPlace::Memory,
            }
        }
    }
}
