//! Configuration files, parsed once and strictly.
//!
//! Each crate owns the struct of its own settings; the binary nests them. This crate reads the text and
//! says where it is wrong. It must not know any setting.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The text is not TOML, names a setting that does not exist, or gives one the wrong value.
    #[error("the configuration {path} is wrong:\n{reason}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where and what, with the line quoted.
        reason: String,
    },
}

/// Reads a TOML file into `T`. Settings left out take `T`'s defaults; unknown ones are refused when `T`
/// denies them, so that a misspelt setting is not silently ignored.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    parse(&text, path)
}

/// As [`load`], from text already read; `path` is named in errors.
pub fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::Wrong {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Settings {
        port: u16,
    }

    #[test]
    fn a_misspelt_setting_is_named_with_its_line() {
        let error = parse::<Settings>("prot = 80\n", Path::new("m.toml"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("m.toml") && error.contains("prot") && error.contains("line 1"),
            "{error}"
        );
    }

    #[test]
    fn what_is_left_out_takes_its_default() {
        assert_eq!(
            parse::<Settings>("", Path::new("m.toml")).unwrap(),
            Settings::default()
        );
    }
}
