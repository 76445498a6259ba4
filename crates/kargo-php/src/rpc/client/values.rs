//! The values of an answer, as they are decoded.

use kargo_rpc::{Builder, DateTime, LikelyKey};

use crate::rpc::arguments::{OutOfMemory, still_has_memory};
use crate::rpc::stack::ValueStack;

/// A stack of values that stops at the memory limit: an answer can hold far more than its bytes.
pub(super) struct Values {
    pub(super) stack: ValueStack,
}

impl Builder for Values {
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
        still_has_memory()
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

    fn end_array(&mut self, len: usize) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.end_array(len);
        still_has_memory()
    }

    #[inline]
    fn begin_object(&mut self) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.begin_object();
        Ok(())
    }

    fn key(&mut self, utf8: &[u8]) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.key(utf8);
        still_has_memory()
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

    fn end_object(&mut self, len: usize) -> Result<(), OutOfMemory> {
        let Ok(()) = self.stack.end_object(len);
        still_has_memory()
    }
}
