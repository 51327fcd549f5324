//! Reads MPDs.

use std::time::Duration;

use super::error::MpdError;
use super::fields;
use super::model::{AdaptationSet, BaseUrl, ContentSteering, Mpd};
use super::xml::Element;
use crate::limits::MAX_LIST;

impl Mpd {
    /// Reads the manifest of a finished title with one period. What this model has no place for is
    /// ignored; live manifests, several periods and segment lists are refused.
    pub fn parse(text: &str) -> Result<Self, MpdError> {
        let root = Element::parse(text)?;
        if root.name != "MPD" {
            return Err(MpdError::NotAnMpd);
        }
        if root.get("type").is_some_and(|kind| kind != "static") {
            return Err(MpdError::Unsupported("a live MPD"));
        }
        let mut periods = root.all("Period");
        let period = periods.next().ok_or(MpdError::Missing("Period"))?;
        if periods.next().is_some() {
            return Err(MpdError::Unsupported("an MPD of several periods"));
        }
        let duration = fields::duration(&root, "mediaPresentationDuration")?
            .or(fields::duration(period, "duration")?)
            .ok_or(MpdError::Missing("mediaPresentationDuration"))?;
        Ok(Self {
            duration,
            min_buffer: fields::duration(&root, "minBufferTime")?.unwrap_or(Duration::ZERO),
            base_urls: base_urls(&root, period)?,
            steering: root.child("ContentSteering").map(steering).transpose()?,
            sets: sets(period)?,
        })
    }
}

/// The places of the MPD, each joined with the period's own relative one.
fn base_urls(root: &Element, period: &Element) -> Result<Vec<BaseUrl>, MpdError> {
    let suffix = period
        .child("BaseURL")
        .map_or("", |base| base.text.as_str());
    let urls: Vec<BaseUrl> = root
        .all("BaseURL")
        .map(|base| BaseUrl {
            url: join(&base.text, suffix),
            service_location: base.get("serviceLocation").map(str::to_owned),
        })
        .take(MAX_LIST + 1)
        .collect();
    if urls.len() > MAX_LIST {
        return Err(MpdError::TooLong);
    }
    if urls.is_empty() && !suffix.is_empty() {
        return Ok(vec![BaseUrl {
            url: suffix.to_owned(),
            service_location: None,
        }]);
    }
    Ok(urls)
}

/// A relative URL on its base; an absolute one replaces it.
pub(super) fn join(base: &str, url: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    let folder = base.rfind('/').map_or("", |slash| &base[..=slash]);
    if url.is_empty() {
        base.to_owned()
    } else {
        format!("{folder}{url}")
    }
}

fn steering(element: &Element) -> Result<ContentSteering, MpdError> {
    if element.text.is_empty() {
        return Err(MpdError::Missing("the URL of ContentSteering"));
    }
    Ok(ContentSteering {
        url: element.text.clone(),
        default_service_location: element.get("defaultServiceLocation").map(str::to_owned),
        query_before_start: element.get("queryBeforeStart") == Some("true"),
    })
}

fn sets(period: &Element) -> Result<Vec<AdaptationSet>, MpdError> {
    let mut sets = Vec::new();
    for element in period.all("AdaptationSet") {
        if sets.len() == MAX_LIST {
            return Err(MpdError::TooLong);
        }
        sets.extend(AdaptationSet::read(element, period)?);
    }
    Ok(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_join_on_their_folder() {
        assert_eq!(join("http://a/b/", "c.mp4"), "http://a/b/c.mp4");
        assert_eq!(join("http://a/b/x.mpd", "c/"), "http://a/b/c/");
        assert_eq!(join("http://a/", "http://b/c"), "http://b/c");
        assert_eq!(join("", "c.mp4"), "c.mp4");
        assert_eq!(join("http://a/b", ""), "http://a/b");
    }

    #[test]
    fn what_is_not_read_is_refused() {
        let refused = |text: &str| Mpd::parse(text).unwrap_err();
        assert_eq!(refused("<a/>"), MpdError::NotAnMpd);
        assert_eq!(refused("<MPD/>"), MpdError::Missing("Period"));
        assert_eq!(
            refused("<MPD type='dynamic'/>"),
            MpdError::Unsupported("a live MPD")
        );
        let two = "<MPD><Period/><Period/></MPD>";
        assert_eq!(
            refused(two),
            MpdError::Unsupported("an MPD of several periods")
        );
        let lengthless = "<MPD><Period/></MPD>";
        assert_eq!(
            refused(lengthless),
            MpdError::Missing("mediaPresentationDuration")
        );
    }
}
