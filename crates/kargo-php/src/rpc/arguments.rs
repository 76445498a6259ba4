//! The arguments of the calls of one body: PHP values, in the shape that each parameter wants.

use std::rc::Rc;

use kargo_rpc::{Argument, Builder, CallBuilder, DateTime, LikelyKey};

use crate::engine::ffi;
use crate::rpc::api::{Method, Methods};
use crate::rpc::stack::{ObjectsAs, ValueStack};
use crate::rpc::system;

/// The handle of a call to a method that does not exist.
pub(crate) const UNKNOWN_METHOD: u32 = u32::MAX;
/// Handles from here on are methods of our own: [`system::Own`].
pub(crate) const SYSTEM: u32 = u32::MAX - 16;
/// The handle of `rpc.discover`.
pub(crate) const DISCOVER: u32 = SYSTEM - 1;
/// The place of a named argument that no parameter has the name of.
const NO_PLACE: u32 = u32::MAX;

/// Decoding ended because the memory limit is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutOfMemory;

/// What decoders fill. Reused from body to body.
pub(crate) struct Arguments {
    pub(crate) stack: ValueStack,
    /// Per argument on the stack: which parameter it is for.
    places: Vec<u32>,
    /// Names that no parameter has: the argument's index, and the name.
    unknown: Vec<(u32, Box<[u8]>)>,
    methods: Option<Rc<Methods>>,
    /// Whether `system.*` can be called.
    has_system: bool,
    current: Option<Rc<Method>>,
    /// How many arguments there were before the call that is being decoded.
    call_start: usize,
    /// Strings that may be made before the memory is looked at again.
    unwatched: usize,
}

/// Strings between two looks at the memory; a long one is as many as it has times so many bytes.
const STRINGS_UNWATCHED: usize = 64;
const BYTES_OF_STRING: usize = 64;

impl Arguments {
    pub(crate) fn new() -> Self {
        Self {
            stack: ValueStack::new(),
            places: Vec::new(),
            unknown: Vec::new(),
            methods: None,
            has_system: false,
            current: None,
            call_start: 0,
            unwatched: STRINGS_UNWATCHED,
        }
    }

    /// Begins a body.
    #[inline]
    pub(crate) fn start(&mut self, methods: Rc<Methods>, has_system: bool) {
        self.methods = Some(methods);
        self.has_system = has_system;
    }

    /// Forgets everything, values included.
    #[inline]
    pub(crate) fn reset(&mut self) {
        self.stack.reset();
        self.places.clear();
        self.unknown.clear();
        self.methods = None;
        self.current = None;
    }

    /// Which parameter the argument at `index` of the stack is for; the name, if there is no such parameter.
    pub(crate) fn place(&self, index: usize) -> Result<usize, &[u8]> {
        match self.places.get(index) {
            Some(&NO_PLACE) | None => {
                // In the order in which they came: a body may have very many.
                let found = self
                    .unknown
                    .binary_search_by_key(&index, |(at, _)| *at as usize);
                let name = found.ok().and_then(|found| self.unknown.get(found));
                Err(name.map_or(&[], |(_, name)| name))
            }
            Some(place) => Ok(*place as usize),
        }
    }

    /// A string of so many bytes was made.
    #[inline]
    fn watch_memory(&mut self, len: usize) -> Result<(), OutOfMemory> {
        // As many as there are between two looks at the memory, or one long string, spend it all.
        let Some(left) = self.unwatched.checked_sub(1 + len / BYTES_OF_STRING) else {
            self.unwatched = STRINGS_UNWATCHED;
            return still_has_memory();
        };
        self.unwatched = left;
        Ok(())
    }

    fn drop_from(&mut self, start: usize) {
        self.stack.truncate(start);
        self.places.truncate(start);
        self.unknown.retain(|(at, _)| (*at as usize) < start);
        self.current = None;
    }
}

impl Builder for Arguments {
    type Error = OutOfMemory;

    #[inline]
    fn null(&mut self) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.null();
        Ok(())
    }

    #[inline]
    fn bool(&mut self, value: bool) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.bool(value);
        Ok(())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.int(value);
        Ok(())
    }

    #[inline]
    fn float(&mut self, value: f64) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.float(value);
        Ok(())
    }

    #[inline]
    fn string(&mut self, utf8: &[u8]) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.string(utf8);
        self.watch_memory(utf8.len())
    }

    fn binary(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.binary(bytes);
        still_has_memory()
    }

    fn date_time(&mut self, value: &DateTime) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.date_time(value);
        still_has_memory()
    }

    #[inline]
    fn begin_array(&mut self) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.begin_array();
        Ok(())
    }

    #[inline]
    fn end_array(&mut self, len: usize) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.end_array(len);
        still_has_memory()
    }

    #[inline]
    fn begin_object(&mut self) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.begin_object();
        Ok(())
    }

    #[inline]
    fn key(&mut self, utf8: &[u8]) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.key(utf8);
        self.watch_memory(utf8.len())
    }

    #[inline]
    fn likely_key(&self) -> LikelyKey {
        self.stack.likely_key()
    }

    #[inline]
    fn take_likely_key(&mut self) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.take_likely_key();
        Ok(())
    }

    #[inline]
    fn end_object(&mut self, len: usize) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.end_object(len);
        still_has_memory()
    }
}

/// Where PHP lets native code go on beyond the memory limit, a long body has to look for itself.
#[inline]
pub(crate) fn still_has_memory() -> Result<(), OutOfMemory> {
    // SAFETY: reads one flag.
    if unsafe { ffi::kg_is_out_of_memory() } {
        Err(OutOfMemory)
    } else {
        Ok(())
    }
}

impl CallBuilder for Arguments {
    fn begin_call(&mut self, name: &[u8]) -> Result<u32, OutOfMemory> {
        self.call_start = self.places.len();
        let methods = self.methods.as_deref();
        let found = methods.and_then(|methods| methods.find(name));
        let Some(handle) = found else {
            self.current = None;
            let own = if self.has_system {
                system::Own::find(name)
            } else {
                None
            };
            if !self.has_system && name == b"rpc.discover" {
                return Ok(DISCOVER);
            }
            return Ok(own.map_or(UNKNOWN_METHOD, |method| SYSTEM + method as u32));
        };
        self.current = methods.and_then(|methods| methods.get(handle)).cloned();
        Ok(handle)
    }

    fn begin_argument(&mut self, argument: Argument<'_>) -> Result<(), OutOfMemory> {
        let place = match (argument, &self.current) {
            (Argument::Position(position), _) => position,
            (Argument::Name(name), Some(method)) => {
                let found = method
                    .signature
                    .members()
                    .position(|parameter| *parameter.name == *name);
                found.unwrap_or_else(|| {
                    let index = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
                    self.unknown.push((index, name.into()));
                    NO_PLACE as usize
                })
            }
            (Argument::Name(_), None) => NO_PLACE as usize,
        };
        self.places.push(u32::try_from(place).unwrap_or(NO_PLACE));
        let is_named = matches!(argument, Argument::Name(_));
        let wants_arrays = self.current.as_ref().is_some_and(|method| {
            let signature = &method.signature;
            signature
                .parameters
                .get(place)
                .or(signature.variadic.as_ref().filter(|_| !is_named))
                .is_some_and(|parameter| parameter.wants_arrays)
        });
        self.stack.restart();
        self.stack.objects_as = if wants_arrays {
            ObjectsAs::Arrays
        } else {
            ObjectsAs::Objects
        };
        Ok(())
    }

    fn end_call(&mut self, _len: usize) -> Result<(), OutOfMemory> {
        self.current = None;
        Ok(())
    }

    fn discard_call(&mut self) {
        self.drop_from(self.call_start);
    }

    fn discard_all_calls(&mut self) {
        self.drop_from(0);
    }
}
