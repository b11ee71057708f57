//! Names with `*`, as a Tenant lists licenses.

/// Whether `name` is what `pattern` stands for. `*` stands for any text; upper and lower case are different.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| matches(tail, &rest[at..]))
        }),
    }
}

/// Whether `name` is what any of the patterns stands for.
pub fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, name, expected) in [
            ("DID*", "DID-US", true),
            ("DID*", "DID", true),
            ("DID*", "did-US", false),
            ("*US", "X4-US", true),
            ("X*-U*", "X4-Standard-US", true),
            ("X4", "X44", false),
            ("X?", "X4", false),
            ("*DID", "US-DID", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} on {name}");
        }
    }
}
