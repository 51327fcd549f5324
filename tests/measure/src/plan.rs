//! What the command line asks for.

use anyhow::bail;

use tests_figures::Figure as _;

use crate::figure::{Figure, Group};

/// Which figures are wanted, and on how much.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) group: Group,
    figures: Vec<Figure>,
    quick: bool,
}

impl Plan {
    /// A group, then names of its figures, none for all; `--quick` for smaller sets.
    ///
    /// # Errors
    /// When a word is no figure of the group.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let group = words.next().and_then(|word| Group::named(&word));
        let Some(group) = group else {
            bail!("name what is measured first: data, steering, edge or fill");
        };
        let (mut figures, mut quick, all) = (Vec::new(), false, group.figures());
        for word in words {
            let named = |figure: &&Figure| figure.name() == word;
            match all.iter().find(named) {
                Some(figure) => figures.push(*figure),
                None if word == "--quick" => quick = true,
                None => bail!(
                    "{word:?} is no figure; there are --quick, and {}",
                    names(&all)
                ),
            }
        }
        if figures.is_empty() {
            figures = all;
        }
        Ok(Self {
            group,
            figures,
            quick,
        })
    }

    pub(crate) fn wants(&self, figure: Figure) -> bool {
        self.figures.contains(&figure)
    }

    pub(crate) fn wants_any(&self, figures: &[Figure]) -> bool {
        figures.iter().any(|figure| self.wants(*figure))
    }

    /// One of two sizes.
    pub(crate) fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

fn names(figures: &[Figure]) -> String {
    let names: Vec<&str> = figures.iter().map(|figure| figure.name()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> anyhow::Result<Plan> {
        Plan::parse(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn names_choose_and_none_is_all() {
        let plan = parse(&["data", "bloom_ns", "--quick"]).unwrap();
        assert!(plan.wants(Figure::Bloom) && !plan.wants(Figure::KvGet));
        assert_eq!(plan.pick(1, 2), 2);
        let all = parse(&["steering"]).unwrap();
        let wanted = |figure: &&Figure| all.wants(**figure);
        assert_eq!(Figure::ALL.iter().filter(wanted).count(), 4);
        for wrong in [
            &["data", "kv"][..],
            &["steering", "bloom_ns"],
            &["bloom_ns"],
            &[],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
