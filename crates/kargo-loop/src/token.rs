//! The caller's name for what it registered.

/// A 64-bit name given by whoever registers something, and handed back in each of its events.
///
/// The upper 8 bits say who owns the event (server, PHP stream, supervisor …), the lower 56 are the owner's alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(u64);

impl Token {
    /// How many bits belong to the owner.
    pub const VALUE_BITS: u32 = 56;

    /// The largest value an owner can put into a token.
    pub const MAX_VALUE: u64 = (1 << Self::VALUE_BITS) - 1;

    /// The token of the loop's own events ([`crate::EventKind::Woken`]). Owner 255 is reserved for it.
    pub const LOOP: Self = Self::new(u8::MAX, 0);

    /// Names `value` of `owner`. Bits of `value` above [`Self::MAX_VALUE`] are cut off.
    #[inline]
    pub const fn new(owner: u8, value: u64) -> Self {
        Self(((owner as u64) << Self::VALUE_BITS) | (value & Self::MAX_VALUE))
    }

    /// Who the event is for.
    #[inline]
    pub const fn owner(self) -> u8 {
        (self.0 >> Self::VALUE_BITS) as u8
    }

    /// What the owner put in.
    #[inline]
    pub const fn value(self) -> u64 {
        self.0 & Self::MAX_VALUE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_value_come_back() {
        let token = Token::new(200, Token::MAX_VALUE);
        assert_eq!((token.owner(), token.value()), (200, Token::MAX_VALUE));
    }

    #[test]
    fn a_value_that_is_too_large_never_changes_the_owner() {
        assert_eq!(Token::new(1, u64::MAX).owner(), 1);
    }
}
