//! Rules that a new state must pass before anything of it is stored or announced.

use crate::error::HollowError;
use crate::limits::FREE_COUNT_CHANGE;
use crate::record::Record;
use crate::state::State;

type Rule<R> = Box<dyn Fn(&State<R>, &State<R>) -> Result<(), String> + Send + Sync>;

/// The rules, in the order they were given. Keys and unique indexes are checked before them.
pub(super) struct Validators<R> {
    rules: Vec<(&'static str, Rule<R>)>,
}

impl<R: Record> Validators<R> {
    /// The one rule every dataset has: its number of records does not jump.
    pub(super) fn new(max_count_change: f64) -> Self {
        let mut validators = Self { rules: Vec::new() };
        validators.add("record count", move |before, after| {
            count_change(before.len(), after.len(), max_count_change)
        });
        validators
    }

    pub(super) fn add(
        &mut self,
        name: &'static str,
        rule: impl Fn(&State<R>, &State<R>) -> Result<(), String> + Send + Sync + 'static,
    ) {
        self.rules.push((name, Box::new(rule)));
    }

    pub(super) fn check(&self, before: &State<R>, after: &State<R>) -> Result<(), HollowError> {
        for (validator, rule) in &self.rules {
            rule(before, after).map_err(|reason| HollowError::Refused { validator, reason })?;
        }
        Ok(())
    }
}

fn count_change(before: u64, after: u64, most: f64) -> Result<(), String> {
    let change = before.abs_diff(after);
    if before == 0 || change <= FREE_COUNT_CHANGE || change as f64 <= before as f64 * most {
        return Ok(());
    }
    Err(format!(
        "{after} records instead of {before}: more than {:.0} % of change at once",
        most * 100.0
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_may_change_by_a_share() {
        assert_eq!(count_change(0, 1_000_000, 0.5), Ok(()), "the first version");
        assert_eq!(count_change(3, 100, 0.5), Ok(()), "too few to judge");
        assert_eq!(count_change(1_000, 1_500, 0.5), Ok(()));
        assert_eq!(
            count_change(1_000, 499, 0.5).unwrap_err(),
            "499 records instead of 1000: more than 50 % of change at once"
        );
    }
}
