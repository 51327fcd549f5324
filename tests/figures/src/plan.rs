//! What the command line asks for.

use anyhow::bail;

use crate::Figure;

/// Which figures are wanted, of what, and on how much.
#[derive(Debug)]
pub struct Plan<F> {
    figures: Vec<F>,
    subjects: Vec<String>,
    quick: bool,
}

impl<F: Figure> Plan<F> {
    /// Names of figures and of `subjects`, none for all of either; `--quick` for smaller sets.
    ///
    /// # Errors
    /// When a word is none of these.
    pub fn parse(
        words: impl Iterator<Item = String>,
        subjects: &[&'static str],
    ) -> anyhow::Result<Self> {
        let mut plan = Self {
            figures: Vec::new(),
            subjects: Vec::new(),
            quick: false,
        };
        for word in words {
            let named = |figure: &&F| figure.name() == word;
            match F::ALL.iter().find(named) {
                Some(figure) => plan.figures.push(*figure),
                None if word == "--quick" => plan.quick = true,
                None if subjects.contains(&word.as_str()) => plan.subjects.push(word),
                None => bail!(
                    "{word:?} is no figure; there are --quick, {}",
                    names::<F>(subjects)
                ),
            }
        }
        if plan.figures.is_empty() {
            plan.figures.extend(F::ALL);
        }
        Ok(plan)
    }

    /// Whether a figure is wanted.
    pub fn wants(&self, figure: F) -> bool {
        self.figures.contains(&figure)
    }

    /// Whether any of these is.
    pub fn wants_any(&self, figures: &[F]) -> bool {
        figures.iter().any(|figure| self.wants(*figure))
    }

    /// Whether a subject is to be looked at; all are where none was named.
    pub fn includes(&self, subject: &str) -> bool {
        self.subjects.is_empty() || self.subjects.iter().any(|named| named == subject)
    }

    /// One of two sizes.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

fn names<F: Figure>(subjects: &[&'static str]) -> String {
    let figures = F::ALL.iter().map(|figure| figure.name());
    let all: Vec<_> = figures.chain(subjects.iter().copied()).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Two {
        Weight,
        Height,
    }

    impl Figure for Two {
        const ALL: &'static [Self] = &[Self::Weight, Self::Height];

        fn name(self) -> &'static str {
            match self {
                Self::Weight => "weight",
                Self::Height => "height",
            }
        }

        fn target(self) -> Target {
            Target::Stated
        }
    }

    fn parse(words: &[&str]) -> anyhow::Result<Plan<Two>> {
        Plan::parse(words.iter().map(|word| (*word).to_owned()), &["anna"])
    }

    #[test]
    fn names_choose_and_none_is_all() {
        let plan = parse(&["height", "--quick"]).unwrap();
        assert!(plan.wants(Two::Height) && !plan.wants_any(&[Two::Weight]));
        assert_eq!(plan.pick(1, 2), 2);
        assert!(plan.includes("anna") && plan.includes("otto"));
        let one = parse(&["anna"]).unwrap();
        assert!(Two::ALL.iter().all(|figure| one.wants(*figure)));
        assert!(one.includes("anna") && !one.includes("otto"));
        assert_eq!(one.pick(1, 2), 1);
        assert!(parse(&["girth"]).is_err());
    }
}
