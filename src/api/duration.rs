//! Onhook's own length of time, as people write it in YAML: `0s`, `90m`, `3d`, `1d12h`.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time of whole seconds, written as up to four numbers with the units `d`, `h`, `m`, `s`.
///
/// The largest number a unit may carry is 999999, which the CRD's pattern holds too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    seconds: i64,
}

/// The pattern that the CRD holds a [`Span`] to.
pub const SPAN_PATTERN: &str = "^([0-9]{1,6}[dhms]){1,4}$";

/// A text that is not a [`Span`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a length of time: write numbers with the units d, h, m or s, such as 3d or 1h30m")]
pub struct InvalidSpan(String);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self { seconds: 0 };

    /// A span of this many seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { seconds }
    }

    /// The span in whole seconds.
    pub const fn as_seconds(self) -> i64 {
        self.seconds
    }

    /// The span as a signed duration, for arithmetic on timestamps.
    pub const fn as_duration(self) -> SignedDuration {
        SignedDuration::from_secs(self.seconds)
    }

    /// Whether the span is of no length.
    pub const fn is_zero(self) -> bool {
        self.seconds == 0
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidSpan(text.chars().take(40).collect());
        let mut seconds = 0;
        let mut parts = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let unit = match rest.as_bytes().get(digits) {
                Some(b'd') => 86_400,
                Some(b'h') => 3_600,
                Some(b'm') => 60,
                Some(b's') => 1,
                _ => return Err(invalid()),
            };
            if !(1..=6).contains(&digits) {
                return Err(invalid());
            }
            seconds += rest[..digits].parse::<i64>().map_err(|_| invalid())? * unit;
            rest = &rest[digits + 1..];
            parts += 1;
        }
        if (1..=4).contains(&parts) {
            Ok(Self { seconds })
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.seconds;
        for (unit, name) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": SPAN_PATTERN, "maxLength": 28 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_what_people_write_and_writes_it_back() {
        for (text, seconds, shown) in [
            ("0s", 0, "0s"),
            ("3d", 259_200, "3d"),
            ("1h30m", 5_400, "1h30m"),
            ("90m", 5_400, "1h30m"),
            ("1d1h1m1s", 90_061, "1d1h1m1s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.as_seconds(), span.to_string().as_str()), (seconds, shown));
        }
    }

    #[test]
    fn a_span_refuses_what_is_not_a_length_of_time() {
        for text in [
            "",
            "3",
            "d",
            "3 d",
            "-1d",
            "1.5h",
            "3w",
            "1234567s",
            "1d1h1m1s1s",
            "３d",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text:?} was taken");
        }
    }
}
