//! Why an MPD could not be read.

/// Why an MPD could not be read. A retry does not help: the text itself is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MpdError {
    /// Not well-formed XML.
    #[error("the MPD is not well-formed XML: {0}")]
    Xml(String),
    /// The root is something else.
    #[error("the document's root is not MPD")]
    NotAnMpd,
    /// An element or attribute is absent.
    #[error("{0} is missing from the MPD")]
    Missing(&'static str),
    /// A value does not have its form.
    #[error("{0} of the MPD is malformed")]
    Malformed(&'static str),
    /// Something this reader does not do.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// Longer or deeper than a reader should accept.
    #[error("the MPD has more than a reader should accept")]
    TooLong,
}
