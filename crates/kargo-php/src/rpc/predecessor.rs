//! Records repeat their members: what came before a container in its place, and how far the container is like it.

use crate::engine::value::string_bytes;
use crate::engine::{Kind, Zv, ffi};

/// A container that is being decoded.
///
/// What it is like is an array, or the properties of an object, which a complete container on the stack holds: nothing
/// changes it meanwhile. A list is like packed arrays only, an object like others only, and neither like one with gaps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    /// Where its values begin on the stack.
    pub(crate) start: usize,
    /// What it is like so far; NULL: like nothing.
    like: *mut ffi::zend_array,
    /// In there: what comes next, and the end. A bucket is two values long and begins with its value.
    next: *mut ffi::zval,
    end: *mut ffi::zval,
    is_object: bool,
    /// The latest container that is complete and one of its values, or NULL.
    pub(crate) latest: *mut ffi::zend_array,
}

/// Values in a bucket.
const BUCKET: usize = size_of::<ffi::Bucket>() / size_of::<ffi::zval>();

impl Level {
    /// What is around values that are in no container.
    pub(crate) const OUTERMOST: Self = Self::new(0, false);

    const fn new(start: usize, is_object: bool) -> Self {
        let none = std::ptr::null_mut();
        Self {
            start,
            like: std::ptr::null_mut(),
            next: none,
            end: none,
            is_object,
            latest: std::ptr::null_mut(),
        }
    }

    /// A container which is the next value of this one, its own values beginning at `start` of the stack.
    #[inline]
    pub(crate) fn enter(&self, start: usize, is_object: bool) -> Self {
        let mut inner = Self::new(start, is_object);
        let like = self.container_before();
        // SAFETY: the table is alive.
        unsafe {
            if !like.is_null()
                && (*like).nNumUsed != 0
                && (*like).nNumUsed == (*like).nNumOfElements
                && ((*like).u.flags & ffi::HASH_FLAG_PACKED == 0) == is_object
            {
                let step = if is_object { BUCKET } else { 1 };
                inner.like = like;
                inner.next = (*like).__bindgen_anon_1.arPacked;
                inner.end = inner.next.add((*like).nNumUsed as usize * step);
            }
        }
        inner
    }

    /// The container that came before the next value, or NULL.
    #[inline]
    fn container_before(&self) -> *mut ffi::zend_array {
        if self.like.is_null() || (!self.is_object && !self.latest.is_null()) {
            return self.latest;
        }
        let Some(value) = self.value_before() else {
            return self.latest;
        };
        match value.kind() {
            Kind::Array => value.array().unwrap_or_default(),
            Kind::Object => properties(value),
            _ => self.latest,
        }
    }

    /// What came before in the place of the value that is next.
    #[inline]
    fn value_before(&self) -> Option<Zv> {
        if self.is_object {
            // SAFETY: the member's key was passed.
            return (!self.like.is_null()).then(|| Zv(unsafe { self.next.sub(BUCKET) }));
        }
        (self.next != self.end).then_some(Zv(self.next))
    }

    /// Passes a key if it is next in the object before.
    #[inline]
    pub(crate) fn pass_key(&mut self, key: *mut ffi::zend_string) -> bool {
        // SAFETY: what an object is like has buckets, and it isn't the end.
        let is_next =
            self.next != self.end && unsafe { (*self.next.cast::<ffi::Bucket>()).key == key };
        if is_next {
            // SAFETY: it isn't the end.
            self.next = unsafe { self.next.add(BUCKET) };
        }
        is_next
    }

    /// The string that came before in the place of the value that is next, if its text is `utf8`.
    ///
    /// In a list strings are counted alone: where it has other values, too, the guess is worse.
    #[inline]
    pub(crate) fn same_string(&mut self, utf8: &[u8]) -> Option<*mut ffi::zend_string> {
        let before = self.value_before()?;
        if !self.is_object {
            // SAFETY: it isn't the end.
            self.next = unsafe { self.next.add(1) };
        }
        let string = before.string()?;
        is_same_text(string_bytes(string), utf8).then_some(string)
    }

    /// Whether it is an object that is like the one before so far. Only its values are on the stack then, for the keys are
    /// the same.
    #[inline]
    pub(crate) fn is_without_keys(&self) -> bool {
        self.is_object && !self.like.is_null()
    }

    /// The table before, if the object has all its keys.
    #[inline]
    pub(crate) fn same_keys(&self) -> Option<*mut ffi::zend_array> {
        (self.is_without_keys() && self.next == self.end).then_some(self.like)
    }

    /// The object is like nothing any more. Returns the table that it was like.
    pub(crate) fn differ(&mut self) -> *mut ffi::zend_array {
        let like = self.like;
        let latest = self.latest;
        *self = Self::new(self.start, self.is_object);
        self.latest = latest;
        like
    }
}

/// The key at `index` of a table that an object is like.
pub(crate) fn key_at(table: *mut ffi::zend_array, index: usize) -> *mut ffi::zend_string {
    // SAFETY: as many of its keys were passed.
    unsafe { (*(*table).__bindgen_anon_1.arData.add(index)).key }
}

/// The members of a plain object, or NULL.
fn properties(value: Zv) -> *mut ffi::zend_array {
    let object = value.object().unwrap_or_default();
    // SAFETY: the object is alive; others than plain ones may have properties elsewhere.
    unsafe {
        if !object.is_null() && (*object).ce == ffi::zend_standard_class_def {
            (*object).properties
        } else {
            std::ptr::null_mut()
        }
    }
}

/// Compares short texts without a call, from the end: those that differ only by a number do so there.
#[inline]
fn is_same_text(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if let (Some(end), Some(other_end)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        return end == other_end
            && if one.len() <= 16 {
                one.first_chunk::<8>() == other.first_chunk::<8>()
            } else {
                one == other
            };
    }
    if let (Some(end), Some(other_end)) = (one.last_chunk::<4>(), other.last_chunk::<4>()) {
        return end == other_end && one.first_chunk::<4>() == other.first_chunk::<4>();
    }
    one.iter().eq(other)
}
