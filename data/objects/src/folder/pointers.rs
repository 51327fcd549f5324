//! Pointers in a folder: a file each, replaced in one step. One process holds the folder, so its lock is
//! all that orders the writers.

use std::fs;
use std::io;

use bytes::Bytes;

use super::{Folder, INCOMING, POINTERS};
use crate::ObjectError;
use crate::limits::{MAX_POINTERS, RESERVED_DISK_BYTES};
use crate::pointers::{PointerVersion, same_version};
use crate::store::{RawPointer, Swap};

impl Folder {
    pub(super) fn pointer(&self, name: &str) -> Result<Option<RawPointer>, ObjectError> {
        let path = self.root.join(POINTERS).join(name);
        match fs::read(&path) {
            Ok(record) => Ok(Some(RawPointer {
                record: record.into(),
                e_tag: None,
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ObjectError::io("read", &path)(error)),
        }
    }

    pub(super) fn swap_pointer(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        record: &Bytes,
    ) -> Result<Swap, ObjectError> {
        let incoming = self.root.join(INCOMING);
        platform_files::require_space(&incoming, record.len() as u64, RESERVED_DISK_BYTES)?;
        let _in_order = self.change.lock();
        let stored = self.pointer(name)?.map(|raw| raw.record);
        if !same_version(stored.as_ref(), expected) {
            return Ok(Swap::Moved);
        }
        let to = self.root.join(POINTERS).join(name);
        self.replace(&to, record)?;
        Ok(Swap::Done(None))
    }

    pub(super) fn pointer_names(&self) -> Result<Vec<String>, ObjectError> {
        let folder = self.root.join(POINTERS);
        let names = || -> io::Result<Vec<String>> {
            let entries = fs::read_dir(&folder)?.take(MAX_POINTERS);
            let names =
                entries.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()));
            names.collect()
        };
        names().map_err(ObjectError::io("list", &folder))
    }
}
