//! PHP callables, resolved once and called many times.

use super::throw::class;
use super::value::string_bytes;
use super::{Owned, Zv, ffi};

/// How a protected call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Returned,
    /// A fatal error, the time limit, the memory limit of PHP 8.3 and later: the engine is no longer clean.
    Fatal,
    /// The memory limit of Debian's 8.2, which unwinds cleanly.
    OutOfMemory,
    /// `exit` or `die`.
    Exited,
    /// An exception is pending.
    Threw,
}

impl Outcome {
    pub(crate) fn from_code(code: ffi::kg_outcome) -> Self {
        match code {
            ffi::kg_outcome_KG_RETURNED => Self::Returned,
            ffi::kg_outcome_KG_FATAL => {
                super::global::forget_borrows();
                Self::Fatal
            }
            ffi::kg_outcome_KG_OUT_OF_MEMORY => Self::OutOfMemory,
            ffi::kg_outcome_KG_EXITED => Self::Exited,
            _ => Self::Threw,
        }
    }
}

/// A callable with its resolution, kept alive.
#[derive(Debug)]
pub(crate) struct Callable {
    value: Owned,
    cache: ffi::zend_fcall_info_cache,
}

impl Callable {
    /// Resolves what PHP calls a callable; an error says why it is none.
    pub(crate) fn new(value: Zv) -> Result<Self, String> {
        // SAFETY: all zeroes is an empty cache.
        let mut cache: ffi::zend_fcall_info_cache = unsafe { std::mem::zeroed() };
        let mut error = std::ptr::null_mut();
        // SAFETY: out-parameters are ours.
        if !unsafe { ffi::kg_resolve_callable(value.0, &raw mut cache, &raw mut error) } {
            let text = String::from_utf8_lossy(string_bytes(error)).into_owned();
            // SAFETY: the error string is ours.
            unsafe { ffi::kg_string_release(error) }
            return Err(text);
        }
        // SAFETY: a resolved cache has a function.
        let flags = unsafe { (*cache.function_handler).common.fn_flags };
        if flags & ffi::ZEND_ACC_CALL_VIA_TRAMPOLINE != 0 {
            // __call() makes a function for one call only; a closure around it lasts.
            // SAFETY: nobody has called it, so it is ours to free.
            unsafe { ffi::kg_release_trampoline(&raw mut cache) }
            return Self::new(Self::as_closure(value)?.zv());
        }
        Ok(Self {
            value: Owned::copy_of(value),
            cache,
        })
    }

    fn as_closure(value: Zv) -> Result<Owned, String> {
        let mut pair = Owned::undefined();
        let array = super::value::new_array(2);
        pair.zv().set_array(array);
        for name in [&b"Closure"[..], b"fromCallable"] {
            let mut part = Owned::of_bytes(name);
            super::value::array_push(array, part.zv());
            part.zv().set_undefined();
        }
        let mut result = Owned::undefined();
        let mut argument = Owned::copy_of(value);
        let outcome = Self::new(pair.zv())?.call(result.zv(), 1, argument.zv());
        match outcome {
            Outcome::Returned => Ok(result),
            _ => Err("it can't be made a closure".into()),
        }
    }

    /// The method `name` of `object`, which must exist.
    pub(crate) fn method(object: *mut ffi::zend_object, name: &[u8]) -> Result<Self, String> {
        let mut pair = Owned::undefined();
        let array = super::value::new_array(2);
        pair.zv().set_array(array);
        let mut target = Owned::undefined();
        target.zv().share_object(object);
        super::value::array_push(array, target.zv());
        target.zv().set_undefined();
        let mut method = Owned::of_bytes(name);
        super::value::array_push(array, method.zv());
        method.zv().set_undefined();
        Self::new(pair.zv())
    }

    /// A callable, or an object that implements `Kargo\Http\Handler`.
    pub(crate) fn handler(value: Zv) -> Result<Self, String> {
        if let Some(object) = value.object() {
            // SAFETY: both are alive.
            if unsafe { ffi::kg_instance_of(object, class::handler()) } {
                return Self::method(object, b"handle");
            }
        }
        Self::new(value)
    }

    /// Calls it with `count` arguments that lie one after the other. Whatever happens comes back as the outcome; an
    /// exception is pending then.
    #[inline]
    pub(crate) fn call(&self, result: Zv, count: u32, arguments: Zv) -> Outcome {
        // SAFETY: the callable is alive; plain data lies between here and the engine.
        Outcome::from_code(unsafe {
            ffi::kg_call(
                &raw const self.cache,
                result.0,
                count,
                arguments.0,
                std::ptr::null_mut(),
            )
        })
    }

    /// Keeps alive what the resolution refers to: the object of a method is nobody else's during a call.
    #[inline]
    pub(crate) fn hold(&mut self) -> Owned {
        Owned::copy_of(self.value.zv())
    }

    /// The resolution, for a caller that must not borrow `self` while PHP runs; valid as long as `self` is alive and
    /// stays where it is.
    #[inline]
    pub(crate) fn cache(&self) -> *const ffi::zend_fcall_info_cache {
        &raw const self.cache
    }
}

/// Calls by a copied resolution; who copied it keeps the callable alive.
#[inline]
pub(crate) fn call_cached(
    cache: &ffi::zend_fcall_info_cache,
    result: Zv,
    count: u32,
    arguments: Zv,
) -> Outcome {
    // SAFETY: as in `Callable::call`.
    Outcome::from_code(unsafe {
        ffi::kg_call(cache, result.0, count, arguments.0, std::ptr::null_mut())
    })
}

/// Runs `body` so that a longjmp of the engine ends here. `body` holds plain data only: its frames are skipped, not
/// unwound, when the engine jumps.
pub(crate) fn protect<T>(
    data: &mut T,
    body: unsafe extern "C" fn(*mut std::ffi::c_void),
) -> Outcome {
    let data: *mut T = data;
    // SAFETY: `data` outlives the call.
    Outcome::from_code(unsafe { ffi::kg_protect(Some(body), data.cast()) })
}

/// The pending exception, cleared from the engine.
pub(crate) fn take_exception() -> Option<Owned> {
    // SAFETY: gives one reference.
    let exception = unsafe { ffi::kg_take_exception() };
    (!exception.is_null()).then(|| Owned::object(exception))
}
