//! The account service against an engine in memory, on a clock that is told the time.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use contracts_membership::Role;
use data_engine::MemoryEngine;
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::SeededEntropy;

use super::*;
use crate::limits::{NAME_BURST, NAME_REFILL};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

async fn open(engine: &SharedEngine) -> (AccountService, Arc<ManualClock>) {
    let clock = ManualClock::at(Timestamp::from_millis(1_000_000));
    let shared: SharedClock = clock.clone();
    let entropy = SeededEntropy::shared(5);
    let service = AccountService::open(engine, shared, entropy, AccountsConfig::default()).await;
    (service.unwrap(), clock)
}

fn viewer(name: &str) -> NewAccount {
    NewAccount {
        name: name.into(),
        password: Password::new("a good password"),
        plan: None,
        max_maturity: None,
    }
}

#[tokio::test]
async fn the_owner_is_made_once_and_signs_in_after_a_restart() {
    let engine = MemoryEngine::shared();
    let (service, _) = open(&engine).await;
    let entropy = SeededEntropy::shared(9);
    let password = service
        .create_owner_if_absent(&*entropy)
        .await
        .unwrap()
        .unwrap();
    assert!(
        service
            .create_owner_if_absent(&*entropy)
            .await
            .unwrap()
            .is_none()
    );
    let (service, _) = open(&engine).await;
    let signed_in = service.sign_in("Owner", &password, HERE).await.unwrap();
    assert_eq!(signed_in.account.role, Role::Owner);
    let account = service.by_token(signed_in.token.expose()).await.unwrap();
    assert_eq!(account, signed_in.account);
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_are_the_same_and_are_slowed() {
    let (service, clock) = open(&MemoryEngine::shared()).await;
    service.create(viewer("Ada")).await.unwrap();
    let wrong = Password::new("not the password");
    for name in ["ada", "nobody", "", "\0"] {
        let refused = service.sign_in(name, &wrong, HERE).await.unwrap_err();
        assert!(
            matches!(refused, AccountError::WrongCredentials),
            "{name:?}: {refused}"
        );
    }
    for _ in 1..NAME_BURST {
        service.sign_in("ada", &wrong, HERE).await.unwrap_err();
    }
    let right = Password::new("a good password");
    let refused = service.sign_in("ada", &right, HERE).await.unwrap_err();
    assert!(
        matches!(refused, AccountError::TooManyAttempts { .. }),
        "{refused}"
    );
    clock.advance(NAME_REFILL);
    assert!(service.sign_in("ada", &right, HERE).await.is_ok());
}

#[tokio::test]
async fn a_session_slides_with_use_and_ends_without() {
    let (service, clock) = open(&MemoryEngine::shared()).await;
    service.create(viewer("ada")).await.unwrap();
    let password = Password::new("a good password");
    let token = service.sign_in("ada", &password, HERE).await.unwrap().token;
    for _ in 0..3 {
        clock.advance(SESSION_LIFE.saturating_sub(Duration::from_secs(1)));
        assert!(service.holder(token.expose()).await.unwrap().is_some());
    }
    clock.advance(SESSION_LIFE);
    assert_eq!(service.sweep().await.unwrap(), 1);
    assert!(service.holder(token.expose()).await.unwrap().is_none());
}

#[tokio::test]
async fn signing_out_ends_one_session_and_no_other() {
    let (service, _) = open(&MemoryEngine::shared()).await;
    service.create(viewer("ada")).await.unwrap();
    let password = Password::new("a good password");
    let first = service.sign_in("ada", &password, HERE).await.unwrap().token;
    let second = service.sign_in("ada", &password, HERE).await.unwrap().token;
    service.sign_out(first.expose()).await.unwrap();
    service.sign_out(first.expose()).await.unwrap();
    assert!(service.holder(first.expose()).await.unwrap().is_none());
    assert!(service.holder(second.expose()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_deleted_account_is_shut_out_even_when_its_name_is_given_anew() {
    let (service, _) = open(&MemoryEngine::shared()).await;
    let ada = service.create(viewer("Ada")).await.unwrap();
    let refused = service.create(viewer(" ada")).await.unwrap_err();
    assert!(matches!(refused, AccountError::NameTaken(_)));
    let password = Password::new("a good password");
    let token = service.sign_in("ada", &password, HERE).await.unwrap().token;
    service.delete(&ada.id).await.unwrap();
    assert!(matches!(
        service.delete(&ada.id).await,
        Err(AccountError::NoSuchAccount(_))
    ));
    service.create(viewer("ada")).await.unwrap();
    assert!(service.holder(token.expose()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_owner_stays_and_bad_accounts_are_refused() {
    let (service, _) = open(&MemoryEngine::shared()).await;
    service
        .create_owner_if_absent(&*SeededEntropy::shared(1))
        .await
        .unwrap();
    let owner = service.list().await.unwrap().remove(0);
    assert!(matches!(
        service.delete(&owner.id).await,
        Err(AccountError::OwnerStays)
    ));
    let short = NewAccount {
        password: Password::new("short"),
        ..viewer("bob")
    };
    assert!(matches!(
        service.create(short).await,
        Err(AccountError::BadPassword)
    ));
    let plan = Some(Plan {
        name: "none".into(),
        max_streams: 0,
        max_height: 1080,
    });
    let planless = NewAccount {
        plan,
        ..viewer("bob")
    };
    assert!(matches!(
        service.create(planless).await,
        Err(AccountError::BadPlan)
    ));
    assert_eq!(service.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_owner_token_is_told_once_lasts_and_can_be_replaced() {
    let (service, clock) = open(&MemoryEngine::shared()).await;
    let entropy = SeededEntropy::shared(3);
    assert!(
        service.owner_token(&*entropy).await.is_err(),
        "there is no owner yet"
    );
    service.create_owner_if_absent(&*entropy).await.unwrap();
    let token = service.owner_token(&*entropy).await.unwrap().unwrap();
    assert!(service.owner_token(&*entropy).await.unwrap().is_none());
    clock.advance(SESSION_LIFE * 20);
    service.sweep().await.unwrap();
    service.sign_out(token.expose()).await.unwrap();
    assert_eq!(
        service.by_token(token.expose()).await.unwrap().role,
        Role::Owner
    );
    let replaced = service.replace_owner_token(&*entropy).await.unwrap();
    assert!(service.by_token(token.expose()).await.is_err());
    assert!(service.by_token(replaced.expose()).await.is_ok());
}
