//! Values bound to a statement's marks, borrowed from the caller.

use scylla::cluster::metadata::ColumnType;
use scylla::serialize::SerializationError;
use scylla::serialize::value::SerializeValue;
use scylla::serialize::writers::{CellWriter, WrittenCellProof};

/// One bound value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bind<'a> {
    Blob(&'a [u8]),
    /// A blob that may be absent.
    Maybe(Option<&'a [u8]>),
    BigInt(i64),
    Int(i32),
}

impl SerializeValue for Bind<'_> {
    fn serialize<'b>(
        &self,
        typ: &ColumnType<'_>,
        writer: CellWriter<'b>,
    ) -> Result<WrittenCellProof<'b>, SerializationError> {
        match self {
            Self::Blob(bytes) => bytes.serialize(typ, writer),
            Self::Maybe(bytes) => bytes.serialize(typ, writer),
            Self::BigInt(number) => number.serialize(typ, writer),
            Self::Int(number) => number.serialize(typ, writer),
        }
    }
}
