//! Routes that are open only to whoever shows a secret.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;

use crate::Problem;

/// Closes a router's routes to requests whose `Authorization` header `admits` does not accept; they get
/// 401 with `refusal`, which says what is to be shown. `admits` compares in constant time.
pub fn closed<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    refusal: &'static str,
    admits: impl Fn(Option<&[u8]>) -> bool + Clone + Send + Sync + 'static,
) -> Router<S> {
    router.layer(from_fn(move |request: Request, next: Next| {
        let shown = request.headers().get(header::AUTHORIZATION);
        let admitted = admits(shown.map(HeaderValue::as_bytes));
        async move {
            if admitted {
                next.run(request).await
            } else {
                Problem::unauthorized(refusal).into_response()
            }
        }
    }))
}
