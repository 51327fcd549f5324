//! The rules a submission must keep, checked before anything is stored.

use contracts_studio::Submission;

use crate::limits::{
    CATEGORY_CHARACTERS, DESCRIPTION_CHARACTERS, NAME_CHARACTERS, SUBTITLES, TAG_CHARACTERS, TAGS,
    YEARS,
};

/// Tidies a submission's texts and checks them.
///
/// # Errors
/// One sentence that names the field and the rule.
pub(crate) fn check(mut submission: Submission) -> Result<Submission, String> {
    submission.title = tidy(&submission.title);
    submission.description = submission.description.trim().to_owned();
    submission.category = tidy(&submission.category);
    submission.tags = submission
        .tags
        .iter()
        .map(|tag| tidy(tag))
        .filter(|tag| !tag.is_empty())
        .collect();
    if submission.title.is_empty() {
        return Err("title is empty; give the title a name".to_owned());
    }
    at_most("title", &submission.title, NAME_CHARACTERS)?;
    at_most(
        "description",
        &submission.description,
        DESCRIPTION_CHARACTERS,
    )?;
    at_most("category", &submission.category, CATEGORY_CHARACTERS)?;
    for tag in &submission.tags {
        at_most("tags", tag, TAG_CHARACTERS)?;
    }
    if submission.tags.len() > TAGS {
        return Err(format!(
            "tags has {} words; the most is {TAGS}",
            submission.tags.len()
        ));
    }
    if submission.year.is_some_and(|year| !YEARS.contains(&year)) {
        return Err(format!(
            "year must lie between {} and {}",
            YEARS.start(),
            YEARS.end()
        ));
    }
    check_subtitles(&submission)?;
    check_territories(&submission)?;
    Ok(submission)
}

fn check_subtitles(submission: &Submission) -> Result<(), String> {
    if submission.subtitles.len() > SUBTITLES {
        return Err(format!(
            "there are {} subtitle files; the most is {SUBTITLES}",
            submission.subtitles.len()
        ));
    }
    for (index, subtitle) in submission.subtitles.iter().enumerate() {
        let language = subtitle
            .language
            .parse::<studio_timedtext::LanguageTag>()
            .map_err(|error| format!("subtitles[{index}].language: {error}"))?;
        let earlier = &submission.subtitles[..index];
        if earlier
            .iter()
            .any(|other| other.language == subtitle.language && other.label == subtitle.label)
        {
            return Err(format!(
                "there are two subtitle files for {language}; give them different labels"
            ));
        }
    }
    Ok(())
}

fn check_territories(submission: &Submission) -> Result<(), String> {
    let is_code =
        |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    match submission
        .availability
        .territories
        .iter()
        .find(|code| !is_code(code))
    {
        Some(code) => Err(format!("{code:?} is not a country code such as DE")),
        None => Ok(()),
    }
}

fn at_most(field: &str, text: &str, most: usize) -> Result<(), String> {
    let characters = text.chars().count();
    if characters > most {
        return Err(format!(
            "{field} has {characters} characters; the most is {most}"
        ));
    }
    Ok(())
}

/// One line without control characters or doubled spaces.
fn tidy(text: &str) -> String {
    let printable: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    printable.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use contracts_studio::SubmittedSubtitle;

    use super::*;

    fn submission(title: &str) -> Submission {
        serde_json::from_value(serde_json::json!({ "title": title, "upload_id": "u" })).unwrap()
    }

    #[test]
    fn names_are_tidied_and_empty_ones_refused() {
        assert_eq!(
            check(submission(" The\n  Dive ")).unwrap().title,
            "The Dive"
        );
        assert!(check(submission(" \n ")).is_err());
        assert!(check(submission(&"x".repeat(NAME_CHARACTERS + 1))).is_err());
        assert_eq!(
            check(submission("../../etc/🎬")).unwrap().title,
            "../../etc/🎬"
        );
    }

    #[test]
    fn two_files_for_one_language_need_labels() {
        let subtitle = |label: Option<&str>| SubmittedSubtitle {
            language: "en".into(),
            label: label.map(str::to_owned),
            upload_id: "s".into(),
        };
        let mut twice = submission("Film");
        twice.subtitles = vec![subtitle(None), subtitle(None)];
        assert!(check(twice.clone()).unwrap_err().contains("en"));
        twice.subtitles[1].label = Some("Commentary".into());
        assert!(check(twice).is_ok());
    }
}
