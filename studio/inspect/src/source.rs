//! Vendors' tags translated to one vocabulary.
//!
//! Cameras and editing programs write the same thing under many names: `com.arri.camera.ReelName`,
//! `com.apple.proapps.reel`, `reel_name`, `REEL`. What they mean is in the last part of the name, once
//! case and separators are taken away; bare names are believed where only one meaning is usual.

mod value;

use std::collections::BTreeMap;

use contracts_studio::master::{SourceFact, SourceTerm as Term};

use crate::raw::Probe;
use value::tidy;

/// Last parts of names, without case and separators, and what they mean. A name found earlier in the
/// list is believed over a later one.
const NAMES: [(&str, Term); 72] = [
    ("make", Term::CameraMake),
    ("cameramake", Term::CameraMake),
    ("cameramanufacturer", Term::CameraMake),
    ("manufacturer", Term::CameraMake),
    ("model", Term::CameraModel),
    ("cameramodel", Term::CameraModel),
    ("cameramodelname", Term::CameraModel),
    ("cameratype", Term::CameraModel),
    ("modelname", Term::CameraModel),
    ("cameraserialnumber", Term::CameraSerial),
    ("cameraserial", Term::CameraSerial),
    ("serialnumber", Term::CameraSerial),
    ("serialno", Term::CameraSerial),
    ("cameraid", Term::Camera),
    ("cameraindex", Term::Camera),
    ("cameraname", Term::Camera),
    ("cameraidentifier", Term::Camera),
    ("cameranumber", Term::Camera),
    ("camera", Term::Camera),
    ("lensmodel", Term::Lens),
    ("lenstype", Term::Lens),
    ("lensname", Term::Lens),
    ("lens", Term::Lens),
    ("cameralensmodel", Term::Lens),
    ("reelname", Term::Reel),
    ("reel", Term::Reel),
    ("reelnumber", Term::Reel),
    ("roll", Term::Reel),
    ("rollname", Term::Reel),
    ("tapename", Term::Reel),
    ("tape", Term::Reel),
    ("cameraclipname", Term::Clip),
    ("clipname", Term::Clip),
    ("clipid", Term::Clip),
    ("clipnumber", Term::Clip),
    ("clip", Term::Clip),
    ("originalfilename", Term::Clip),
    ("scene", Term::Scene),
    ("scenename", Term::Scene),
    ("take", Term::Take),
    ("takenumber", Term::Take),
    ("exposureindexasa", Term::Iso),
    ("exposureindex", Term::Iso),
    ("iso", Term::Iso),
    ("whitebalancekelvin", Term::WhiteBalance),
    ("whitebalance", Term::WhiteBalance),
    ("colortemperature", Term::WhiteBalance),
    ("shutterangle", Term::Shutter),
    ("shuttervalue", Term::Shutter),
    ("shutterspeed", Term::Shutter),
    ("shutter", Term::Shutter),
    ("lensiris", Term::Iris),
    ("irisfnumber", Term::Iris),
    ("aperture", Term::Iris),
    ("iris", Term::Iris),
    ("sensorfps", Term::CaptureRate),
    ("sensorrate", Term::CaptureRate),
    ("shootingrate", Term::CaptureRate),
    ("fps", Term::CaptureRate),
    ("capturefps", Term::CaptureRate),
    ("capturegammaequation", Term::Gamma),
    ("customgamma", Term::Gamma),
    ("gamma", Term::Gamma),
    ("daterecorded", Term::RecordedAt),
    ("creationdate", Term::RecordedAt),
    ("creationtime", Term::RecordedAt),
    ("locationiso6709", Term::Location),
    ("location", Term::Location),
    ("projectname", Term::Project),
    ("production", Term::Project),
    ("software", Term::Software),
    ("productname", Term::Software),
];

/// Names without a vendor that are common words elsewhere: believed only behind a vendor's prefix.
const TOO_COMMON: [&str; 4] = ["fps", "gamma", "clip", "camera"];

/// What all tags of a file together tell, in the order of the vocabulary, each term at most once.
pub(crate) fn source_facts(probe: &Probe) -> Vec<SourceFact> {
    let container = probe.format.tags.iter();
    let streams = probe.streams.iter().flat_map(|stream| &stream.tags);
    let mut best: BTreeMap<Term, (usize, String)> = BTreeMap::new();
    for (name, value) in container.chain(streams) {
        let Some((rank, term)) = meaning(name) else {
            continue;
        };
        let Some(value) = tidy(term, value) else {
            continue;
        };
        let better = best.get(&term).is_none_or(|(known, _)| rank < *known);
        if better {
            best.insert(term, (rank, value));
        }
    }
    best.into_iter()
        .map(|(term, (_, value))| SourceFact { term, value })
        .collect()
}

/// What a tag's name means, and its place in the list.
fn meaning(name: &str) -> Option<(usize, Term)> {
    let last = name.rsplit(['.', ':', '/']).next()?;
    let vendor = last.len() < name.len();
    let plain: String = last
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    // `location.ISO6709` keeps its meaning in two parts.
    let plain = if plain == "iso6709" {
        "locationiso6709"
    } else {
        &plain
    };
    if !vendor && TOO_COMMON.contains(&plain) {
        return None;
    }
    let rank = NAMES.iter().position(|(known, _)| *known == plain)?;
    Some((rank, NAMES[rank].1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(tags: &[(&str, &str)]) -> Vec<(Term, String)> {
        let mut probe = Probe::default();
        for (name, value) in tags {
            let (name, value) = ((*name).to_owned(), (*value).to_owned());
            probe.format.tags.insert(name, value);
        }
        source_facts(&probe)
            .into_iter()
            .map(|fact| (fact.term, fact.value))
            .collect()
    }

    #[test]
    fn several_vendors_tags_come_to_the_same_facts() {
        let expected = vec![
            (Term::CameraModel, "Model Q".to_owned()),
            (Term::Reel, "A001".to_owned()),
            (Term::Iso, "800".to_owned()),
            (Term::WhiteBalance, "5600 K".to_owned()),
        ];
        let arri = [
            ("com.arri.camera.CameraModel", "Model Q"),
            ("com.arri.camera.ReelName", "A001"),
            ("com.arri.camera.ExposureIndexAsa", "800"),
            ("com.arri.camera.WhiteBalanceKelvin", "5600"),
        ];
        let blackmagic = [
            ("com.blackmagic-design.camera.cameraType", "Model Q"),
            ("com.blackmagic-design.camera.reelName", "A001"),
            ("com.blackmagic-design.camera.iso", "ISO 800"),
            ("com.blackmagic-design.camera.whiteBalanceKelvin", "5600K"),
        ];
        let apple = [
            ("com.apple.quicktime.model", "Model Q"),
            ("com.apple.proapps.reel", "A001"),
            ("com.apple.proapps.exposureIndex", "800 "),
            ("com.apple.proapps.colorTemperature", "5600 Kelvin"),
        ];
        let plain = [
            ("model", "Model Q"),
            ("reel_name", "A001"),
            ("ISO", "800"),
            ("WHITE_BALANCE", "5600"),
        ];
        for vendor in [arri, blackmagic, apple, plain] {
            assert_eq!(facts(&vendor), expected, "{vendor:?}");
        }
    }

    #[test]
    fn the_more_telling_name_wins_and_common_words_need_a_vendor() {
        let both = [("cameraName", "B"), ("cameraId", "A"), ("camera", "steady")];
        assert_eq!(facts(&both), [(Term::Camera, "A".to_owned())]);
        assert_eq!(facts(&[("gamma", "2.2"), ("fps", "24")]), []);
        let vendors = [("com.android.capture.fps", "240.000000")];
        assert_eq!(facts(&vendors), [(Term::CaptureRate, "240".to_owned())]);
    }

    #[test]
    fn no_name_is_listed_twice() {
        for (at, (name, _)) in NAMES.iter().enumerate() {
            assert!(
                NAMES[at + 1..].iter().all(|(other, _)| other != name),
                "{name}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_tags_are_survived(tags in prop::collection::btree_map(".{0,30}", ".{0,300}", 0..20)) {
            let mut probe = Probe::default();
            probe.format.tags = tags;
            let found = source_facts(&probe);
            prop_assert!(found.windows(2).all(|pair| pair[0].term < pair[1].term));
            prop_assert!(found.iter().all(|fact| !fact.value.is_empty() && !fact.value.contains('\n')));
        }
    }
}
