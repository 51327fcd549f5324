//! Tesseract's table of words, read into lines.

use studio_timeline::Region;

use crate::limits::{CONFIDENCE, LINE_LETTERS};

/// A line of text in one frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// The frame, from 0 in the order they were given.
    pub(crate) frame: usize,
    pub(crate) region: Region,
    pub(crate) text: String,
    /// The mean of its words', of 100.
    pub(crate) confidence: f64,
}

/// One row that is a word.
struct Word<'a> {
    /// Page, block, paragraph and line.
    line: [usize; 4],
    region: Region,
    confidence: f64,
    text: &'a str,
}

/// The lines of a table, of frames of this size; words that are not certain enough are left out.
pub(crate) fn lines(table: &str, size: (f64, f64)) -> Vec<Line> {
    let words: Vec<Word<'_>> = table.lines().filter_map(|row| word(row, size)).collect();
    words
        .chunk_by(|one, next| one.line == next.line)
        .filter_map(line)
        .collect()
}

fn line(words: &[Word<'_>]) -> Option<Line> {
    let (first, rest) = words.split_first()?;
    let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
    let text = texts.join(" ");
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let sum: f64 = words.iter().map(|word| word.confidence).sum();
    (letters >= LINE_LETTERS).then(|| Line {
        frame: first.line[0].saturating_sub(1),
        region: rest
            .iter()
            .fold(first.region, |all, word| all.joined(word.region)),
        text,
        confidence: sum / words.len() as f64,
    })
}

/// Level, page, block, paragraph, line, word, left, top, width, height, confidence and text, by tabs.
fn word(row: &str, size: (f64, f64)) -> Option<Word<'_>> {
    let fields: Vec<&str> = row.split('\t').collect();
    let [
        _,
        page,
        block,
        paragraph,
        line,
        _,
        left,
        top,
        width,
        height,
        confidence,
        text,
    ] = <[&str; 12]>::try_from(fields).ok()?;
    let confidence: f64 = confidence.parse().ok()?;
    let text = text.trim();
    if confidence < CONFIDENCE || !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let count = |text: &str| text.parse::<usize>().ok();
    let share = |text: &str, of: f64| Some(text.parse::<f64>().ok()? / of);
    Some(Word {
        line: [count(page)?, count(block)?, count(paragraph)?, count(line)?],
        region: Region::from_fractions(
            share(left, size.0)?,
            share(top, size.1)?,
            share(width, size.0)?,
            share(height, size.1)?,
        )?,
        confidence,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
        1\t1\t0\t0\t0\t0\t0\t0\t1000\t500\t-1\t\n\
        5\t1\t1\t1\t1\t1\t100\t400\t200\t50\t91.5\tHELLO\n\
        5\t1\t1\t1\t1\t2\t320\t410\t180\t50\t88.5\tPARIS\n\
        5\t1\t1\t1\t2\t1\t0\t0\t90\t90\t35.0\tleaves\n\
        5\t2\t1\t1\t1\t1\t0\t0\t90\t90\t95.0\t|-\n\
        5\t2\t1\t1\t2\t1\t0\t0\t90\t90\t95.0\tabc\n\
        5\t2\t1\t1\t3\t1\t0\t0\tx\t90\t95.0\tbroken\n\
        5\t3\t1\t1\t1\t1\t500\t0\t500\t100\t99\tTHE END\n";

    #[test]
    fn certain_words_become_lines_with_places() {
        let found = lines(TABLE, (1000.0, 500.0));
        let [first, second] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((first.frame, first.text.as_str()), (0, "HELLO PARIS"));
        assert_eq!(
            first.region,
            Region::new(1_000, 8_000, 4_000, 1_200).unwrap()
        );
        assert!((first.confidence - 90.0).abs() < 0.01);
        assert_eq!((second.frame, second.text.as_str()), (2, "THE END"));
    }
}
