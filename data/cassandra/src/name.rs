//! CQL names. Pure.

use crate::limits::READABLE_CHARS;

/// The CQL name of a table: what is readable of its name, then the generation (32 hexadecimal digits) that
/// makes it unique. A table that is dropped and created again is another generation, so that nothing of the
/// old one can come back.
pub(crate) fn table(name: &str, generation: &str) -> String {
    let digits = generation.chars().filter(char::is_ascii_hexdigit);
    let tail: String = digits.collect();
    format!("{}_{tail}", readable(name))
}

/// Begins with a letter, then lower-case letters, digits and underscores: needs no quotes in CQL.
fn readable(name: &str) -> String {
    let plain = name.chars().map(|c| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    });
    std::iter::once('t')
        .chain(std::iter::once('_'))
        .chain(plain)
        .take(READABLE_CHARS)
        .collect()
}

/// A string as a CQL literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a keyspace's name needs no quotes in CQL.
pub(crate) fn is_plain_keyspace(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.len() <= 48
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GENERATION: &str = "123e4567-e89b-12d3-a456-426614174000";

    #[test]
    fn names_are_readable_and_unique() {
        assert_eq!(
            table("kv.Films", GENERATION),
            "t_kv_films_123e4567e89b12d3a456426614174000"
        );
        assert_eq!(literal("it's"), "'it''s'");
    }

    proptest! {
        #[test]
        fn any_name_is_a_plain_cql_name(name: String) {
            let table = table(&name, GENERATION);
            prop_assert!(is_plain_keyspace(&table), "{}", table);
        }
    }
}
