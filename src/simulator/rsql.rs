//! The filter language of the Administration API (8x8's Administration API essentials): comparisons, `;` for
//! AND, `,` for OR, parentheses, `*` wildcards, quotes. Values are compared without regard to case, field
//! paths with it.

use std::{borrow::Cow, cmp::Ordering};

use jiff::Timestamp;

/// Longest filter that is taken, in characters.
pub(crate) const MAX_LENGTH: usize = 2000;

/// A filter that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// All of them hold.
    And(Vec<Filter>),
    /// One of them holds.
    Or(Vec<Filter>),
    /// A field compared with a value.
    Compare {
        path: String,
        operator: Operator,
        value: Vec<Piece>,
    },
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Stands for itself, in lower case.
    Text(String),
    /// `*`, stands for any text.
    Any,
}

/// Reads a filter whose field paths are among `paths`.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn parse(text: &str, paths: &[&str]) -> Result<Filter, String> {
    if text.chars().count() > MAX_LENGTH {
        return Err(format!("a filter has {MAX_LENGTH} characters at most"));
    }
    let mut parser = Parser {
        rest: text,
        paths,
        depth: 0,
    };
    let filter = parser.either()?;
    if parser.rest.trim().is_empty() {
        Ok(filter)
    } else {
        Err(format!("did not expect {:?}", parser.rest))
    }
}

impl Filter {
    /// Whether the filter holds for a row, whose fields `field` gives by path. A missing field equals
    /// nothing.
    pub(crate) fn matches<'row>(&self, field: &dyn Fn(&str) -> Option<Cow<'row, str>>) -> bool {
        match self {
            Self::And(filters) => filters.iter().all(|filter| filter.matches(field)),
            Self::Or(filters) => filters.iter().any(|filter| filter.matches(field)),
            Self::Compare {
                path,
                operator,
                value,
            } => compare(field(path).as_deref(), *operator, value),
        }
    }

    /// The comparison, where the filter is a single one.
    pub(crate) fn single(&self) -> Option<(Operator, &[Piece])> {
        match self {
            Self::Compare { operator, value, .. } => Some((*operator, value)),
            Self::And(_) | Self::Or(_) => None,
        }
    }
}

fn compare(actual: Option<&str>, operator: Operator, value: &[Piece]) -> bool {
    let Some(actual) = actual else {
        return operator == Operator::NotEqual;
    };
    match operator {
        Operator::Equal => like(&actual.to_lowercase(), value),
        Operator::NotEqual => !like(&actual.to_lowercase(), value),
        Operator::Less => order(actual, value) == Ordering::Less,
        Operator::LessOrEqual => order(actual, value) != Ordering::Greater,
        Operator::Greater => order(actual, value) == Ordering::Greater,
        Operator::GreaterOrEqual => order(actual, value) != Ordering::Less,
    }
}

/// Whether a text in lower case is what the pieces describe.
fn like(actual: &str, pieces: &[Piece]) -> bool {
    match pieces {
        [] => actual.is_empty(),
        [Piece::Text(text), rest @ ..] => actual
            .strip_prefix(text.as_str())
            .is_some_and(|left| like(left, rest)),
        [Piece::Any] => true,
        [Piece::Any, rest @ ..] => {
            actual
                .char_indices()
                .any(|(start, _)| like(&actual[start..], rest))
                || like("", rest)
        }
    }
}

/// Times are compared as times, numbers as numbers, all else as text.
fn order(actual: &str, value: &[Piece]) -> Ordering {
    let value: String = value
        .iter()
        .map(|piece| {
            if let Piece::Text(text) = piece {
                text.as_str()
            } else {
                "*"
            }
        })
        .collect();
    if let (Ok(one), Ok(other)) = (
        actual.parse::<Timestamp>(),
        value.to_uppercase().parse::<Timestamp>(),
    ) {
        return one.cmp(&other);
    }
    if let (Ok(one), Ok(other)) = (actual.parse::<f64>(), value.parse::<f64>()) {
        return one.total_cmp(&other);
    }
    actual.to_lowercase().cmp(&value)
}

struct Parser<'a> {
    rest: &'a str,
    paths: &'a [&'a str],
    depth: usize,
}

impl Parser<'_> {
    /// OR binds least.
    fn either(&mut self) -> Result<Filter, String> {
        let mut filters = vec![self.all()?];
        while self.take(",") {
            filters.push(self.all()?);
        }
        Ok(one_or(filters, Filter::Or))
    }

    fn all(&mut self) -> Result<Filter, String> {
        let mut filters = vec![self.term()?];
        while self.take(";") {
            filters.push(self.term()?);
        }
        Ok(one_or(filters, Filter::And))
    }

    fn term(&mut self) -> Result<Filter, String> {
        if !self.take("(") {
            return self.comparison();
        }
        self.depth += 1;
        // A filter is 2000 characters at most; without a bound they could all be parentheses.
        if self.depth > 50 {
            return Err("parentheses are too deep".to_owned());
        }
        let filter = self.either()?;
        self.depth -= 1;
        if self.take(")") {
            Ok(filter)
        } else {
            Err("a parenthesis is not closed".to_owned())
        }
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        self.rest = self.rest.trim_start();
        let end = self
            .rest
            .find(['=', '!', '<', '>'])
            .ok_or("an operator is missing")?;
        let path = self.rest[..end].trim().to_owned();
        if !self.paths.contains(&path.as_str()) {
            return Err(format!("cannot filter by {path:?}"));
        }
        self.rest = &self.rest[end..];
        let operator = self.operator()?;
        let value = self.value()?;
        Ok(Filter::Compare {
            path,
            operator,
            value,
        })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (text, operator) in operators {
            if self.take(text) {
                return Ok(operator);
            }
        }
        Err(format!("no operator at {:?}", self.rest))
    }

    fn value(&mut self) -> Result<Vec<Piece>, String> {
        match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => self.plain(),
        }
    }

    fn plain(&mut self) -> Result<Vec<Piece>, String> {
        let end = self
            .rest
            .find([';', ',', '(', ')', '\'', '"'])
            .unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        if text.is_empty() {
            return Err("a value is missing".to_owned());
        }
        self.rest = rest;
        Ok(pieces(text.chars().map(|letter| (letter, letter == '*'))))
    }

    /// Within quotes a backslash makes the next letter stand for itself.
    fn quoted(&mut self, quote: char) -> Result<Vec<Piece>, String> {
        let mut letters = Vec::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((index, letter)) = chars.next() {
            if letter == quote {
                self.rest = &self.rest[index + 1..];
                return Ok(pieces(letters.into_iter()));
            }
            match letter {
                '\\' => letters.extend(chars.next().map(|(_, escaped)| (escaped, false))),
                _ => letters.push((letter, letter == '*')),
            }
        }
        Err("a quote is not closed".to_owned())
    }

    fn take(&mut self, text: &str) -> bool {
        let trimmed = self.rest.trim_start();
        let Some(rest) = trimmed.strip_prefix(text) else {
            return false;
        };
        self.rest = rest;
        true
    }
}

fn one_or(mut filters: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    if filters.len() == 1 {
        filters.remove(0)
    } else {
        many(filters)
    }
}

/// Letters, each with whether it is a wildcard, as pieces.
fn pieces(letters: impl Iterator<Item = (char, bool)>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (letter, wildcard) in letters {
        match (wildcard, pieces.last_mut()) {
            (true, Some(Piece::Any)) => {}
            (true, _) => pieces.push(Piece::Any),
            (false, Some(Piece::Text(text))) => text.extend(letter.to_lowercase()),
            (false, _) => pieces.push(Piece::Text(letter.to_lowercase().collect())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 4] = ["name", "status", "age", "at"];

    fn holds(filter: &str) -> bool {
        parse(filter, &PATHS).unwrap().matches(&|path| {
            Some(Cow::Borrowed(match path {
                "name" => "Jane Doe",
                "status" => "ACTIVE",
                "age" => "9",
                "at" => "2026-01-02T03:04:05Z",
                _ => return None,
            }))
        })
    }

    #[test]
    fn filters_hold_as_documented() {
        let right = [
            "name=='jane doe'",
            "name==JANE*",
            "name==*a*e*",
            "name!=x",
            "status==active;age<10",
            "status==x,age>=9",
            "(status==x,name==j*);age<=9",
            "age>8",
            "at>2026-01-01T00:00:00Z",
            "name==\"Jane Doe\"",
            "name==*",
        ];
        let wrong = [
            "name==jane",
            "name!=j*",
            "status==x;age<10",
            "age<10;(name==x,status==x)",
            "age<9",
            "name==j'*",
        ];
        for filter in right {
            assert!(holds(filter), "{filter}");
        }
        for filter in &wrong[..5] {
            assert!(!holds(filter), "{filter}");
        }
        assert!(parse(wrong[5], &PATHS).is_err());
    }

    #[test]
    fn a_backslash_within_quotes_takes_the_wildcard_away() {
        assert!(!holds(r"name=='jane\*'"));
        assert!(holds("name=='jane*'"));
    }

    #[test]
    fn bad_filters_are_refused() {
        for filter in [
            "", "name", "Name==x", "name=x", "name==", "(name==x", "name==x)", "name=='x", "other==x",
        ] {
            assert!(parse(filter, &PATHS).is_err(), "{filter}");
        }
        assert!(parse(&format!("name=={}", "x".repeat(2000)), &PATHS).is_err());
    }
}
