//! Dates as HTTP writes them (RFC 9110 section 5.6.7). The clock is the caller's.

use std::time::UNIX_EPOCH;

/// One second, written as HTTP writes it, and the parts of an answer that change with it.
///
/// Make one per second, not one per answer: it holds the begin of the most frequent answer ready
/// to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpDate {
    bytes: [u8; 29],
    plain_text_head: [u8; PLAIN_TEXT_HEAD.len()],
}

const DAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];
const TEMPLATE: &[u8; 29] = b"Thu, 01 Jan 1970 00:00:00 GMT";
const PLAIN_TEXT_HEAD: &[u8; 111] = b"HTTP/1.1 200 OK\r\n\
    Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Length: ";
const PLAIN_TEXT_DATE_AT: usize = 23;
/// 31 December 9999, the last day four digits can write.
const LAST_DAY: u64 = 2_932_896;

impl HttpDate {
    /// From seconds since 1970-01-01 00:00:00 UTC. Past the year 9999 the date stays at its last
    /// day.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        let bytes = imf_fixdate(seconds);
        let mut plain_text_head = *PLAIN_TEXT_HEAD;
        for (to, from) in plain_text_head
            .iter_mut()
            .skip(PLAIN_TEXT_DATE_AT)
            .zip(bytes)
        {
            *to = from;
        }
        Self {
            bytes,
            plain_text_head,
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    #[inline]
    pub const fn as_bytes(&self) -> &[u8; 29] {
        &self.bytes
    }

    /// `HTTP/1.1 200 OK`, Date and Content-Type lines, up to the digits of Content-Length.
    #[inline]
    pub(crate) const fn plain_text_head(&self) -> &[u8] {
        &self.plain_text_head
    }
}

/// The seconds since 1970-01-01 00:00:00 UTC of a date in one of the three forms that HTTP has had. `None` for what is no
/// date, and for dates before 1970.
pub fn parse(date: &[u8]) -> Option<u64> {
    let date = httpdate::parse_http_date(std::str::from_utf8(date).ok()?).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

fn imf_fixdate(seconds: u64) -> [u8; 29] {
    let day = (seconds / 86_400).min(LAST_DAY);
    let second = seconds % 86_400;
    let (year, month, day_of_month) = civil_from_days(day);

    let mut date = *TEMPLATE;
    let mut put = |at: usize, text: &[u8]| {
        for (to, from) in date.iter_mut().skip(at).zip(text) {
            *to = *from;
        }
    };
    put(
        0,
        DAYS.get((day % 7) as usize)
            .map_or(&[][..], |name| &name[..]),
    );
    put(5, &two_digits(day_of_month));
    put(
        8,
        MONTHS
            .get((month - 1) as usize)
            .map_or(&[][..], |name| &name[..]),
    );
    put(12, &two_digits(year / 100));
    put(14, &two_digits(year % 100));
    put(17, &two_digits(second / 3_600));
    put(20, &two_digits(second / 60 % 60));
    put(23, &two_digits(second % 60));
    date
}

const fn two_digits(number: u64) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// Year, month and day of the Gregorian calendar, from days since 1970-01-01.
///
/// Counted in years that begin in March, so that the leap day is the last of its year, and in
/// eras of 400 years, which all have 146,097 days.
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + (month <= 2) as u64;
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_date(seconds: u64, text: &str) {
        let date = HttpDate::from_unix_seconds(seconds);
        assert_eq!(std::str::from_utf8(date.as_bytes()), Ok(text));
    }

    #[test]
    fn dates_are_written_as_imf_fixdate() {
        assert_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_date(784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_date(951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_date(951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT");
        assert_date(4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT");
        assert_date(1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT");
        assert_date(253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn dates_are_read_in_all_three_forms() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(date.as_bytes()), Some(784_111_777), "{date}");
        }
        for seconds in [0, 951_782_400, 4_107_542_400, 253_402_300_799] {
            let date = HttpDate::from_unix_seconds(seconds);
            assert_eq!(parse(date.as_bytes()), Some(seconds));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for date in [
            "",
            "0",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Feb 1994 08:49:37",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ] {
            assert_eq!(parse(date.as_bytes()), None, "{date}");
        }
        assert_eq!(parse(b"Sun, 06 Nov 1994 08:49:37 \xff"), None);
    }

    #[test]
    fn seconds_beyond_the_year_9999_do_not_overflow() {
        let date = HttpDate::from_unix_seconds(u64::MAX);
        assert!(date.as_bytes().starts_with(b"Fri, 31 Dec 9999"));
    }

    #[test]
    fn the_prepared_head_holds_the_date() {
        let date = HttpDate::from_unix_seconds(784_111_777);
        let head = std::str::from_utf8(date.plain_text_head()).unwrap();
        assert_eq!(
            head,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
        );
    }
}
