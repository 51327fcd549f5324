//! A batch of mutations as statements. Pure.
//!
//! Cassandra applies a batch as one mutation in no order of its own, so what the batch comes to is decided here:
//! of each item the last mutation, and ranges just before the batch's stamp.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use data_engine::{Mutation, Stamp};
use platform_clock::Timestamp;

use crate::bind::Bind;
use crate::expiry::{stored, time_to_live, write_time};
use crate::statements::Statement;

/// A statement with what is bound to it.
pub(crate) type Bound<'a> = (Statement, Vec<Bind<'a>>);

/// The statements of a batch to one partition, whose stored key is `key`, written at `now`.
pub(crate) fn statements<'a>(
    key: &'a Cow<'a, [u8]>,
    mutations: &'a [Mutation],
    stamp: Stamp,
    now: Timestamp,
) -> Vec<Bound<'a>> {
    let mut last: BTreeMap<&Bytes, &Mutation> = BTreeMap::new();
    let mut statements = Vec::new();
    for mutation in mutations {
        match mutation {
            Mutation::Put { item, .. } | Mutation::Delete { item } => {
                last.insert(item, mutation);
            }
            Mutation::DeleteRange { from, until } => {
                statements.extend(delete_range(
                    key,
                    from.as_ref(),
                    until.as_ref(),
                    stamp.before(),
                ));
            }
        }
    }
    let items = last.into_values();
    statements.extend(items.filter_map(|mutation| of_item(key, mutation, stamp, now)));
    statements
}

fn of_item<'a>(
    key: &'a [u8],
    mutation: &'a Mutation,
    stamp: Stamp,
    now: Timestamp,
) -> Option<Bound<'a>> {
    let at = Bind::BigInt(write_time(stamp));
    let key = Bind::Blob(key);
    match mutation {
        Mutation::Put {
            item,
            value,
            expires,
        } => {
            let live = Bind::Int(time_to_live(*expires, now));
            let expires = Bind::BigInt(stored(*expires));
            let bound = vec![at, live, Bind::Blob(value), expires, key, Bind::Blob(item)];
            Some((Statement::Put, bound))
        }
        Mutation::Delete { item } => Some((Statement::Delete, vec![at, key, Bind::Blob(item)])),
        Mutation::DeleteRange { .. } => None,
    }
}

/// One range tombstone, or none for a range that holds nothing. The whole partition is deleted by a tombstone of
/// its own kind, which readers need not look into.
fn delete_range<'a>(
    key: &'a [u8],
    from: Option<&'a Bytes>,
    until: Option<&'a Bytes>,
    stamp: Stamp,
) -> Option<Bound<'a>> {
    let from = from.map_or(&[][..], |from| from);
    let mut bound = vec![Bind::BigInt(write_time(stamp)), Bind::Blob(key)];
    let statement = match until {
        Some(until) if **until <= *from => return None,
        Some(until) => {
            bound.extend([Bind::Blob(from), Bind::Blob(until)]);
            Statement::DeleteBetween
        }
        None if from.is_empty() => Statement::DeleteAll,
        None => {
            bound.push(Bind::Blob(from));
            Statement::DeleteFrom
        }
    };
    Some((statement, bound))
}

#[cfg(test)]
mod tests {
    use data_engine::{Direction, Range};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn of(mutations: &[Mutation]) -> Vec<Statement> {
        let key = Cow::Borrowed(&b"p"[..]);
        let bound = statements(&key, mutations, Stamp(9), NOW);
        bound.into_iter().map(|(statement, _)| statement).collect()
    }

    fn range(from: Option<&'static str>, until: Option<&'static str>) -> Mutation {
        Mutation::delete_range(Range {
            from: from.map(Bytes::from),
            until: until.map(Bytes::from),
            direction: Direction::Forward,
        })
    }

    #[test]
    fn the_last_mutation_of_an_item_stands() {
        let put = || Mutation::put("i", "v");
        assert_eq!(of(&[put(), Mutation::delete("i")]), [Statement::Delete]);
        assert_eq!(of(&[Mutation::delete("i"), put()]), [Statement::Put]);
        assert_eq!(
            of(&[put(), range(None, None)]),
            [Statement::DeleteAll, Statement::Put]
        );
    }

    #[test]
    fn a_range_is_one_tombstone_or_none() {
        assert_eq!(
            of(&[range(None, None), range(Some(""), None)]),
            [Statement::DeleteAll; 2]
        );
        assert_eq!(of(&[range(Some("a"), None)]), [Statement::DeleteFrom]);
        assert_eq!(of(&[range(None, Some("a"))]), [Statement::DeleteBetween]);
        assert_eq!(
            of(&[range(Some("a"), Some("b"))]),
            [Statement::DeleteBetween]
        );
        for (from, until) in [(Some("b"), "a"), (Some("a"), "a"), (None, "")] {
            assert_eq!(of(&[range(from, Some(until))]), []);
        }
    }

    #[test]
    fn ranges_are_deleted_just_before_the_batch() {
        let key = Cow::Borrowed(&b"p"[..]);
        let mutations = [range(None, None), Mutation::delete("i")];
        let bound = statements(&key, &mutations, Stamp(9), NOW);
        let stamps: Vec<_> = bound.iter().map(|(_, bound)| bound[0]).collect();
        assert_eq!(stamps, [Bind::BigInt(8), Bind::BigInt(9)]);
    }
}
