//! The address of a store, as it stands in a configuration.

use std::path::PathBuf;

use url::Url;

use crate::ObjectError;
use crate::bucket::{S3Config, Writers};

/// What an address names.
#[derive(Debug)]
pub(crate) enum Location {
    Folder(PathBuf),
    Bucket(Box<S3Config>),
}

/// Reads an address.
pub(crate) fn parse(address: &Url) -> Result<Location, ObjectError> {
    match address.scheme() {
        "file" => address
            .to_file_path()
            .map(Location::Folder)
            .map_err(|()| bad(address, "a file address is file:///folder")),
        "s3" => Ok(Location::Bucket(bucket(address)?.into())),
        _ => Err(bad(address, "it must begin with file:// or s3://")),
    }
}

fn bucket(address: &Url) -> Result<S3Config, ObjectError> {
    if !address.username().is_empty() || address.password().is_some() {
        return Err(bad(
            address,
            "credentials do not belong in an address; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ));
    }
    let name = address.host_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| bad(address, "an S3 address is s3://bucket/prefix"))?;
    let mut config = S3Config::new(name).below(address.path());
    for (key, value) in address.query_pairs() {
        match &*key {
            "endpoint" => {
                let endpoint = value.parse::<Url>();
                let endpoint = endpoint
                    .ok()
                    .filter(|it| matches!(it.scheme(), "http" | "https"));
                let endpoint = endpoint
                    .ok_or_else(|| bad(address, "endpoint must be http://… or https://…"))?;
                config = config.at(endpoint);
            }
            "region" => config = config.in_region(value),
            "writers" => {
                config = config.written_by(match &*value {
                    "one" => Writers::One,
                    "many" => Writers::Many,
                    _ => return Err(bad(address, "writers must be one or many")),
                });
            }
            _ => {
                let why =
                    format!("it has no parameter {key:?}; there are endpoint, region, writers");
                return Err(bad(address, &why));
            }
        }
    }
    Ok(config)
}

/// The refusal, with whatever may be secret left out of the address.
fn bad(address: &Url, why: &str) -> ObjectError {
    let place = address.host_str().unwrap_or_default();
    ObjectError::BadAddress {
        address: format!("{}://{place}{}", address.scheme(), address.path()),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<Location, ObjectError> {
        parse(&address.parse().unwrap())
    }

    #[test]
    fn addresses_are_read() {
        let folder = read("file:///srv/objects").unwrap();
        assert!(
            matches!(folder, Location::Folder(path) if path.as_path() == std::path::Path::new("/srv/objects"))
        );
        let found = read("s3://films/a/b?endpoint=http://localhost:3900&region=garage&writers=one");
        let Location::Bucket(found) = found.unwrap() else {
            panic!("an S3 address names a bucket");
        };
        let expected = S3Config::new("films")
            .below("a/b")
            .at("http://localhost:3900".parse().unwrap())
            .in_region("garage")
            .written_by(Writers::One);
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }

    #[test]
    fn what_is_wrong_is_said_and_secrets_are_not() {
        for (address, word) in [
            ("ftp://host/x", "must begin"),
            ("s3:///x", "s3://bucket"),
            ("s3://films?endpont=http://x", "endpont"),
            ("s3://films?endpoint=ftp://x", "endpoint must"),
            ("s3://films?writers=two", "one or many"),
            ("s3://key:hunter2@films", "do not belong"),
        ] {
            let error = read(address).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
