//! Runs of frames in which something holds.

use crate::limits::MOST_SPANS;

/// Collects runs that are long enough, given frames in order; bounded however many there are.
#[derive(Debug)]
pub(super) struct Spans {
    shortest: u64,
    /// Runs nearer than this are one.
    joined: u64,
    open: Option<(u64, u64)>,
    found: Vec<(u64, u64)>,
}

impl Spans {
    /// Keeps runs of at least `shortest` steps; runs with a gap of at most `joined` steps are one.
    pub(super) fn new(shortest: u64, joined: u64) -> Self {
        Self {
            shortest: shortest.max(1),
            joined,
            open: None,
            found: Vec::new(),
        }
    }

    /// It holds from `start` to before `end`; starts come in ascending order.
    pub(super) fn mark(&mut self, start: u64, end: u64) {
        match &mut self.open {
            Some((_, last)) if start <= last.saturating_add(self.joined) => {
                *last = (*last).max(end);
            }
            _ => {
                self.close();
                self.open = Some((start, end));
            }
        }
    }

    /// Ends the run that is open: what follows is another however near it is.
    pub(super) fn close(&mut self) {
        if let Some((start, end)) = self.open.take()
            && end.saturating_sub(start) >= self.shortest
            && self.found.len() < MOST_SPANS
        {
            self.found.push((start, end));
        }
    }

    /// The runs, each from its first step to the one behind its last.
    pub(super) fn finish(mut self) -> Vec<(u64, u64)> {
        self.close();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_apart_long_enough_and_cover_what_was_marked(
            holds in prop::collection::vec(any::<bool>(), 0..200), shortest in 1_u64..6, joined in 0_u64..4,
        ) {
            let mut spans = Spans::new(shortest, joined);
            for (at, _) in (0_u64..).zip(&holds).filter(|(_, holds)| **holds) {
                spans.mark(at, at + 1);
            }
            let found = spans.finish();
            prop_assert!(found.iter().all(|(start, end)| end - start >= shortest));
            prop_assert!(found.windows(2).all(|pair| pair[1].0 > pair[0].1 + joined));
            for (start, end) in found {
                prop_assert!(holds[start as usize] && holds[end as usize - 1]);
            }
        }
    }
}
