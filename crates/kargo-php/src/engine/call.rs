//! Calls from PHP into our native functions: arguments, and the one place that stops panics.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::throw::{class, throw};
use super::value::{Kind, string_bytes};
use super::{Zv, ffi};
use crate::log;

/// A PHP exception is pending; nothing is left to do but return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thrown;

/// Slots of a frame before its first argument: `ZEND_CALL_FRAME_SLOT`.
const FRAME_SLOTS: usize = size_of::<ffi::zend_execute_data>().div_ceil(size_of::<ffi::zval>());

/// One call of a native function.
#[derive(Debug)]
pub(crate) struct Call {
    frame: *mut ffi::zend_execute_data,
    result: *mut ffi::zval,
}

impl Call {
    /// How many arguments were passed.
    #[inline]
    pub(crate) fn count(&self) -> u32 {
        // SAFETY: the engine's frame is alive during the call.
        unsafe { (*self.frame).This.u2.num_args }
    }

    /// Argument `index` (from 0), unless it was left out.
    #[inline]
    pub(crate) fn argument(&self, index: u32) -> Option<Zv> {
        if index >= self.count() {
            return None;
        }
        // SAFETY: arguments follow the frame; `index` is below their count.
        let zv = Zv(unsafe {
            self.frame
                .cast::<ffi::zval>()
                .add(FRAME_SLOTS + index as usize)
        });
        (zv.kind() != Kind::Undefined).then(|| zv.dereferenced())
    }

    /// Argument `index` (from 0) as it was passed: a reference, where the signature asks for one.
    pub(crate) fn reference(&self, index: u32) -> Option<Zv> {
        if index >= self.count() {
            return None;
        }
        // SAFETY: as in `argument`.
        Some(Zv(unsafe {
            self.frame
                .cast::<ffi::zval>()
                .add(FRAME_SLOTS + index as usize)
        }))
    }

    /// The object the method is called on.
    #[inline]
    pub(crate) fn this(&self) -> *mut ffi::zend_object {
        // SAFETY: only asked in instance methods.
        unsafe { (*self.frame).This.value.obj }
    }

    /// The class a static method is called on.
    #[inline]
    pub(crate) fn result(&self) -> Zv {
        Zv(self.result)
    }

    /// Returns the object the method was called on, for chaining.
    pub(crate) fn return_this(&self) {
        self.result().share_object(self.this());
    }

    /// Puts the arguments of a constructor, and the defaults of those left out, into the properties of their names, as
    /// promotion does in PHP. The stub declares both by promoting.
    pub(crate) fn promote(&self) -> Result<(), Thrown> {
        // SAFETY: the engine's frame is alive during the call, and its object too.
        if unsafe { ffi::kg_promote(self.frame) } {
            Ok(())
        } else {
            Err(Thrown)
        }
    }

    /// A string argument's bytes; `None` where it may be left out and was, or is null.
    pub(crate) fn optional_bytes<'a>(&self, index: u32) -> Result<Option<&'a [u8]>, Thrown> {
        let Some(zv) = self.argument(index) else {
            return Ok(None);
        };
        if let Some(bytes) = zv.bytes() {
            return Ok(Some(bytes));
        }
        let mut string = std::ptr::null_mut();
        // SAFETY: the engine converts the argument in place, so that the frame owns the string.
        if unsafe { ffi::kg_string_argument(zv.0, index + 1, true, &raw mut string) } {
            Ok((!string.is_null()).then(|| string_bytes(string)))
        } else {
            Err(Thrown)
        }
    }

    /// A string argument's bytes.
    pub(crate) fn bytes<'a>(&self, index: u32) -> Result<&'a [u8], Thrown> {
        if let Some(bytes) = self.argument(index).and_then(Zv::bytes) {
            return Ok(bytes);
        }
        let mut string = std::ptr::null_mut();
        let Some(zv) = self.argument(index) else {
            return Err(self.missing(index));
        };
        // SAFETY: as above.
        if unsafe { ffi::kg_string_argument(zv.0, index + 1, false, &raw mut string) } {
            Ok(string_bytes(string))
        } else {
            Err(Thrown)
        }
    }

    /// The bytes of an argument that is a string or `Stringable`.
    pub(crate) fn stringable_bytes<'a>(&self, index: u32) -> Result<&'a [u8], Thrown> {
        let mut string = std::ptr::null_mut();
        let Some(zv) = self.argument(index) else {
            return Err(self.missing(index));
        };
        // SAFETY: as above.
        if unsafe { ffi::kg_stringable_argument(zv.0, index + 1, &raw mut string) } {
            Ok(string_bytes(string))
        } else {
            Err(Thrown)
        }
    }

    /// A string argument's bytes, or `default` where it was left out.
    pub(crate) fn bytes_or<'a>(&self, index: u32, default: &'a [u8]) -> Result<&'a [u8], Thrown> {
        if self.argument(index).is_none() {
            Ok(default)
        } else {
            self.bytes(index)
        }
    }

    /// An integer argument; `None` where it was left out or is null.
    pub(crate) fn optional_int(&self, index: u32) -> Result<Option<i64>, Thrown> {
        let Some(zv) = self.argument(index) else {
            return Ok(None);
        };
        let (mut value, mut is_null) = (0, false);
        // SAFETY: out-parameters are ours.
        if unsafe { ffi::kg_int_argument(zv.0, index + 1, true, &raw mut is_null, &raw mut value) }
        {
            Ok((!is_null).then_some(value))
        } else {
            Err(Thrown)
        }
    }

    /// An integer argument, or `default` where it was left out.
    pub(crate) fn int_or(&self, index: u32, default: i64) -> Result<i64, Thrown> {
        let Some(zv) = self.argument(index) else {
            return Ok(default);
        };
        let (mut value, mut is_null) = (0, false);
        // SAFETY: out-parameters are ours.
        if unsafe { ffi::kg_int_argument(zv.0, index + 1, false, &raw mut is_null, &raw mut value) }
        {
            Ok(value)
        } else {
            Err(Thrown)
        }
    }

    /// A float argument, or `default` where it was left out.
    pub(crate) fn float_or(&self, index: u32, default: f64) -> Result<f64, Thrown> {
        let Some(zv) = self.argument(index) else {
            return Ok(default);
        };
        let (mut value, mut is_null) = (0.0, false);
        // SAFETY: out-parameters are ours.
        if unsafe {
            ffi::kg_float_argument(zv.0, index + 1, false, &raw mut is_null, &raw mut value)
        } {
            Ok(value)
        } else {
            Err(Thrown)
        }
    }

    /// A float argument; `None` where it was left out or is null.
    pub(crate) fn optional_float(&self, index: u32) -> Result<Option<f64>, Thrown> {
        let Some(zv) = self.argument(index) else {
            return Ok(None);
        };
        let (mut value, mut is_null) = (0.0, false);
        // SAFETY: out-parameters are ours.
        if unsafe {
            ffi::kg_float_argument(zv.0, index + 1, true, &raw mut is_null, &raw mut value)
        } {
            Ok((!is_null).then_some(value))
        } else {
            Err(Thrown)
        }
    }

    /// A bool argument, or `default` where it was left out.
    pub(crate) fn bool_or(&self, index: u32, default: bool) -> Result<bool, Thrown> {
        let Some(zv) = self.argument(index) else {
            return Ok(default);
        };
        let mut value = false;
        // SAFETY: out-parameters are ours.
        if unsafe { ffi::kg_bool_argument(zv.0, index + 1, &raw mut value) } {
            Ok(value)
        } else {
            Err(Thrown)
        }
    }

    /// A `TypeError` for argument `index`; `expected` is a C string such as `c"of type array"`.
    pub(crate) fn wrong_type(&self, index: u32, expected: &std::ffi::CStr) -> Thrown {
        match self.argument(index) {
            // SAFETY: the text is NUL-terminated.
            Some(zv) => unsafe { ffi::kg_type_error(index + 1, expected.as_ptr(), zv.0) },
            None => return self.missing(index),
        }
        Thrown
    }

    /// A `TypeError` for argument `index`, which should be callable; `reason` says why it is not.
    pub(crate) fn no_callback(&self, index: u32, reason: &str) -> Thrown {
        let reason = reason.replace('\0', "\\0");
        // SAFETY: the engine copies the message.
        unsafe { ffi::kg_callback_error(index + 1, reason.as_ptr().cast(), reason.len()) }
        Thrown
    }

    fn missing(&self, index: u32) -> Thrown {
        throw(
            class::error(),
            &format!("argument {} is missing", index + 1),
        )
    }

    /// Whether the number of arguments fits the function's signature; throws if not.
    #[inline]
    fn count_fits(&self) -> bool {
        let count = self.count();
        // SAFETY: the frame of a native function has one.
        let (least, most, variadic) = unsafe {
            let function = &(*(*self.frame).func).internal_function;
            (
                function.required_num_args,
                function.num_args,
                function.fn_flags & ffi::ZEND_ACC_VARIADIC != 0,
            )
        };
        if count >= least && (count <= most || variadic) {
            return true;
        }
        // SAFETY: throws an ArgumentCountError.
        unsafe {
            ffi::zend_wrong_parameters_count_error(least, if variadic { u32::MAX } else { most });
        }
        false
    }
}

/// What a panic said.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic".into())
}

/// Runs the body of a native function: checks the argument count, stops panics.
#[inline]
pub(crate) fn guard(
    frame: *mut ffi::zend_execute_data,
    result: *mut ffi::zval,
    body: fn(&Call) -> Result<(), Thrown>,
) {
    let call = Call { frame, result };
    if !call.count_fits() {
        return;
    }
    // A thrown exception is pending in the engine; the result does not matter then.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body(&call))) {
        let text = panic_text(payload.as_ref());
        log::error(&format!("panic in the extension: {text}"));
        throw(
            class::panic_error(),
            &format!("the extension panicked: {text}"),
        );
    }
}

/// Defines native functions under the names that the generated tables expect.
macro_rules! native {
    ($($symbol:ident => $body:path;)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $symbol(
                frame: *mut $crate::engine::ffi::zend_execute_data,
                result: *mut $crate::engine::ffi::zval,
            ) {
                $crate::engine::call::guard(frame, result, $body);
            }
        )*
    };
}
pub(crate) use native;
