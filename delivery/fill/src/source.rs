//! From whom a file is fetched: boxes beside it first, then those above, then the origin.

/// Where a holder stands, seen from the box that fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// In the same site.
    Beside,
    /// In the tier above.
    Above,
}

/// Where to fetch from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A box, by its number.
    Box(u32),
    /// The origin, which has everything.
    Origin,
}

/// The order in which a file's holders are asked, each with its seed: those beside before those above, and among equals
/// spread by the file and the box that asks, so that one holder does not feed a whole site. The origin comes last.
pub fn sources(
    file: u64,
    asks: u64,
    holders: impl IntoIterator<Item = (Holder, u32, u64)>,
) -> Vec<Source> {
    let mut holders: Vec<_> = holders.into_iter().collect();
    holders.sort_by(|a, b| {
        let wants = |it: &(Holder, u32, u64)| crate::score(file ^ asks, it.2, 1.0);
        let near = a.0.cmp(&b.0);
        near.then(wants(b).total_cmp(&wants(a))).then(a.1.cmp(&b.1))
    });
    let boxes = holders.into_iter().map(|it| Source::Box(it.1));
    boxes.chain([Source::Origin]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed_of;

    #[test]
    fn beside_comes_before_above_and_the_origin_last() {
        let holders = [
            (Holder::Above, 1, 11),
            (Holder::Beside, 2, 12),
            (Holder::Above, 3, 13),
        ];
        let order = sources(5, 6, holders);
        assert_eq!(order[0], Source::Box(2));
        assert_eq!((order.len(), order[3]), (4, Source::Origin));
        assert_eq!(sources(5, 6, []), [Source::Origin]);
    }

    #[test]
    fn holders_share_the_askers() {
        let holders = || (0_u32..4).map(|n| (Holder::Beside, n, seed_of(&n.to_be_bytes())));
        let mut first = [0; 4];
        for asks in 0_u64..400 {
            if let Source::Box(n) = sources(9, seed_of(&asks.to_be_bytes()), holders())[0] {
                first[n as usize] += 1;
            }
        }
        assert!(first.iter().all(|count| *count > 60), "{first:?}");
    }
}
