//! What a player's request comes to, before a byte of it is sent: the token, that the file belongs to the
//! token's release, the condition, the range, and the first block.
//!
//! Everything that is known here already is decided at once ([`at_hand`]); whatever must be asked for takes the
//! other way ([`prepare`]), in a task that may wait.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use contracts_delivery::{ByteRange, Claims, FileName, RangeRequest, TokenError};
use data_objects::tree::BLOCK_BYTES;

use crate::appliance::Inner;
use crate::file::Block;
use crate::library::HeldFile;
use crate::refusal::Refusal;
use crate::slot::StreamSlot;

/// A request for a file, as its head says it.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) token: Cow<'a, str>,
    pub(crate) name: FileName,
    /// The answer has no body.
    pub(crate) is_head: bool,
    /// The player has the file already, as its condition says.
    pub(crate) is_known: bool,
    /// The range, if it counts.
    pub(crate) range: Option<Cow<'a, str>>,
}

impl Ask<'_> {
    pub(crate) fn into_owned(self) -> Ask<'static> {
        Ask {
            token: Cow::Owned(self.token.into_owned()),
            range: self.range.map(|range| Cow::Owned(range.into_owned())),
            name: self.name,
            is_head: self.is_head,
            is_known: self.is_known,
        }
    }
}

/// What the answer is.
pub(crate) struct Outcome {
    /// Whose request it was, where the token is good.
    pub(crate) claims: Option<Claims>,
    pub(crate) answer: Result<Prepared, Refusal>,
}

/// An answer about a file.
pub(crate) struct Prepared {
    pub(crate) status: u16,
    pub(crate) range: ByteRange,
    /// The whole file's.
    pub(crate) bytes: u64,
    /// What is to be sent; absent for HEAD and 304.
    pub(crate) start: Option<Start>,
    /// The file, where it was opened.
    pub(crate) held: Option<HeldFile>,
}

/// What sending begins with.
pub(crate) struct Start {
    pub(crate) held: HeldFile,
    /// Held until the response has ended.
    pub(crate) _slot: StreamSlot,
    /// The first block, where it was fetched just now.
    pub(crate) fetched: Option<(u32, Bytes)>,
}

/// Decides what can be decided without waiting; `None` when something must be asked for. `file` opens a file
/// that is known to be open.
pub(crate) fn at_hand(
    appliance: &Inner,
    ask: &Ask<'_>,
    file: impl FnOnce() -> Option<HeldFile>,
) -> Option<Outcome> {
    let claims = match appliance.keys.verify(&ask.token) {
        Ok(claims) => claims,
        Err(TokenError::UnknownKey(_)) => return None,
        Err(error) => {
            return Some(Outcome {
                claims: None,
                answer: Err(error.into()),
            });
        }
    };
    let files = appliance.releases.known(claims.release)?;
    let answer = if !files.contains(&ask.name) {
        Err(foreign())
    } else if ask.is_known {
        Ok(known())
    } else {
        let held = file()?;
        let (status, range) = match satisfy(ask, held.file.bytes) {
            Ok(found) => found,
            Err(refusal) => {
                return Some(Outcome {
                    claims: Some(claims),
                    answer: Err(refusal),
                });
            }
        };
        if !ask.is_head && held.file.stored_until(range) <= range.start && !range.is_empty() {
            return None;
        }
        begin(appliance, ask, held, status, range)
    };
    Some(Outcome {
        claims: Some(claims),
        answer,
    })
}

/// Decides, asking for the keys, the release, the file and its first block where they are not here.
pub(crate) async fn prepare(appliance: &Arc<Inner>, ask: &Ask<'_>) -> Outcome {
    let refetch = || async { appliance.report_for_keys().await };
    let claims = match appliance.keys.admit(&ask.token, refetch).await {
        Ok(claims) => claims,
        Err(error) => {
            return Outcome {
                claims: None,
                answer: Err(error.into()),
            };
        }
    };
    Outcome {
        claims: Some(claims),
        answer: admitted(appliance, ask, &claims).await,
    }
}

async fn admitted(
    appliance: &Arc<Inner>,
    ask: &Ask<'_>,
    claims: &Claims,
) -> Result<Prepared, Refusal> {
    let library = &appliance.library;
    let files = appliance.releases.files(claims.release, library).await?;
    if !files.contains(&ask.name) {
        return Err(foreign());
    }
    if ask.is_known {
        return Ok(known());
    }
    let held = library.file(ask.name.hash).await?;
    let (status, range) = satisfy(ask, held.file.bytes)?;
    let mut prepared = begin(appliance, ask, held, status, range)?;
    if let Some(start) = &mut prepared.start
        && !range.is_empty()
    {
        let block = block_of(range.start);
        if let Block::Fetched(bytes) = start.held.file.block(block, &library.filler).await? {
            start.fetched = Some((block, bytes));
        }
    }
    Ok(prepared)
}

/// Which block a byte lies in.
pub(crate) const fn block_of(byte: u64) -> u32 {
    (byte / BLOCK_BYTES) as u32
}

fn begin(
    appliance: &Inner,
    ask: &Ask<'_>,
    held: HeldFile,
    status: u16,
    range: ByteRange,
) -> Result<Prepared, Refusal> {
    let start = if ask.is_head {
        None
    } else {
        let slot = StreamSlot::take(&appliance.streams, &appliance.metrics);
        let slot = slot.ok_or_else(Refusal::busy)?;
        Some(Start {
            held: held.clone(),
            _slot: slot,
            fetched: None,
        })
    };
    Ok(Prepared {
        status,
        range,
        bytes: held.file.bytes,
        start,
        held: Some(held),
    })
}

/// The status and the part of a file that is asked for. Only GET has ranges (RFC 9110, section 14.2).
fn satisfy(ask: &Ask<'_>, bytes: u64) -> Result<(u16, ByteRange), Refusal> {
    let range = ask.range.as_deref().filter(|_| !ask.is_head);
    match RangeRequest::of(range, bytes) {
        RangeRequest::Whole => Ok((
            200,
            ByteRange {
                start: 0,
                end: bytes,
            },
        )),
        RangeRequest::Part(range) => Ok((206, range)),
        RangeRequest::Unsatisfiable => Err(Refusal::unsatisfiable(bytes)),
    }
}

const fn known() -> Prepared {
    Prepared {
        status: 304,
        range: ByteRange { start: 0, end: 0 },
        bytes: 0,
        start: None,
        held: None,
    }
}

fn foreign() -> Refusal {
    Refusal::not_found("the release this token opens has no such file")
}
