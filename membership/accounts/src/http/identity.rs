//! Who asks: the account behind a bearer token or the session cookie.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use contracts_membership::{Account, Accounts, AccountsError, Role};
use platform_http::Problem;

/// The cookie that carries a browser's token.
pub const SESSION_COOKIE: &str = "marquee_session";

/// A request that changes something and is known by its cookie carries this header. Another site can
/// make a browser send our cookie, but not this header, without our leave.
const GUARD_HEADER: &str = "x-marquee";

/// The accounts that a router's state holds.
pub type SharedAccounts = Arc<dyn Accounts>;

/// Extracts the signed-in account; answers 401 when there is none, 403 when a request by cookie that
/// changes something lacks the `X-Marquee: 1` header.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Account);

/// Extracts the signed-in account when it is the owner's; answers 403 to others.
#[derive(Debug, Clone)]
pub struct Owner(pub Account);

/// A token and how it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credential<'a> {
    Bearer(&'a str),
    Cookie(&'a str),
}

impl<'a> Credential<'a> {
    /// The request's credential. A bearer token goes before a cookie.
    pub(super) fn find(headers: &'a HeaderMap) -> Option<Self> {
        if let Some(authorization) = headers.get(header::AUTHORIZATION) {
            let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
            return scheme
                .eq_ignore_ascii_case("bearer")
                .then_some(Self::Bearer(token.trim()));
        }
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        pairs
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == SESSION_COOKIE)
            .map(|(_, token)| Self::Cookie(token))
    }

    /// The token, unless the request may be another site's.
    pub(super) fn token(&self, method: &Method, headers: &HeaderMap) -> Result<&'a str, Problem> {
        match self {
            Self::Bearer(token) => Ok(token),
            Self::Cookie(token) => {
                let guarded = headers.get(GUARD_HEADER).is_some_and(|value| value == "1");
                if method.is_safe() || guarded {
                    Ok(token)
                } else {
                    Err(unguarded())
                }
            }
        }
    }
}

fn unguarded() -> Problem {
    Problem::forbidden("send the header X-Marquee: 1 with a request that changes something")
        .with("reason", "csrf")
}

fn not_signed_in() -> Problem {
    Problem::unauthorized("sign in to go on")
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

/// The account that sent a request with these parts.
pub async fn authenticate(
    accounts: &dyn Accounts,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Account, Problem> {
    let credential = Credential::find(headers).ok_or_else(not_signed_in)?;
    let token = credential.token(method, headers)?;
    accounts.by_token(token).await.map_err(|error| match error {
        AccountsError::NotSignedIn => not_signed_in(),
        error @ AccountsError::Store(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "accounts cannot be read; try again",
        )
        .caused_by(error),
    })
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    SharedAccounts: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let accounts = SharedAccounts::from_ref(state);
        authenticate(&*accounts, &parts.method, &parts.headers)
            .await
            .map(Self)
    }
}

impl<S> FromRequestParts<S> for Owner
where
    S: Send + Sync,
    SharedAccounts: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let SignedIn(account) = SignedIn::from_request_parts(parts, state).await?;
        if account.role == Role::Owner {
            return Ok(Self(account));
        }
        Err(Problem::forbidden("only the owner may do this").with("reason", "owner-only"))
    }
}

/// Middleware that lets only the owner through, for routers of other planes:
/// `from_fn_with_state(accounts, require_owner)`. The account is left in the request's extensions.
/// `OPTIONS` passes: it tells what a server can do, and a browser's preflight carries no credentials.
pub async fn require_owner(
    State(accounts): State<SharedAccounts>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if request.method() == Method::OPTIONS {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    let Owner(account) = Owner::from_request_parts(&mut parts, &accounts).await?;
    parts.extensions.insert(account);
    Ok(next.run(Request::from_parts(parts, body)).await)
}
