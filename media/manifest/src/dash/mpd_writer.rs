//! Writes MPDs.

use super::model::{BaseUrl, ContentSteering, Mpd};
use super::time::to_text;
use super::xml::Element;

const NAMESPACE: &str = "urn:mpeg:dash:schema:mpd:2011";
const PROFILE: &str = "urn:mpeg:dash:profile:isoff-on-demand:2011";

impl Mpd {
    /// The manifest's text.
    pub fn to_text(&self) -> String {
        let sets = self
            .sets
            .iter()
            .enumerate()
            .map(|(id, set)| set.to_element(id));
        let period = Element::new("Period")
            .with("id", "0")
            .with("start", "PT0S")
            .with_children(sets);
        Element::new("MPD")
            .with("xmlns", NAMESPACE)
            .with("profiles", PROFILE)
            .with("type", "static")
            .with("mediaPresentationDuration", to_text(self.duration))
            .with("minBufferTime", to_text(self.min_buffer))
            .with_children(self.base_urls.iter().map(BaseUrl::to_element))
            .with_children(self.steering.iter().map(ContentSteering::to_element))
            .with_child(period)
            .to_document()
    }
}

impl BaseUrl {
    fn to_element(&self) -> Element {
        Element::new("BaseURL")
            .with_if("serviceLocation", self.service_location.as_ref())
            .with_text(&self.url)
    }
}

impl ContentSteering {
    fn to_element(&self) -> Element {
        Element::new("ContentSteering")
            .with_if(
                "defaultServiceLocation",
                self.default_service_location.as_ref(),
            )
            .with("queryBeforeStart", self.query_before_start)
            .with_text(&self.url)
    }
}
