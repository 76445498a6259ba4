//! A point in time as XML-RPC writes it: fields, and perhaps a zone.

/// A date and time whose fields are checked to be on the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to what the month has.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999; finer digits are cut off.
    pub microsecond: u32,
    /// East of UTC, −1439 to 1439; `None` where the text had no zone, which XML-RPC leaves to the two parties.
    pub offset_minutes: Option<i16>,
}

impl DateTime {
    /// Parses `YYYYMMDDTHH:MM:SS`, the form of XML-RPC, and what is seen in the wild beside it: `YYYY-MM-DD` for the
    /// date, a fraction of a second after `.` or `,`, and a zone (`Z`, `±HH:MM`, `±HHMM`, `±HH`). Anything else is `None`,
    /// dates that don't exist and a leap second included.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut fields = Fields { rest: text };
        let year = fields.digits(4)?;
        let has_dashes = fields.take(b'-');
        let month = fields.digits(2)?;
        if has_dashes && !fields.take(b'-') {
            return None;
        }
        let day = fields.digits(2)?;
        fields.take(b'T').then_some(())?;
        let hour = fields.digits(2)?;
        fields.take(b':').then_some(())?;
        let minute = fields.digits(2)?;
        fields.take(b':').then_some(())?;
        let second = fields.digits(2)?;
        let microsecond = if fields.take(b'.') || fields.take(b',') {
            fields.microseconds()?
        } else {
            0
        };
        let offset_minutes = fields.zone()?;
        let value = Self {
            year,
            month: month as u8,
            day: day as u8,
            hour: hour as u8,
            minute: minute as u8,
            second: second as u8,
            microsecond,
            offset_minutes,
        };
        (fields.rest.is_empty() && value.is_on_calendar()).then_some(value)
    }

    /// Appends `YYYYMMDDTHH:MM:SS`, the one form every XML-RPC peer reads, then the zone if there is one (`Z` or `±HH:MM`).
    /// Fractions of a second have no place in it and are dropped.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        push_digits(out, u32::from(self.year), 4);
        push_digits(out, u32::from(self.month), 2);
        push_digits(out, u32::from(self.day), 2);
        self.write_time_to(out);
        self.write_zone_to(out);
    }

    /// Appends the form of RFC 3339, `YYYY-MM-DDTHH:MM:SS`, with the fraction and the zone if there are any.
    pub fn write_rfc3339_to(&self, out: &mut Vec<u8>) {
        push_digits(out, u32::from(self.year), 4);
        out.push(b'-');
        push_digits(out, u32::from(self.month), 2);
        out.push(b'-');
        push_digits(out, u32::from(self.day), 2);
        self.write_time_to(out);
        if self.microsecond != 0 {
            out.push(b'.');
            push_digits(out, self.microsecond, 6);
        }
        self.write_zone_to(out);
    }

    fn write_time_to(&self, out: &mut Vec<u8>) {
        out.push(b'T');
        push_digits(out, u32::from(self.hour), 2);
        out.push(b':');
        push_digits(out, u32::from(self.minute), 2);
        out.push(b':');
        push_digits(out, u32::from(self.second), 2);
    }

    fn write_zone_to(&self, out: &mut Vec<u8>) {
        match self.offset_minutes {
            None => {}
            Some(0) => out.push(b'Z'),
            Some(minutes) => {
                out.push(if minutes < 0 { b'-' } else { b'+' });
                let minutes = u32::from(minutes.unsigned_abs());
                push_digits(out, minutes / 60, 2);
                out.push(b':');
                push_digits(out, minutes % 60, 2);
            }
        }
    }

    fn is_on_calendar(&self) -> bool {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return false,
        };
        (1..=days).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second < 60
    }
}

struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    fn take(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((&first, rest)) if first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn digits(&mut self, count: usize) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let mut value = 0u16;
        for digit in digits {
            value = value * 10 + u16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        self.rest = rest;
        Some(value)
    }

    fn microseconds(&mut self) -> Option<u32> {
        let (mut value, mut weight) = (0, 100_000);
        let count = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let (digits, rest) = self.rest.split_at_checked(count)?;
        for digit in digits {
            value += u32::from(digit - b'0') * weight;
            weight /= 10;
        }
        self.rest = rest;
        (count > 0).then_some(value)
    }

    fn zone(&mut self) -> Option<Option<i16>> {
        let is_west = match self.rest.first() {
            None => return Some(None),
            Some(b'Z') => {
                self.take(b'Z');
                return Some(Some(0));
            }
            Some(b'+') => false,
            Some(b'-') => true,
            Some(_) => return None,
        };
        self.rest = self.rest.split_first()?.1;
        let hours = self.digits(2)?;
        let minutes = if self.rest.is_empty() {
            0
        } else {
            self.take(b':');
            self.digits(2)?
        };
        if hours > 23 || minutes > 59 {
            return None;
        }
        let offset = (hours * 60 + minutes) as i16;
        Some(Some(if is_west { -offset } else { offset }))
    }
}

fn push_digits(out: &mut Vec<u8>, value: u32, count: u32) {
    for position in (0..count).rev() {
        out.push(b'0' + (value / 10u32.pow(position) % 10) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_the_specification_round_trips() {
        let text = b"19980717T14:08:55";
        let value = DateTime::parse(text).unwrap();
        assert_eq!((value.year, value.month, value.day), (1998, 7, 17));
        assert_eq!((value.hour, value.minute, value.second), (14, 8, 55));
        assert_eq!((value.microsecond, value.offset_minutes), (0, None));
        let mut out = Vec::new();
        value.write_to(&mut out);
        assert_eq!(out, text);
    }

    #[test]
    fn forms_seen_in_the_wild_are_read() {
        for (text, microsecond, offset) in [
            (&b"1998-07-17T14:08:55"[..], 0, None),
            (b"19980717T14:08:55Z", 0, Some(0)),
            (b"19980717T14:08:55.25", 250_000, None),
            (b"19980717T14:08:55.1234567+0200", 123_456, Some(120)),
            (b"1998-07-17T14:08:55,5-05:30", 500_000, Some(-330)),
            (b"19980717T14:08:55-05", 0, Some(-300)),
        ] {
            let value = DateTime::parse(text).unwrap();
            assert_eq!(
                (value.microsecond, value.offset_minutes),
                (microsecond, offset)
            );
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "19980717",
            "19980717T",
            "19980717T14:08",
            "19980717T140855",
            "1998-0717T14:08:55",
            "199807-17T14:08:55",
            "19980732T14:08:55",
            "19980229T00:00:00",
            "19000229T00:00:00",
            "19981317T14:08:55",
            "19980017T14:08:55",
            "19980700T14:08:55",
            "19980717T24:00:00",
            "19980717T14:60:55",
            "19980717T14:08:60",
            "19980717T14:08:55.",
            "19980717T14:08:55z",
            "19980717T14:08:55+",
            "19980717T14:08:55+1",
            "19980717T14:08:55+02:",
            "19980717T14:08:55+24:00",
            "19980717T14:08:55+02:60",
            " 19980717T14:08:55",
            "19980717T14:08:55 ",
            "19980717t14:08:55",
            "+9980717T14:08:55",
            "1998071\u{667}T14:08:55",
        ] {
            assert_eq!(DateTime::parse(text.as_bytes()), None, "{text}");
        }
        assert!(DateTime::parse(b"20000229T00:00:00").is_some());
    }

    #[test]
    fn the_zone_is_written_if_there_is_one() {
        for (offset, suffix) in [
            (None, ""),
            (Some(0), "Z"),
            (Some(-330), "-05:30"),
            (Some(60), "+01:00"),
        ] {
            let value = DateTime {
                year: 7,
                month: 1,
                day: 2,
                hour: 3,
                minute: 4,
                second: 5,
                microsecond: 6,
                offset_minutes: offset,
            };
            let mut out = Vec::new();
            value.write_to(&mut out);
            assert_eq!(out, format!("00070102T03:04:05{suffix}").into_bytes());
        }
    }
}
