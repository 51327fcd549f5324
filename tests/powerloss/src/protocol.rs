//! What a victim and its watcher say to each other, a line each.
//!
//! The watcher tells the history on the victim's standard input: what must be there. The victim answers
//! with what it found and then with every write that was acknowledged, the line after the acknowledgement.

use std::collections::BTreeMap;

/// What earlier lives were promised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Of each writer, how many operations were acknowledged or seen after a restart.
    pub floors: Vec<u64>,
    /// Where the store said an operation's result lies, by writer and operation.
    pub places: BTreeMap<(u32, u64), String>,
}

/// What a victim says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The store is open and holds this many operations of each writer, whole and in order.
    Holds(Vec<u64>),
    /// The store holds what it must not, or lacks what it must hold.
    Damaged(String),
    /// An operation was acknowledged.
    Acked {
        /// Who asked for it.
        writer: u32,
        /// Which of its operations.
        number: u64,
        /// Where the store said that the result lies; empty where stores do not say.
        place: String,
    },
    /// The store could not be opened, read or written.
    Failed(String),
    /// Every writer has done all its operations.
    Done,
}

/// Ends the history.
const BEGIN: &str = "begin";

impl History {
    /// The lines that tell it.
    pub fn to_lines(&self) -> String {
        use std::fmt::Write as _;
        let mut lines = format!("floors{}\n", numbers(&self.floors));
        for ((writer, number), place) in &self.places {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "place {writer} {number} {place}");
        }
        lines + BEGIN + "\n"
    }

    /// Reads the lines back.
    ///
    /// # Errors
    /// The line that is none, or that the end is missing.
    pub fn from_lines(lines: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut history = Self::default();
        for line in lines {
            if line == BEGIN {
                return Ok(history);
            }
            history
                .add(&line)
                .ok_or_else(|| format!("no history: {line}"))?;
        }
        Err("the history has no end".to_owned())
    }

    fn add(&mut self, line: &str) -> Option<()> {
        match line.split_once(' ')? {
            ("floors", rest) => self.floors = parse_numbers(rest)?,
            ("place", rest) => {
                let (writer, number, place) = parse_place(rest)?;
                self.places.insert((writer, number), place);
            }
            _ => return None,
        }
        Some(())
    }
}

impl Said {
    /// The line that says it.
    pub fn to_line(&self) -> String {
        match self {
            Self::Holds(counts) => format!("holds{}", numbers(counts)),
            Self::Damaged(what) => format!("damaged {}", one_line(what)),
            Self::Acked {
                writer,
                number,
                place,
            } => format!("acked {writer} {number} {place}"),
            Self::Failed(why) => format!("failed {}", one_line(why)),
            Self::Done => "done ".to_owned(),
        }
    }

    /// Reads a line; `None` when it says none of these, as a line that a kill tore.
    pub fn from_line(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "holds" => parse_numbers(rest).map(Self::Holds),
            "damaged" => Some(Self::Damaged(rest.to_owned())),
            "acked" => {
                let (writer, number, place) = parse_place(rest)?;
                Some(Self::Acked {
                    writer,
                    number,
                    place,
                })
            }
            "failed" => Some(Self::Failed(rest.to_owned())),
            "done" => Some(Self::Done),
            _ => None,
        }
    }
}

fn numbers(numbers: &[u64]) -> String {
    let words = numbers
        .iter()
        .flat_map(|number| [" ".to_owned(), number.to_string()]);
    words.collect()
}

fn parse_numbers(text: &str) -> Option<Vec<u64>> {
    text.split_whitespace()
        .map(|word| word.parse().ok())
        .collect()
}

fn parse_place(text: &str) -> Option<(u32, u64, String)> {
    let mut words = text.splitn(3, ' ');
    let (writer, number) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((writer, number, words.next()?.to_owned()))
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let said = [
            Said::Holds(vec![0, 3, 12]),
            Said::Damaged("writer 1: k00".to_owned()),
            Said::Acked {
                writer: 2,
                number: 7,
                place: "a/0@12".to_owned(),
            },
            Said::Acked {
                writer: 0,
                number: 0,
                place: String::new(),
            },
            Said::Failed("no".to_owned()),
            Said::Done,
        ];
        for said in said {
            assert_eq!(Said::from_line(&said.to_line()), Some(said));
        }
        assert_eq!(Said::from_line("acked 1"), None);
        assert_eq!(Said::Failed("a\nb".to_owned()).to_line(), "failed a b");
    }

    #[test]
    fn a_history_is_told_whole_or_not_at_all() {
        let history = History {
            floors: vec![4, 0],
            places: BTreeMap::from([((1, 2), "a/0@3".to_owned())]),
        };
        let lines = history.to_lines();
        let told = History::from_lines(lines.lines().map(str::to_owned));
        assert_eq!(told.as_ref(), Ok(&history));
        let torn = lines.lines().take(2).map(str::to_owned);
        assert!(History::from_lines(torn).is_err());
        assert!(History::from_lines(["floors x".to_owned()].into_iter()).is_err());
    }
}
