//! Inputs checked at the edge: what axum would refuse in plain text is refused with a problem document.

use std::fmt::Display;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use platform_http::Problem;
use serde::de::DeserializeOwned;

/// A `Query` or `Path` whose refusal is a problem document.
#[derive(Debug, Clone, Copy)]
pub struct Valid<E>(pub E);

impl<S, E> FromRequestParts<S> for Valid<E>
where
    S: Send + Sync,
    E: FromRequestParts<S>,
    E::Rejection: Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        E::from_request_parts(parts, state)
            .await
            .map(Self)
            .map_err(problem)
    }
}

/// A JSON body whose refusal is a problem document.
#[derive(Debug, Clone, Copy)]
pub struct ValidBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Json::<T>::from_request(request, state).await;
        body.map(|Json(value)| Self(value)).map_err(problem)
    }
}

fn problem(rejection: impl Display + IntoResponse) -> Problem {
    let detail = rejection.to_string();
    match rejection.into_response().status() {
        // axum tells bodies that are not JSON from JSON that does not fit; to a caller both are 400.
        StatusCode::UNPROCESSABLE_ENTITY => Problem::bad_request(detail),
        status => Problem::new(status, detail),
    }
}
