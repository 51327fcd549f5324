//! What went wrong with an account, as callers see it.

use axum::http::{HeaderValue, StatusCode, header};
use platform_http::Problem;

use crate::AccountError;

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let detail = error.to_string();
        match error {
            AccountError::WrongCredentials => Self::unauthorized(detail),
            AccountError::TooManyAttempts { retry_after } => {
                let seconds = retry_after.as_secs().max(1);
                Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
                    .header(header::RETRY_AFTER, HeaderValue::from(seconds))
            }
            AccountError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
                .header(header::RETRY_AFTER, HeaderValue::from(1)),
            AccountError::BadName | AccountError::BadPassword | AccountError::BadPlan => {
                Self::bad_request(detail)
            }
            AccountError::NameTaken(_) | AccountError::OwnerStays => Self::conflict(detail),
            AccountError::NoSuchAccount(_) => Self::not_found(detail),
            AccountError::Damaged(_) | AccountError::Hash(_) | AccountError::Store(_) => {
                Self::internal(error)
            }
        }
    }
}
