//! What went wrong with a play, as callers see it.

use axum::http::StatusCode;
use platform_http::Problem;
use serde_json::Value;

use crate::{PlaybackError, Refusal};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Window => Self::forbidden(detail).with("reason", "window"),
            Refusal::Territory => Self::forbidden(detail).with("reason", "territory"),
            Refusal::Maturity => Self::forbidden(detail).with("reason", "maturity"),
            Refusal::Plan => Self::forbidden(detail).with("reason", "plan"),
            Refusal::TooManyStreams(streams) => {
                let streams = streams
                    .iter()
                    .filter_map(|stream| serde_json::to_value(stream).ok());
                Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
                    .with("reason", "too-many-streams")
                    .with("streams", streams.collect::<Vec<Value>>())
            }
        }
    }
}

impl From<PlaybackError> for Problem {
    fn from(error: PlaybackError) -> Self {
        let detail = error.to_string();
        match error {
            PlaybackError::NoSuchTitle(_) => Self::not_found(detail),
            PlaybackError::Refused(refusal) => refusal.into(),
            PlaybackError::Encrypted => Self::forbidden(detail).with("reason", "encrypted"),
            PlaybackError::Over => Self::new(StatusCode::GONE, detail),
            PlaybackError::PastTheEnd { .. } => {
                Self::new(StatusCode::RANGE_NOT_SATISFIABLE, detail)
            }
            PlaybackError::NothingUp(_) => unavailable(
                "nothing that could serve this title is up; try again in a minute",
                error,
            ),
            PlaybackError::Origin(_) => unavailable(
                "the origin of this title does not answer; try again in a minute",
                error,
            ),
            PlaybackError::Contended => {
                unavailable("too much is happening on this account; try again", error)
            }
            error => Self::internal(error),
        }
    }
}

fn unavailable(detail: &str, cause: PlaybackError) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).caused_by(cause)
}
