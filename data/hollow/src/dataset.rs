//! What a dataset is: its name, its records' fields, its indexes.

use std::fmt;
use std::marker::PhantomData;

use crate::error::HollowError;
use crate::index::{Declared, Edits, IndexKey, Keys, ManyIndex, PrefixIndex, UniqueIndex};
use crate::limits::MAX_NAME_BYTES;
use crate::record::{Fields, Record};

/// How an index gets a record's keys: the record, its encoded primary key, where to.
type KeysOf<R> = Box<dyn Fn(&R, &[u8], &mut Edits) + Send + Sync>;

/// A dataset of records `R`. Producers, editors and consumers of one dataset declare it alike.
pub struct Dataset<R> {
    name: String,
    fields: Fields,
    pub(crate) indexes: Vec<IndexOf<R>>,
}

/// A declared index.
pub(crate) struct IndexOf<R> {
    pub(crate) name: &'static str,
    pub(crate) unique: bool,
    pub(crate) keys: KeysOf<R>,
}

impl<R: Record> Dataset<R> {
    /// A dataset without secondary indexes. Its topics are `hollow.<name>` and `hollow.<name>.raw`.
    ///
    /// # Errors
    /// [`HollowError::BadName`], [`HollowError::BadRecordType`].
    pub fn new(name: &str) -> Result<Self, HollowError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fit = name.len() <= MAX_NAME_BYTES
            && name.bytes().next().is_some_and(plain)
            && name.bytes().all(|byte| plain(byte) || byte == b'-');
        if !fit {
            return Err(HollowError::BadName(name.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            fields: Fields::of::<R>(name)?,
            indexes: Vec::new(),
        })
    }

    /// Declares an index under whose keys there is at most one record each; a producer refuses a state and an
    /// editor an edit that breaks it.
    pub fn unique<K: IndexKey + ?Sized + 'static>(
        &mut self,
        name: &'static str,
        keys: impl Fn(&R, &mut Keys<'_, K>) + Send + Sync + 'static,
    ) -> UniqueIndex<R, K> {
        UniqueIndex(self.declare(name, true, keys))
    }

    /// Declares an index under whose keys there may be many records.
    pub fn many<K: IndexKey + ?Sized + 'static>(
        &mut self,
        name: &'static str,
        keys: impl Fn(&R, &mut Keys<'_, K>) + Send + Sync + 'static,
    ) -> ManyIndex<R, K> {
        ManyIndex(self.declare(name, false, keys))
    }

    /// Declares an index by text that is searched by its beginning.
    pub fn prefix(
        &mut self,
        name: &'static str,
        keys: impl Fn(&R, &mut Keys<'_, str>) + Send + Sync + 'static,
    ) -> PrefixIndex<R> {
        PrefixIndex(self.declare(name, false, keys))
    }

    fn declare<K: IndexKey + ?Sized + 'static>(
        &mut self,
        name: &'static str,
        unique: bool,
        keys: impl Fn(&R, &mut Keys<'_, K>) + Send + Sync + 'static,
    ) -> Declared<R, K> {
        let keys: KeysOf<R> = Box::new(move |record, primary, edits| {
            keys(
                record,
                &mut Keys {
                    edits,
                    primary,
                    kind: PhantomData,
                },
            );
        });
        self.indexes.push(IndexOf { name, unique, keys });
        Declared::at(self.indexes.len() - 1)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Changes when a field is added, removed, renamed or moved.
    pub fn fingerprint(&self) -> u64 {
        self.fields.fingerprint()
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The topic of announcements.
    pub(crate) fn topic(&self) -> String {
        format!("hollow.{}", self.name)
    }

    /// The topic of raw edits.
    pub(crate) fn raw_topic(&self) -> String {
        format!("hollow.{}.raw", self.name)
    }
}

impl<R> fmt::Debug for Dataset<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indexes: Vec<_> = self.indexes.iter().map(|index| index.name).collect();
        f.debug_struct("Dataset")
            .field("name", &self.name)
            .field("fields", &self.fields)
            .field("indexes", &indexes)
            .finish()
    }
}
