//! Whether a title is offered to who asks: a pure rule.

use std::fmt;
use std::str::FromStr;

use contracts_membership::{CatalogEntry, Maturity};
use platform_clock::Timestamp;

use crate::limits::TERRITORY_LETTERS;

/// An ISO 3166-1 alpha-2 code in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Territory([u8; TERRITORY_LETTERS]);

/// The text is not a territory's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a territory is two letters of ISO 3166-1, such as DE")]
pub struct BadTerritory;

impl FromStr for Territory {
    type Err = BadTerritory;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters: [u8; TERRITORY_LETTERS] =
            text.as_bytes().try_into().map_err(|_| BadTerritory)?;
        if letters.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
        } else {
            Err(BadTerritory)
        }
    }
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

/// Who asks, when and from where.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// When.
    pub now: Timestamp,
    /// From where; titles with a list of territories are not offered when it is unknown.
    pub territory: Option<Territory>,
    /// The name of the plan subscribed to.
    pub plan: &'a str,
    /// The highest rating the account may watch.
    pub max_maturity: Maturity,
}

/// Why a title is not offered, the first reason found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOffered {
    /// Not at this time.
    Window,
    /// Not here.
    Territory,
    /// Above the account's rating.
    Maturity,
    /// Not in the plan.
    Plan,
}

/// Whether `entry` is offered to `asker`.
pub fn offered(entry: &CatalogEntry, asker: &Asker<'_>) -> Result<(), NotOffered> {
    let availability = &entry.availability;
    if !availability.window.contains(asker.now) {
        return Err(NotOffered::Window);
    }
    let here = |code: &String| asker.territory.is_some() && code.parse().ok() == asker.territory;
    if !availability.territories.is_empty() && !availability.territories.iter().any(here) {
        return Err(NotOffered::Territory);
    }
    if entry.maturity > asker.max_maturity {
        return Err(NotOffered::Maturity);
    }
    if !availability.plans.is_empty() && !availability.plans.iter().any(|plan| plan == asker.plan) {
        return Err(NotOffered::Plan);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use platform_clock::Window;

    use super::*;
    use crate::snapshot::tests::entry;

    fn asker(territory: Option<&str>) -> Asker<'static> {
        Asker {
            now: Timestamp::from_millis(50),
            territory: territory.map(|code| code.parse().unwrap()),
            plan: "standard",
            max_maturity: Maturity::Thirteen,
        }
    }

    #[test]
    fn a_title_without_conditions_is_offered_to_all() {
        assert_eq!(offered(&entry("a", 1), &asker(None)), Ok(()));
    }

    #[test]
    fn each_condition_refuses_by_its_name() {
        let mut title = entry("a", 1);
        title.availability.plans = vec!["premium".into()];
        assert_eq!(offered(&title, &asker(None)), Err(NotOffered::Plan));
        title.maturity = Maturity::Sixteen;
        assert_eq!(offered(&title, &asker(None)), Err(NotOffered::Maturity));
        title.availability.territories = vec!["de".into(), "??".into()];
        assert_eq!(offered(&title, &asker(None)), Err(NotOffered::Territory));
        assert_eq!(
            offered(&title, &asker(Some("FR"))),
            Err(NotOffered::Territory)
        );
        assert_eq!(
            offered(&title, &asker(Some("de"))),
            Err(NotOffered::Maturity)
        );
        title.availability.window = Window {
            from: Some(Timestamp::from_millis(51)),
            until: None,
        };
        assert_eq!(offered(&title, &asker(Some("DE"))), Err(NotOffered::Window));
    }

    #[test]
    fn territories_are_two_letters_in_either_case() {
        assert_eq!("de".parse::<Territory>().unwrap().to_string(), "DE");
        for bad in ["", "D", "DEU", "D1", "ß"] {
            assert_eq!(bad.parse::<Territory>(), Err(BadTerritory), "{bad}");
        }
    }
}
