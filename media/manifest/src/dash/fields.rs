//! Reads typed values from elements' attributes.

use std::str::FromStr;
use std::time::Duration;

use super::error::MpdError;
use super::model::Fraction;
use super::time::from_text;
use super::xml::Element;
use crate::ByteRange;

/// An attribute that may be absent but must not be malformed.
pub(super) fn number<T: FromStr>(
    element: &Element,
    name: &'static str,
) -> Result<Option<T>, MpdError> {
    parsed(element.get(name), name, |text| text.trim().parse().ok())
}

pub(super) fn duration(
    element: &Element,
    name: &'static str,
) -> Result<Option<Duration>, MpdError> {
    parsed(element.get(name), name, from_text)
}

pub(super) fn range(element: &Element, name: &'static str) -> Result<Option<ByteRange>, MpdError> {
    parsed(element.get(name), name, ByteRange::from_inclusive)
}

/// `24000/1001` or `25`.
pub(super) fn fraction(
    text: Option<&str>,
    name: &'static str,
) -> Result<Option<Fraction>, MpdError> {
    parsed(text, name, |text| {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let numerator = numerator.trim().parse().ok()?;
        let denominator = denominator
            .trim()
            .parse()
            .ok()
            .filter(|number| *number > 0)?;
        Some(Fraction {
            numerator,
            denominator,
        })
    })
}

pub(super) fn parsed<T>(
    text: Option<&str>,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, MpdError> {
    text.map(|text| parse(text).ok_or(MpdError::Malformed(name)))
        .transpose()
}
