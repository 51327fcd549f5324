//! Pointers: compare-and-set, by many at once.

use bytes::Bytes;
use platform_entropy::{SystemEntropy, random_id};

use crate::limits::MAX_POINTER_BYTES;
use crate::{ObjectError, PointerVersion, Pointers, SetIf};

const WRITERS: usize = 8;
const WRITES_EACH: usize = 4;

pub(super) async fn suite(pointers: &Pointers) {
    one_writer(pointers).await;
    many_writers(pointers).await;
    refusals(pointers).await;
}

fn fresh_name() -> String {
    format!("conformance-{}", random_id(&SystemEntropy))
}

async fn set(
    pointers: &Pointers,
    name: &str,
    expected: Option<&PointerVersion>,
    value: &[u8],
) -> SetIf {
    let value = Bytes::copy_from_slice(value);
    pointers
        .set_if(name, expected, value)
        .await
        .expect("the store answers")
}

fn done(set: SetIf) -> PointerVersion {
    match set {
        SetIf::Set(version) => version,
        SetIf::Moved => panic!("nobody else wrote, so the write must happen"),
    }
}

async fn one_writer(pointers: &Pointers) {
    let name = fresh_name();
    assert_eq!(pointers.get(&name).await.expect("the store answers"), None);
    let first = done(set(pointers, &name, None, b"one").await);
    let read = pointers
        .get(&name)
        .await
        .expect("it answers")
        .expect("it is set");
    assert_eq!((&read.value[..], &read.version), (&b"one"[..], &first));
    assert_eq!(set(pointers, &name, None, b"late").await, SetIf::Moved);
    let second = done(set(pointers, &name, Some(&first), b"two").await);
    assert_eq!(
        set(pointers, &name, Some(&first), b"late").await,
        SetIf::Moved
    );
    let third = done(set(pointers, &name, Some(&second), b"one").await);
    assert_ne!(third, first, "the same value again is another version");
    assert_eq!(
        set(pointers, &name, Some(&first), b"late").await,
        SetIf::Moved
    );
    let read = pointers
        .get(&name)
        .await
        .expect("it answers")
        .expect("it is set");
    assert_eq!(
        (&read.value[..], read.version),
        (&b"one"[..], third.clone())
    );
    let unset = fresh_name();
    assert_eq!(
        set(pointers, &unset, Some(&third), b"x").await,
        SetIf::Moved
    );
    let names = pointers.names().await.expect("names are listed");
    assert!(names.contains(&name) && !names.contains(&unset));
}

/// Every writer counts up; none of the counts is lost.
async fn many_writers(pointers: &Pointers) {
    let name = fresh_name();
    let writers = (0..WRITERS).map(|_| count_up(pointers.clone(), name.clone()));
    futures::future::join_all(writers).await;
    let end = pointers
        .get(&name)
        .await
        .expect("it answers")
        .expect("it is set");
    let count = (WRITERS * WRITES_EACH).to_string();
    assert_eq!(end.value, count.as_bytes());
}

async fn count_up(pointers: Pointers, name: String) {
    let mut written = 0;
    while written < WRITES_EACH {
        let found = pointers.get(&name).await.expect("the store answers");
        let count = found.as_ref().map_or(0, |pointer| {
            let text = std::str::from_utf8(&pointer.value).expect("a count was written");
            text.parse::<usize>().expect("a count was written")
        });
        let expected = found.map(|pointer| pointer.version);
        let next = (count + 1).to_string();
        match set(&pointers, &name, expected.as_ref(), next.as_bytes()).await {
            SetIf::Set(_) => written += 1,
            SetIf::Moved => {}
        }
    }
}

async fn refusals(pointers: &Pointers) {
    for name in ["", ".hidden", "Upper", "a/b", "a b", "..", &"x".repeat(129)] {
        let read = pointers.get(name).await;
        assert!(
            matches!(read, Err(ObjectError::BadPointerName(_))),
            "{name:?}"
        );
    }
    let long = Bytes::from(vec![0; MAX_POINTER_BYTES + 1]);
    let refused = pointers.set_if(&fresh_name(), None, long).await;
    assert!(matches!(refused, Err(ObjectError::PointerTooLong { .. })));
}
