//! The owner's view of accounts: making, listing and removing them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use contracts_membership::{AccountId, Maturity};
use platform_http::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::{AccountView, ApiState, PlanView};
use super::{Owner, ProblemDocument, Valid, ValidBody};
use crate::{NewAccount, Password};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccountRequest {
    /// 1 to 64 characters; letter case does not tell names apart.
    name: String,
    /// At least 8 characters.
    #[schema(value_type = String)]
    password: Password,
    /// The service's default plan when absent.
    plan: Option<PlanView>,
    /// The highest rating the account may watch: all, 7, 13, 16 or 18; 18 when absent.
    #[schema(value_type = Option<String>, example = "13")]
    max_maturity: Option<Maturity>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountList {
    accounts: Vec<AccountView>,
}

/// Makes a viewer's account. Only the owner may.
#[utoipa::path(
    post, path = "/accounts/v1/accounts", tag = "accounts", request_body = NewAccountRequest,
    responses(
        (status = CREATED, body = AccountView),
        (status = BAD_REQUEST, body = ProblemDocument, description = "A name, password or plan out of bounds."),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "Not the owner."),
        (status = CONFLICT, body = ProblemDocument, description = "The name is taken."),
    )
)]
pub(super) async fn create(
    _owner: Owner,
    State(state): State<ApiState>,
    ValidBody(request): ValidBody<NewAccountRequest>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    let NewAccountRequest {
        name,
        password,
        plan,
        max_maturity,
    } = request;
    let plan = plan.map(Into::into);
    let account = state
        .service
        .create(NewAccount {
            name,
            password,
            plan,
            max_maturity,
        })
        .await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Every account, by name. Only the owner may.
#[utoipa::path(
    get, path = "/accounts/v1/accounts", tag = "accounts",
    responses(
        (status = OK, body = AccountList),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "Not the owner."),
    )
)]
pub(super) async fn list(
    _owner: Owner,
    State(state): State<ApiState>,
) -> Result<Json<AccountList>, Problem> {
    let accounts = state
        .service
        .list()
        .await?
        .into_iter()
        .map(AccountView::from)
        .collect();
    Ok(Json(AccountList { accounts }))
}

/// Removes a viewer's account and shuts its sessions. Only the owner may.
#[utoipa::path(
    delete, path = "/accounts/v1/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The account's identifier.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = ProblemDocument, description = "Not signed in."),
        (status = FORBIDDEN, body = ProblemDocument, description = "Not the owner."),
        (status = NOT_FOUND, body = ProblemDocument, description = "There is no such account."),
        (status = CONFLICT, body = ProblemDocument, description = "The owner's account stays."),
    )
)]
pub(super) async fn delete(
    _owner: Owner,
    State(state): State<ApiState>,
    Valid(Path(id)): Valid<Path<String>>,
) -> Result<StatusCode, Problem> {
    state.service.delete(&AccountId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
