//! What a viewer means by a title: its id, its name, or a manifest's address.

use anyhow::{Result, bail};
use contracts_studio::{TitleState, TitleStatus};
use url::Url;

/// What is to be played.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A manifest anywhere.
    Manifest(Url),
    /// A title of the service.
    Title(String),
}

/// A manifest's address is an HTTP URL; everything else is a title.
pub(crate) fn target(what: &str) -> Target {
    match Url::parse(what) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Target::Manifest(url),
        _ => Target::Title(what.to_owned()),
    }
}

/// Finds the one published title that `what` means.
///
/// # Errors
/// When there is none, or more than one of that name.
pub(crate) fn find(titles: &[TitleStatus], what: &str) -> Result<String> {
    let published = || {
        titles
            .iter()
            .filter(|title| title.state == TitleState::Published)
    };
    if let Some(title) = published().find(|title| title.id.0 == what) {
        return Ok(title.id.0.clone());
    }
    let named: Vec<_> = published()
        .filter(|title| title.name.to_lowercase() == what.to_lowercase())
        .collect();
    match named.as_slice() {
        [title] => Ok(title.id.0.clone()),
        [] => bail!("no title called {what:?} is published; `marquee titles` lists what there is"),
        several => bail!(
            "{} titles are called {what:?}; name one by its id: {}",
            several.len(),
            ids(several)
        ),
    }
}

fn ids(titles: &[&TitleStatus]) -> String {
    titles
        .iter()
        .map(|title| title.id.0.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_urls_are_manifests() {
        assert!(matches!(target("https://h/m.mpd"), Target::Manifest(_)));
        assert_eq!(
            target("2001: A Space"),
            Target::Title("2001: A Space".into())
        );
    }

    #[test]
    fn an_unknown_name_is_said() {
        assert!(
            find(&[], "Nothing")
                .unwrap_err()
                .to_string()
                .contains("Nothing")
        );
    }
}
