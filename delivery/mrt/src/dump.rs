//! Files of records taken in, and what is in force after them.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::net::IpAddr;

use bgpkit_parser::error::ParserError;
use bgpkit_parser::models::ElemType;
use bgpkit_parser::{BgpElem, BgpkitParser, Elementor};
use delivery_routes::Route;
use ipnet::IpNet;

use crate::decompress::plain;
use crate::element::Communities;
use crate::limits::MAX_ROUTES;

/// Why nothing more of a file was taken in. What was taken before stays.
#[derive(Debug, thiserror::Error)]
pub enum MrtError {
    /// It cannot be read at all; a retry may help.
    #[error("cannot read the dump")]
    Unreadable(#[from] io::Error),
    /// Not a single record of it could be read; a retry does not help.
    #[error("this is no MRT file: {0}")]
    NotMrt(String),
    /// It holds more routes than are kept; reading it for one session's helps.
    #[error("the dump has more than {MAX_ROUTES} routes; name the session whose routes are wanted")]
    TooManyRoutes,
}

/// A BGP session: the other router's address, and the path's number where one session carries several
/// (RFC 7911).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Session {
    /// The other router.
    pub peer: IpAddr,
    /// The path's number.
    pub path: Option<u32>,
}

/// What was taken of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records read.
    pub records: u64,
    /// Announcements and entries of tables.
    pub announced: u64,
    /// Announcements taken back.
    pub withdrawn: u64,
    /// Records left out because they could not be read.
    pub skipped: u64,
    /// What was wrong with the first of them.
    pub first_skipped: Option<String>,
    /// The file ended before a record did.
    pub cut: Option<Cut>,
}

impl Taken {
    fn skip(&mut self, error: &ParserError) {
        self.skipped += 1;
        self.first_skipped.get_or_insert_with(|| error.to_string());
    }

    /// `last` is what the file ended with, where that was not a whole record.
    fn end(mut self, last: Option<ParserError>) -> Result<Self, MrtError> {
        match last {
            Some(error) if ends(&error) => {
                let (after, why) = (self.records, error.to_string());
                self.cut = Some(Cut { after, why });
            }
            Some(error) => self.skip(&error),
            None => {}
        }
        if self.records > 0 {
            return Ok(self);
        }
        let why = self.cut.map(|cut| cut.why).or(self.first_skipped);
        Err(MrtError::NotMrt(
            why.unwrap_or_else(|| "it is empty".into()),
        ))
    }
}

/// Where a file ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file ends in mid-record, after {after} whole ones: {why}")]
pub struct Cut {
    /// Whole records before.
    pub after: u64,
    /// What the reader met.
    pub why: String,
}

/// Routes in force, by prefix and session.
#[derive(Debug, Default)]
pub struct Dump {
    routes: BTreeMap<IpNet, Vec<(Session, Route)>>,
    held: usize,
    communities: Communities,
}

impl Dump {
    /// Takes a file in: of the session with `peer` only, where one is named. Its records come after those of
    /// the files before.
    pub fn take(&mut self, input: impl BufRead, peer: Option<IpAddr>) -> Result<Taken, MrtError> {
        let mut taken = Taken::default();
        let mut elementor = Elementor::new();
        let parser = BgpkitParser::from_reader(plain(input)?).disable_warnings();
        // The parser gives up where it cannot find the next record: only an error that nothing follows cuts
        // the file short.
        let mut failed: Option<ParserError> = None;
        for record in parser.into_fallible_record_iter() {
            if let Some(error) = failed.take() {
                taken.skip(&error);
            }
            match record.map_err(|failed| failed.error) {
                Ok(record) => {
                    taken.records += 1;
                    for element in elementor.record_to_elems(record) {
                        if peer.is_none_or(|peer| element.peer_ip == peer) {
                            self.change(&element, &mut taken)?;
                        }
                    }
                }
                Err(ParserError::IoError(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(error.into());
                }
                Err(error) => failed = Some(error),
            }
        }
        taken.end(failed)
    }

    fn change(&mut self, element: &BgpElem, taken: &mut Taken) -> Result<(), MrtError> {
        let session = Session {
            peer: element.peer_ip,
            path: element.prefix.path_id,
        };
        let prefix = element.prefix.prefix.trunc();
        if element.elem_type == ElemType::ANNOUNCE {
            taken.announced += 1;
            let route = self.communities.route(element);
            self.announce(prefix, session, route)
        } else {
            taken.withdrawn += 1;
            self.withdraw(prefix, session);
            Ok(())
        }
    }

    fn announce(&mut self, prefix: IpNet, session: Session, route: Route) -> Result<(), MrtError> {
        let at = self.routes.entry(prefix).or_default();
        if let Some(known) = at.iter_mut().find(|known| known.0 == session) {
            known.1 = route;
            return Ok(());
        }
        if self.held == MAX_ROUTES {
            return Err(MrtError::TooManyRoutes);
        }
        self.held += 1;
        at.push((session, route));
        Ok(())
    }

    fn withdraw(&mut self, prefix: IpNet, session: Session) {
        let Some(at) = self.routes.get_mut(&prefix) else {
            return;
        };
        let before = at.len();
        at.retain(|known| known.0 != session);
        self.held -= before - at.len();
        if at.is_empty() {
            self.routes.remove(&prefix);
        }
    }

    /// Prefixes that some session announces.
    pub fn prefixes(&self) -> usize {
        self.routes.len()
    }

    /// The sessions that announce something, in order.
    pub fn sessions(&self) -> Vec<Session> {
        let all = self.routes.values().flatten().map(|known| known.0);
        let mut sessions: Vec<Session> = all.collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Of every prefix, in order, the route that is preferred among the sessions' own.
    pub fn best(&self) -> impl Iterator<Item = (IpNet, &Route)> {
        self.routes.iter().filter_map(|(prefix, at)| {
            let best = at
                .iter()
                .min_by_key(|(session, route)| (route.preference(), *session))?;
            Some((*prefix, &best.1))
        })
    }
}

/// Whether an error is of the file's end rather than of a record's inside.
fn ends(error: &ParserError) -> bool {
    matches!(
        error,
        ParserError::IoError(_) | ParserError::EofError(_) | ParserError::OversizedRecord { .. }
    )
}

#[cfg(test)]
mod tests;
