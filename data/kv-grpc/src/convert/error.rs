//! Errors: whole, in the details of a status; and as a status code for those who read no details.

use std::time::Duration;

use data_kv::KvError;
use prost::Message as _;
use tonic::{Code, Status};

use crate::limits::{MAX_DETAILS_BYTES, MAX_STATUS_MESSAGE_BYTES};
use crate::proto;
use crate::proto::error::Kind;

impl From<KvError> for proto::Error {
    fn from(error: KvError) -> Self {
        let kind = match error {
            KvError::UnknownNamespace { name } => Kind::UnknownNamespace(name),
            KvError::BadNamespace { name, reason } => {
                Kind::BadNamespace(proto::BadNamespace { name, reason })
            }
            KvError::TooLarge {
                what,
                unit,
                size,
                limit,
            } => Kind::TooLarge(proto::TooLarge {
                what: what.into_owned(),
                unit: unit.into_owned(),
                size,
                limit,
            }),
            KvError::Invalid { reason } => Kind::Invalid(reason),
            KvError::ClockAhead { ahead } => {
                Kind::ClockAheadUs(u64::try_from(ahead.as_micros()).unwrap_or(u64::MAX))
            }
            KvError::WrongPageToken { reason } => Kind::WrongPageToken(reason),
            KvError::ForeignPageToken { namespace } => Kind::ForeignPageToken(namespace),
            KvError::Damaged {
                namespace,
                id,
                key,
                reason,
            } => Kind::Damaged(proto::Damaged {
                namespace,
                id,
                key,
                reason,
            }),
            KvError::NewerFormat { what, found, reads } => {
                Kind::NewerFormat(proto::NewerFormat { what, found, reads })
            }
            KvError::Refused { reason } => Kind::Refused(reason),
            KvError::Full => Kind::Full(true),
            KvError::DeadlineExceeded => Kind::DeadlineExceeded(true),
            KvError::Unavailable { reason } => Kind::Unavailable(reason),
            KvError::Failed { reason } => Kind::Failed(reason),
        };
        Self { kind: Some(kind) }
    }
}

impl From<proto::Error> for KvError {
    fn from(error: proto::Error) -> Self {
        match error.kind {
            Some(Kind::UnknownNamespace(name)) => Self::UnknownNamespace { name },
            Some(Kind::BadNamespace(proto::BadNamespace { name, reason })) => {
                Self::BadNamespace { name, reason }
            }
            Some(Kind::TooLarge(over)) => Self::TooLarge {
                what: over.what.into(),
                unit: over.unit.into(),
                size: over.size,
                limit: over.limit,
            },
            Some(Kind::Invalid(reason)) => Self::Invalid { reason },
            Some(Kind::ClockAheadUs(ahead)) => Self::ClockAhead {
                ahead: Duration::from_micros(ahead),
            },
            Some(Kind::WrongPageToken(reason)) => Self::WrongPageToken { reason },
            Some(Kind::ForeignPageToken(namespace)) => Self::ForeignPageToken { namespace },
            Some(Kind::Damaged(item)) => Self::Damaged {
                namespace: item.namespace,
                id: item.id,
                key: item.key,
                reason: item.reason,
            },
            Some(Kind::NewerFormat(proto::NewerFormat { what, found, reads })) => {
                Self::NewerFormat { what, found, reads }
            }
            Some(Kind::Refused(reason)) => Self::Refused { reason },
            Some(Kind::Full(_)) => Self::Full,
            Some(Kind::DeadlineExceeded(_)) => Self::DeadlineExceeded,
            Some(Kind::Unavailable(reason)) => Self::Unavailable { reason },
            Some(Kind::Failed(reason)) => Self::Failed { reason },
            None => Self::Failed {
                reason: "the server says no reason that this version knows".to_owned(),
            },
        }
    }
}

fn code(error: &KvError) -> Code {
    match error {
        KvError::UnknownNamespace { .. } => Code::NotFound,
        KvError::BadNamespace { .. }
        | KvError::TooLarge { .. }
        | KvError::Invalid { .. }
        | KvError::ClockAhead { .. }
        | KvError::WrongPageToken { .. }
        | KvError::ForeignPageToken { .. } => Code::InvalidArgument,
        KvError::Damaged { .. } => Code::DataLoss,
        KvError::NewerFormat { .. } => Code::FailedPrecondition,
        KvError::Refused { .. } => Code::Unauthenticated,
        KvError::Full => Code::ResourceExhausted,
        KvError::DeadlineExceeded => Code::DeadlineExceeded,
        KvError::Unavailable { .. } => Code::Unavailable,
        KvError::Failed { .. } => Code::Internal,
    }
}

/// The status of a failed call. An error too long for its headers arrives as its code and message.
pub(crate) fn to_status(error: KvError) -> Status {
    let (code, mut message) = (code(&error), error.to_string());
    message.truncate(message.floor_char_boundary(MAX_STATUS_MESSAGE_BYTES));
    let details = proto::Error::from(error).encode_to_vec();
    if details.len() > MAX_DETAILS_BYTES {
        return Status::new(code, message);
    }
    Status::with_details(code, message, details.into())
}

/// Why a call failed; where the status does not say it was the way that did.
pub(crate) fn from_status(status: &Status) -> KvError {
    if !status.details().is_empty()
        && let Ok(error) = proto::Error::decode(status.details())
        && error.kind.is_some()
    {
        return error.into();
    }
    let reason = || format!("{}: {}", status.code().description(), status.message());
    match status.code() {
        Code::DeadlineExceeded | Code::Cancelled => KvError::DeadlineExceeded,
        Code::Unavailable | Code::Unknown | Code::Aborted => {
            KvError::Unavailable { reason: reason() }
        }
        Code::Unauthenticated | Code::PermissionDenied => KvError::Refused { reason: reason() },
        Code::OutOfRange | Code::InvalidArgument | Code::Unimplemented => {
            KvError::Invalid { reason: reason() }
        }
        _ => KvError::Failed { reason: reason() },
    }
}
