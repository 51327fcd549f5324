//! The problem document as the OpenAPI document describes it.

use serde::Serialize;
use utoipa::ToSchema;

/// An error (RFC 9457). Some carry further members, named in the operation's description.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Always `about:blank`: the status says the kind.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong and what to do, in one sentence.
    pub detail: String,
    /// A word for programs, where several causes share a status.
    pub reason: Option<String>,
}
