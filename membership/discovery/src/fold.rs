//! Text as it is compared: lower case, without diacritics, in words.

/// The words of a text, folded. Letters and digits make words; everything else parts them.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .flat_map(plain)
        .collect();
    folded
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A lower-case letter without its diacritic, as one or two letters; combining marks vanish. Covers
/// Latin-1 and Latin Extended-A, which is what European titles are written in.
fn plain(letter: char) -> impl Iterator<Item = char> {
    let (first, second) = match letter {
        '\u{300}'..='\u{36f}' | '\'' | '’' => (None, None),
        'à'..='å' | 'ā' | 'ă' | 'ą' => (Some('a'), None),
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => (Some('c'), None),
        'ð' | 'ď' | 'đ' => (Some('d'), None),
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => (Some('e'), None),
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => (Some('g'), None),
        'ĥ' | 'ħ' => (Some('h'), None),
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => (Some('i'), None),
        'ĵ' => (Some('j'), None),
        'ķ' => (Some('k'), None),
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => (Some('l'), None),
        'ñ' | 'ń' | 'ņ' | 'ň' => (Some('n'), None),
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => (Some('o'), None),
        'ŕ' | 'ŗ' | 'ř' => (Some('r'), None),
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => (Some('s'), None),
        'ţ' | 'ť' | 'ŧ' | 'ț' => (Some('t'), None),
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => (Some('u'), None),
        'ŵ' => (Some('w'), None),
        'ý' | 'ÿ' | 'ŷ' => (Some('y'), None),
        'ź' | 'ż' | 'ž' => (Some('z'), None),
        'æ' => (Some('a'), Some('e')),
        'œ' => (Some('o'), Some('e')),
        'ß' => (Some('s'), Some('s')),
        'þ' => (Some('t'), Some('h')),
        other => (Some(other), None),
    };
    first.into_iter().chain(second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_marks_and_punctuation_do_not_count() {
        assert_eq!(
            words("L’Été à Łódź: STRASSE & Straße"),
            ["lete", "a", "lodz", "strasse", "strasse"]
        );
        assert_eq!(words("E\u{301}te\u{301} 2049"), ["ete", "2049"]);
        assert_eq!(words("進撃の巨人"), ["進撃の巨人"]);
        assert!(words(" -- ! ").is_empty());
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,80}") {
            let once = words(&text);
            prop_assert_eq!(words(&once.join(" ")), once);
        }
    }
}
