//! Signing in and out, and who one is.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contracts_membership::{Account, Plan, Role};
use platform_http::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::identity::Credential;
use super::{
    ClientAddress, ProblemDocument, SESSION_COOKIE, SharedAccounts, SignedIn, ValidBody, people,
};
use crate::limits::SESSION_LIFE;
use crate::{AccountService, Password, Token};

/// What the handlers of accounts hold.
#[derive(Debug, Clone)]
pub(super) struct ApiState {
    pub(super) service: Arc<AccountService>,
}

impl FromRef<ApiState> for SharedAccounts {
    fn from_ref(state: &ApiState) -> Self {
        Arc::clone(&state.service) as Self
    }
}

/// The routes under `/accounts/v1`.
pub fn router(service: Arc<AccountService>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(me))
        .routes(routes!(people::create, people::list))
        .routes(routes!(people::delete))
        .with_state(ApiState { service })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// The account's name; letter case does not matter.
    name: String,
    #[schema(value_type = String)]
    password: Password,
}

#[derive(Debug, Serialize, ToSchema)]
struct SignInResponse {
    /// To send as `Authorization: Bearer`; the cookie carries the same.
    token: String,
    account: AccountSummary,
}

#[derive(Debug, Serialize, ToSchema)]
struct AccountSummary {
    id: String,
    name: String,
    #[schema(value_type = String, example = "viewer")]
    role: Role,
}

/// What an account may watch and do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct AccountView {
    id: String,
    name: String,
    #[schema(value_type = String, example = "viewer")]
    role: Role,
    plan: PlanView,
    /// The highest rating it may watch: all, 7, 13, 16 or 18.
    #[schema(value_type = String, example = "18")]
    max_maturity: contracts_membership::Maturity,
}

/// What an account has subscribed to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Plan)]
pub(super) struct PlanView {
    name: String,
    /// Most plays at once.
    max_streams: u32,
    /// Tallest rendition offered, in pixels.
    max_height: u32,
}

impl From<Plan> for PlanView {
    fn from(
        Plan {
            name,
            max_streams,
            max_height,
        }: Plan,
    ) -> Self {
        Self {
            name,
            max_streams,
            max_height,
        }
    }
}

impl From<PlanView> for Plan {
    fn from(
        PlanView {
            name,
            max_streams,
            max_height,
        }: PlanView,
    ) -> Self {
        Self {
            name,
            max_streams,
            max_height,
        }
    }
}

impl From<Account> for AccountView {
    fn from(
        Account {
            id,
            name,
            role,
            plan,
            max_maturity,
        }: Account,
    ) -> Self {
        Self {
            id: id.0,
            name,
            role,
            plan: plan.into(),
            max_maturity,
        }
    }
}

/// Opens a session. The token comes in the body and as the cookie `marquee_session`.
#[utoipa::path(
    post, path = "/accounts/v1/sign-in", tag = "accounts", request_body = SignInRequest,
    responses(
        (status = OK, body = SignInResponse),
        (status = BAD_REQUEST, body = ProblemDocument, description = "The body is not a sign-in."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Wrong name or password."),
        (status = TOO_MANY_REQUESTS, body = ProblemDocument, description = "See Retry-After."),
        (status = SERVICE_UNAVAILABLE, body = ProblemDocument, description = "Try again shortly."),
    )
)]
async fn sign_in(
    State(state): State<ApiState>,
    ClientAddress(address): ClientAddress,
    ValidBody(request): ValidBody<SignInRequest>,
) -> Result<Response, Problem> {
    let signed_in = state
        .service
        .sign_in(&request.name, &request.password, address)
        .await?;
    let cookie = cookie(&signed_in.token, state.service.config().secure_cookie)?;
    let Account { id, name, role, .. } = signed_in.account;
    let account = AccountSummary {
        id: id.0,
        name,
        role,
    };
    let body = SignInResponse {
        token: signed_in.token.expose().to_owned(),
        account,
    };
    Ok(([(header::SET_COOKIE, cookie), no_store()], Json(body)).into_response())
}

/// Ends the session that the request came with; without one there is nothing to end.
#[utoipa::path(
    post, path = "/accounts/v1/sign-out", tag = "accounts",
    responses(
        (status = NO_CONTENT),
        (status = FORBIDDEN, body = ProblemDocument, description = "By cookie without X-Marquee: 1."),
    )
)]
async fn sign_out(
    State(state): State<ApiState>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(credential) = Credential::find(&headers) {
        state
            .service
            .sign_out(credential.token(&method, &headers)?)
            .await?;
    }
    let gone =
        HeaderValue::from_static("marquee_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/accounts/v1/me", tag = "accounts",
    responses(
        (status = OK, body = AccountView),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
    )
)]
async fn me(SignedIn(account): SignedIn) -> Response {
    ([no_store()], Json(AccountView::from(account))).into_response()
}

fn no_store() -> (header::HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

fn cookie(token: &Token, secure: bool) -> Result<HeaderValue, Problem> {
    let age = SESSION_LIFE.as_secs();
    let secure = if secure { "; Secure" } else { "" };
    let token = token.expose();
    let text =
        format!("{SESSION_COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={age}{secure}");
    let mut value = HeaderValue::try_from(text).map_err(Problem::internal)?;
    value.set_sensitive(true);
    Ok(value)
}
