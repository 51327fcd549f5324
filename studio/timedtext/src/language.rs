//! Language tags and what a viewer picks them by.

use std::fmt;
use std::str::FromStr;

use crate::limits::MAX_LANGUAGE_TAG;

/// Common languages: the ISO 639-1 code, the ISO 639-2 codes media files carry, the language's own name.
const LANGUAGES: &[(&str, &[&str], &str)] = &[
    ("ar", &["ara"], "العربية"),
    ("bg", &["bul"], "Български"),
    ("bn", &["ben"], "বাংলা"),
    ("ca", &["cat"], "Català"),
    ("cs", &["ces", "cze"], "Čeština"),
    ("da", &["dan"], "Dansk"),
    ("de", &["deu", "ger"], "Deutsch"),
    ("el", &["ell", "gre"], "Ελληνικά"),
    ("en", &["eng"], "English"),
    ("es", &["spa"], "Español"),
    ("et", &["est"], "Eesti"),
    ("fa", &["fas", "per"], "فارسی"),
    ("fi", &["fin"], "Suomi"),
    ("fil", &[], "Filipino"),
    ("fr", &["fra", "fre"], "Français"),
    ("he", &["heb"], "עברית"),
    ("hi", &["hin"], "हिन्दी"),
    ("hr", &["hrv"], "Hrvatski"),
    ("hu", &["hun"], "Magyar"),
    ("id", &["ind"], "Bahasa Indonesia"),
    ("is", &["isl", "ice"], "Íslenska"),
    ("it", &["ita"], "Italiano"),
    ("ja", &["jpn"], "日本語"),
    ("ko", &["kor"], "한국어"),
    ("lt", &["lit"], "Lietuvių"),
    ("lv", &["lav"], "Latviešu"),
    ("ms", &["msa", "may"], "Bahasa Melayu"),
    ("nb", &["nob"], "Norsk bokmål"),
    ("nl", &["nld", "dut"], "Nederlands"),
    ("no", &["nor"], "Norsk"),
    ("pl", &["pol"], "Polski"),
    ("pt", &["por"], "Português"),
    ("ro", &["ron", "rum"], "Română"),
    ("ru", &["rus"], "Русский"),
    ("sk", &["slk", "slo"], "Slovenčina"),
    ("sl", &["slv"], "Slovenščina"),
    ("sr", &["srp"], "Српски"),
    ("sv", &["swe"], "Svenska"),
    ("ta", &["tam"], "தமிழ்"),
    ("te", &["tel"], "తెలుగు"),
    ("th", &["tha"], "ไทย"),
    ("tr", &["tur"], "Türkçe"),
    ("uk", &["ukr"], "Українська"),
    ("ur", &["urd"], "اردو"),
    ("vi", &["vie"], "Tiếng Việt"),
    ("zh", &["zho", "chi"], "中文"),
];

/// Tags whose script or region changes what the language is called.
const VARIANTS: &[(&str, &str)] = &[
    ("en-GB", "English (UK)"),
    ("en-US", "English (US)"),
    ("es-419", "Español (Latinoamérica)"),
    ("es-ES", "Español (España)"),
    ("fr-CA", "Français (Canada)"),
    ("pt-BR", "Português (Brasil)"),
    ("pt-PT", "Português (Portugal)"),
    ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"),
];

/// A BCP 47 language tag (RFC 5646), checked for shape and written in the recommended case. An ISO 639-2
/// code of a common language becomes its shorter ISO 639-1 code, as RFC 5646 section 2.2.1 demands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LanguageTag(String);

/// The text is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a language tag; give one such as en, pt-BR or zh-Hant")]
pub struct BadLanguageTag(String);

impl LanguageTag {
    /// The tag of a track whose language is not known.
    pub fn undetermined() -> Self {
        Self("und".to_owned())
    }

    /// The tag's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a viewer picks it by: the language's own name where it is a common one, else the tag.
    pub fn label(&self) -> String {
        if let Some((_, label)) = VARIANTS.iter().find(|(tag, _)| *tag == self.0) {
            return (*label).to_owned();
        }
        let (language, rest) = self.0.split_once('-').unwrap_or((&self.0, ""));
        match LANGUAGES.iter().find(|(code, ..)| *code == language) {
            Some((.., label)) if rest.is_empty() => (*label).to_owned(),
            Some((.., label)) => format!("{label} ({rest})"),
            None => self.0.clone(),
        }
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LanguageTag {
    type Err = BadLanguageTag;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('-').collect();
        if text.len() > MAX_LANGUAGE_TAG || !is_well_formed(&parts) {
            return Err(BadLanguageTag(
                text.chars().take(MAX_LANGUAGE_TAG).collect(),
            ));
        }
        let first = parts[0].to_ascii_lowercase();
        let short = LANGUAGES
            .iter()
            .find(|(_, long, _)| long.contains(&first.as_str()));
        let mut tag = short.map_or(first, |(code, ..)| (*code).to_owned());
        let mut in_extension = parts[0].len() == 1;
        for part in &parts[1..] {
            in_extension |= part.len() == 1;
            tag.push('-');
            tag.push_str(&in_case(part, in_extension));
        }
        Ok(Self(tag))
    }
}

/// RFC 5646 section 2.1.1: scripts in title case, regions in upper case, all else in lower case.
fn in_case(part: &str, in_extension: bool) -> String {
    let alphabetic = part.bytes().all(|byte| byte.is_ascii_alphabetic());
    match part.len() {
        2 if alphabetic && !in_extension => part.to_ascii_uppercase(),
        4 if alphabetic && !in_extension => {
            part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase()
        }
        _ => part.to_ascii_lowercase(),
    }
}

/// The grammar of RFC 5646 section 2.1, the grandfathered tags apart.
fn is_well_formed(parts: &[&str]) -> bool {
    let alphanumeric = |part: &&str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !parts
        .iter()
        .all(|part| (1..=8).contains(&part.len()) && alphanumeric(part))
    {
        return false;
    }
    if parts[0].eq_ignore_ascii_case("x") {
        return parts.len() > 1;
    }
    if !(is_alphabetic(parts[0]) && parts[0].len() >= 2) {
        return false;
    }
    let mut rest = &parts[1..];
    if parts[0].len() <= 3 {
        rest = skip_while(rest, 3, |part| part.len() == 3 && is_alphabetic(part));
    }
    rest = skip_while(rest, 1, |part| part.len() == 4 && is_alphabetic(part));
    rest = skip_while(rest, 1, is_region);
    rest = skip_while(rest, usize::MAX, is_variant);
    are_extensions(rest)
}

fn is_alphabetic(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_region(part: &str) -> bool {
    let digits = part.bytes().all(|byte| byte.is_ascii_digit());
    (part.len() == 2 && is_alphabetic(part)) || (part.len() == 3 && digits)
}

fn is_variant(part: &str) -> bool {
    part.len() >= 5 || (part.len() == 4 && part.as_bytes()[0].is_ascii_digit())
}

/// Singletons, each followed by at least one longer subtag; after `x` any length will do.
fn are_extensions(parts: &[&str]) -> bool {
    let Some((singleton, rest)) = parts.split_first() else {
        return true;
    };
    if singleton.len() != 1 || rest.is_empty() {
        return false;
    }
    if singleton.eq_ignore_ascii_case("x") {
        return true;
    }
    let after = skip_while(rest, usize::MAX, |part| part.len() >= 2);
    after.len() < rest.len() && are_extensions(after)
}

fn skip_while<'a, 'b>(
    parts: &'a [&'b str],
    most: usize,
    matches: impl Fn(&str) -> bool,
) -> &'a [&'b str] {
    let count = parts
        .iter()
        .take(most)
        .take_while(|part| matches(part))
        .count();
    &parts[count..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_are_written_in_the_recommended_case() {
        for (given, wanted) in [
            ("EN", "en"),
            ("pt-br", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("eng", "en"),
            ("ger-AT", "de-AT"),
            ("und", "und"),
            ("es-419", "es-419"),
            ("sl-rozaj-1994", "sl-rozaj-1994"),
            ("en-a-BBB-x-CC", "en-a-bbb-x-cc"),
            ("x-whatever", "x-whatever"),
        ] {
            assert_eq!(given.parse::<LanguageTag>().unwrap().as_str(), wanted);
        }
        for bad in [
            "",
            "e",
            "english language",
            "en_US",
            "en-",
            "en-a",
            "x",
            "12",
            "en-US-GB",
            "ü",
        ] {
            assert!(bad.parse::<LanguageTag>().is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_are_the_languages_own_names() {
        for (tag, label) in [
            ("en", "English"),
            ("deu", "Deutsch"),
            ("pt-BR", "Português (Brasil)"),
            ("de-AT", "Deutsch (AT)"),
            ("tlh", "tlh"),
        ] {
            assert_eq!(tag.parse::<LanguageTag>().unwrap().label(), label);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_stable(text in "[a-zA-Z0-9-]{0,40}|\\PC{0,10}") {
            if let Ok(tag) = text.parse::<LanguageTag>() {
                prop_assert_eq!(tag.as_str().parse::<LanguageTag>(), Ok(tag.clone()));
                prop_assert!(!tag.label().is_empty());
            }
        }
    }
}
