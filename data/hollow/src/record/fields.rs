//! The names of a record's fields, asked of its own decoder.

use serde::de::{self, DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::HollowError;
use crate::limits::MAX_FIELDS;

/// The fields of a record type, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields(Vec<String>);

impl Fields {
    /// Asks a type for its fields.
    pub(crate) fn of<R: DeserializeOwned>(dataset: &str) -> Result<Self, HollowError> {
        let mut names = None;
        // Fails by design: there is no value to decode, only the names the decoder asks for.
        let _ = R::deserialize(Ask(&mut names));
        let why = match names {
            Some(names) if names.len() <= MAX_FIELDS => {
                return Ok(Self(names.iter().map(|name| (*name).to_owned()).collect()));
            }
            Some(_) => "has more than 128 fields",
            None => "is no struct with named fields",
        };
        let dataset = dataset.to_owned();
        Err(HollowError::BadRecordType { dataset, why })
    }

    /// Their names.
    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    /// Changes when a field does.
    pub(crate) fn fingerprint(&self) -> u64 {
        xxh3_64(self.0.join("\n").as_bytes())
    }

    /// Whether records with `theirs` can be read as ours: one list begins with the other.
    pub(crate) fn check(&self, theirs: &[String], what: &str) -> Result<(), HollowError> {
        let differs = self.0.iter().zip(theirs).position(|(our, it)| our != it);
        differs.map_or(Ok(()), |place| {
            Err(HollowError::OtherFields {
                what: what.to_owned(),
                place: place + 1,
                theirs: theirs[place].clone(),
                ours: self.0[place].clone(),
            })
        })
    }
}

struct Ask<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> de::Deserializer<'de> for Ask<'_> {
    type Error = de::value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("only the fields' names were asked for"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its fields' names are read")]
    struct Town {
        name: String,
        #[serde(rename = "inhabitants")]
        people: u32,
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn one_list_must_begin_with_the_other() {
        let fields = Fields::of::<Town>("towns").unwrap();
        assert_eq!(fields.names(), named(&["name", "inhabitants"]));
        for fitting in [&["name"][..], &["name", "inhabitants", "area"]] {
            fields.check(&named(fitting), "a blob").unwrap();
        }
        let error = fields
            .check(&named(&["name", "area"]), "a blob")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "a blob holds records of other fields: field 2 is `area` there and `inhabitants` here; \
             fields may only be added at the end"
        );
        assert!(Fields::of::<Vec<u8>>("bytes").is_err());
    }
}
