//! The prefix list: a text that says which networks an appliance serves, for those who speak no BGP.
//!
//! A line is a prefix, then in any order what else a session would say of it:
//!
//! ```text
//! # The provider's customers in the north.
//! 198.51.100.0/24
//! 203.0.113.0/24   path 2   med 50   community 64512:100
//! 2001:db8::/32
//! ```
//!
//! What is left out is a path of 1, a discriminator of 0 and no community. The last line on a prefix counts.

use std::sync::Arc;

use ipnet::IpNet;

use crate::limits::{MAX_COMMUNITIES, MAX_LINE_BYTES, MAX_LIST_PREFIXES};
use crate::{Community, Route};

/// A line that cannot be read; nothing of the list is used. A retry does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ListError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: ListFault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// It does not begin with a prefix.
    #[error("{0:?} is no prefix such as 198.51.100.0/24 or 2001:db8::/32")]
    NotAPrefix(String),
    /// Bits are set that the prefix does not cover: a slip in the address or in the length.
    #[error("{given} has bits beyond its length; {meant} covers it")]
    StrayBits {
        /// As it was written.
        given: IpNet,
        /// The prefix of that length around it.
        meant: IpNet,
    },
    /// Something other than `path`, `med` or `community` follows.
    #[error("{0:?} is none of path, med, community")]
    UnknownWord(String),
    /// A word's value is missing or out of range.
    #[error("{word} takes {takes}, not {given:?}")]
    BadValue {
        /// The word.
        word: &'static str,
        /// What may follow it.
        takes: &'static str,
        /// What does; empty when nothing does.
        given: String,
    },
    /// More communities than a session carries.
    #[error("more than {MAX_COMMUNITIES} communities")]
    TooManyCommunities,
    /// The line is longer than a prefix and its attributes can be.
    #[error("longer than {MAX_LINE_BYTES} bytes")]
    TooLong,
    /// The list has more prefixes than the internet.
    #[error("more than {MAX_LIST_PREFIXES} prefixes")]
    TooManyPrefixes,
}

/// The routes of a prefix list, in its order.
///
/// # Errors
/// The first line that cannot be read.
pub fn parse_list(text: &str) -> Result<Vec<(IpNet, Route)>, ListError> {
    let (mut routes, mut none) = (Vec::new(), Arc::from([]));
    for (number, line) in text.lines().enumerate() {
        let error = |fault| ListError {
            line: number + 1,
            fault,
        };
        if line.len() > MAX_LINE_BYTES {
            return Err(error(ListFault::TooLong));
        }
        let line = line.split_once('#').map_or(line, |(before, _)| before);
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { continue };
        if routes.len() == MAX_LIST_PREFIXES {
            return Err(error(ListFault::TooManyPrefixes));
        }
        let prefix = prefix(first).map_err(error)?;
        let route = attributes(words, &mut none).map_err(error)?;
        routes.push((prefix, route));
    }
    Ok(routes)
}

fn prefix(text: &str) -> Result<IpNet, ListFault> {
    let given: IpNet = text
        .parse()
        .map_err(|_| ListFault::NotAPrefix(text.to_owned()))?;
    let meant = given.trunc();
    if meant == given {
        Ok(given)
    } else {
        Err(ListFault::StrayBits { given, meant })
    }
}

/// `none` is the empty list of communities, shared by all lines without any.
fn attributes<'a>(
    mut words: impl Iterator<Item = &'a str>,
    none: &mut Arc<[Community]>,
) -> Result<Route, ListFault> {
    let (mut path_len, mut med, mut communities) = (1, 0, Vec::new());
    while let Some(word) = words.next() {
        let value = words.next().unwrap_or_default();
        match word {
            "path" => path_len = number("path", "a number up to 65535", value)?,
            "med" => med = number("med", "a number up to 4294967295", value)?,
            "community" => communities.push(number(
                "community",
                "two numbers with a colon between them",
                value,
            )?),
            other => return Err(ListFault::UnknownWord(other.to_owned())),
        }
    }
    if communities.len() > MAX_COMMUNITIES {
        return Err(ListFault::TooManyCommunities);
    }
    let communities = if communities.is_empty() {
        Arc::clone(none)
    } else {
        communities.into()
    };
    Ok(Route {
        path_len,
        med,
        communities,
    })
}

fn number<T: std::str::FromStr>(
    word: &'static str,
    takes: &'static str,
    given: &str,
) -> Result<T, ListFault> {
    given.parse().map_err(|_| ListFault::BadValue {
        word,
        takes,
        given: given.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(line: &str) -> ListFault {
        let text = format!("# first\n{line}\n");
        let error = parse_list(&text).unwrap_err();
        assert_eq!(error.line, 2);
        error.fault
    }

    #[test]
    fn prefixes_and_their_attributes_are_read() {
        let text = "\n# north\n198.51.100.0/24 # all\n\t2001:db8::/32  med 50 path 2 community 64512:100 community 65535:0\r\n";
        let routes = parse_list(text).unwrap();
        assert_eq!(routes.len(), 2);
        assert_eq!(routes[0].0, "198.51.100.0/24".parse::<IpNet>().unwrap());
        assert_eq!(routes[0].1.preference(), (false, 1, 0));
        assert_eq!(routes[1].1.preference(), (true, 2, 50));
        assert_eq!(routes[1].1.communities[0], Community::new(64_512, 100));
    }

    #[test]
    fn every_fault_is_named_with_its_line() {
        assert_eq!(fault("ten"), ListFault::NotAPrefix("ten".into()));
        assert_eq!(fault("10.0.0.0"), ListFault::NotAPrefix("10.0.0.0".into()));
        assert!(matches!(fault("10.0.0.0/33"), ListFault::NotAPrefix(_)));
        let stray = ListFault::StrayBits {
            given: "10.1.0.0/8".parse().unwrap(),
            meant: "10.0.0.0/8".parse().unwrap(),
        };
        assert_eq!(
            stray.to_string(),
            "10.1.0.0/8 has bits beyond its length; 10.0.0.0/8 covers it"
        );
        assert_eq!(fault("10.1.0.0/8"), stray);
        assert_eq!(fault("::/0 as 1"), ListFault::UnknownWord("as".into()));
        for bad in [
            "::/0 path 65536",
            "::/0 med",
            "::/0 med -1",
            "::/0 community 1",
        ] {
            assert!(matches!(fault(bad), ListFault::BadValue { .. }), "{bad}");
        }
        let many = format!("::/0{}", " community 1:1".repeat(MAX_COMMUNITIES + 1));
        assert_eq!(fault(&many), ListFault::TooManyCommunities);
        assert_eq!(fault(&" ".repeat(MAX_LINE_BYTES + 1)), ListFault::TooLong);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_answered(text in "[ -~\n\r\t]{0,200}") {
            if let Err(error) = parse_list(&text) {
                prop_assert!(error.line >= 1 && error.line <= text.lines().count());
            }
        }

        #[test]
        fn what_was_written_is_read(address in any::<u128>(), len in 0_u8..=128, path in any::<u16>(), med in any::<u32>()) {
            let prefix = IpNet::new(std::net::Ipv6Addr::from(address).into(), len).unwrap().trunc();
            let routes = parse_list(&format!("{prefix} path {path} med {med}")).unwrap();
            prop_assert_eq!(routes[0].0, prefix);
            prop_assert_eq!(routes[0].1.preference(), (false, path, med));
        }
    }
}
