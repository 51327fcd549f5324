//! What the command line asks for.

use anyhow::bail;

use crate::figure::Figure;

/// Which figures are wanted, and on how much.
#[derive(Debug)]
pub(crate) struct Plan {
    figures: Vec<Figure>,
    quick: bool,
}

impl Plan {
    /// Names of figures, none for all; `--quick` for smaller sets.
    ///
    /// # Errors
    /// When a word is no figure.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (mut figures, mut quick) = (Vec::new(), false);
        for word in words {
            let named = |figure: &Figure| figure.name() == word;
            match Figure::ALL.into_iter().find(named) {
                Some(figure) => figures.push(figure),
                None if word == "--quick" => quick = true,
                None => bail!("{word:?} is no figure; there are --quick, and {}", names()),
            }
        }
        if figures.is_empty() {
            figures.extend(Figure::ALL);
        }
        Ok(Self { figures, quick })
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

fn names() -> String {
    Figure::ALL.map(Figure::name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> anyhow::Result<Plan> {
        Plan::parse(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn names_choose_and_none_is_all() {
        let plan = parse(&["bloom_ns", "--quick"]).unwrap();
        assert!(plan.wants(Figure::Bloom) && !plan.wants(Figure::KvGet));
        assert_eq!(plan.pick(1, 2), 2);
        let all = parse(&[]).unwrap();
        assert!(Figure::ALL.iter().all(|figure| all.wants(*figure)));
        assert!(parse(&["kv"]).is_err());
    }
}
