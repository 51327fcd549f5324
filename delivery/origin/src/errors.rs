//! How failures of the object store and the ledger reach the origin's callers.

use contracts_delivery::{FileName, OriginError};
use data_objects::ObjectError;

/// A failure of the ledger, or of a file that should be readable.
pub(crate) fn store_failed(error: impl std::error::Error) -> OriginError {
    OriginError::Store(chain(&error))
}

/// A failure of the object store while storing or removing.
pub(crate) fn object_failed(error: ObjectError) -> OriginError {
    match error {
        ObjectError::Full(space) => OriginError::Full(space.to_string()),
        error => store_failed(error),
    }
}

/// A failure of the object store while reading `file`.
pub(crate) fn read_failed(error: ObjectError, file: FileName) -> OriginError {
    match error {
        ObjectError::NotFound(_) => OriginError::NoSuchFile(file),
        ObjectError::OutOfRange {
            start, end, len, ..
        } => OriginError::OutOfRange {
            start,
            end,
            bytes: len,
        },
        error => store_failed(error),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
