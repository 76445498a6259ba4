//! A builder that expects after each key the one that came after it before.

use core::convert::Infallible;

use crate::Builder;
use crate::DateTime;
use crate::LikelyKey;

pub(super) struct Guessing<B> {
    inner: B,
    /// Each key with the latest that came after it.
    followed: Vec<(Vec<u8>, Vec<u8>)>,
    last: Vec<u8>,
}

impl<B> Guessing<B> {
    pub(super) fn new(inner: B) -> Self {
        Self {
            inner,
            followed: Vec::new(),
            last: Vec::new(),
        }
    }

    pub(super) fn into_inner(self) -> B {
        self.inner
    }

    fn guess(&self) -> Option<&[u8]> {
        let mut pairs = self.followed.iter();
        let (_, next) = pairs.find(|(key, _)| *key == self.last)?;
        Some(next)
    }
}

impl<B: Builder<Error = Infallible>> Builder for Guessing<B> {
    type Error = Infallible;

    fn null(&mut self) -> Result<(), Infallible> {
        self.inner.null()
    }
    fn bool(&mut self, value: bool) -> Result<(), Infallible> {
        self.inner.bool(value)
    }
    fn int(&mut self, value: i64) -> Result<(), Infallible> {
        self.inner.int(value)
    }
    fn float(&mut self, value: f64) -> Result<(), Infallible> {
        self.inner.float(value)
    }
    fn string(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        self.inner.string(utf8)
    }
    fn binary(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.inner.binary(bytes)
    }
    fn date_time(&mut self, value: &DateTime) -> Result<(), Infallible> {
        self.inner.date_time(value)
    }
    fn begin_array(&mut self) -> Result<(), Infallible> {
        self.inner.begin_array()
    }
    fn end_array(&mut self, len: usize) -> Result<(), Infallible> {
        self.inner.end_array(len)
    }
    fn begin_object(&mut self) -> Result<(), Infallible> {
        self.inner.begin_object()
    }
    fn key(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        match self.followed.iter_mut().find(|(key, _)| *key == self.last) {
            Some((_, next)) => *next = utf8.to_vec(),
            None => self.followed.push((self.last.clone(), utf8.to_vec())),
        }
        self.last = utf8.to_vec();
        self.inner.key(utf8)
    }
    fn likely_key(&self) -> LikelyKey {
        self.guess().map_or(LikelyKey::NONE, LikelyKey::of)
    }
    fn take_likely_key(&mut self) -> Result<(), Infallible> {
        let key = self.guess().unwrap_or_default().to_vec();
        self.last.clone_from(&key);
        self.inner.key(&key)
    }
    fn end_object(&mut self, len: usize) -> Result<(), Infallible> {
        self.inner.end_object(len)
    }
}
