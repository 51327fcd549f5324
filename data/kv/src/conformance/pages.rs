//! Pages and their tokens.

use bytes::Bytes;

use super::run::{Run, joined, letters, noise};
use crate::{
    Direction, GetItemsRequest, KvError, PageToken, Predicate, PutItem, Selection, Values,
};

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";

pub(super) async fn pages_join_up(run: &Run) -> Result<(), KvError> {
    let record = "pages";
    let item = |letter: char| PutItem::new(letter.to_string(), vec![b'.'; 99]);
    let items = ALPHABET.chars().map(item).collect();
    run.put(record, items, run.token()).await?;
    run.delete(
        record,
        Predicate::Keys(vec!["e".into(), "f".into()]),
        run.token(),
    )
    .await?;
    let left = ALPHABET.replace("ef", "");
    let backwards: String = left.chars().rev().collect();
    for (direction, expected) in [
        (Direction::Forward, &left),
        (Direction::Reverse, &backwards),
    ] {
        for (page_size_bytes, item_limit, most) in [
            (None, Some(1), 1),
            (None, Some(5), 5),
            (Some(1), None, 1),
            (Some(350), None, 3),
            (Some(1 << 20), None, 26),
        ] {
            let request = GetItemsRequest {
                direction,
                selection: Selection {
                    page_size_bytes,
                    item_limit,
                    values: Values::All,
                },
                ..run.asks(record, Predicate::All)
            };
            let first = run.kv.get_items(request.clone()).await?;
            assert!(
                (1..=most).contains(&first.items.len()),
                "{}",
                first.items.len()
            );
            let (items, pages) = run.read(request).await?;
            assert_eq!(&joined(&items), expected, "pages join up");
            assert!(pages >= left.len().div_ceil(most), "in no larger pages");
        }
    }
    Ok(())
}

pub(super) async fn pages_of_keys_join_up(run: &Run) -> Result<(), KvError> {
    let record = "pages-of-keys";
    run.put(record, letters(ALPHABET), run.token()).await?;
    let wanted = "zxvtrpnljhfdb";
    let keys = wanted.chars().map(|letter| Bytes::from(letter.to_string()));
    let predicate = Predicate::Keys(keys.collect());
    let forwards: String = wanted.chars().rev().collect();
    for (direction, expected) in [
        (Direction::Forward, forwards.as_str()),
        (Direction::Reverse, wanted),
    ] {
        for limit in [1, 4, 100] {
            let request = GetItemsRequest {
                direction,
                selection: Selection {
                    item_limit: Some(limit),
                    ..Selection::default()
                },
                ..run.asks(record, predicate.clone())
            };
            let (items, pages) = run.read(request).await?;
            assert_eq!(joined(&items), expected, "pages join up");
            assert!(pages >= wanted.len().div_ceil(limit), "in no larger pages");
        }
    }
    Ok(())
}

pub(super) async fn values_can_be_left_out(run: &Run) -> Result<(), KvError> {
    let record = "keys-only";
    let large = noise(2 * super::CHUNK_OVER_BYTES, 1);
    let items = vec![PutItem::new("a", "small"), PutItem::new("b", large.clone())];
    run.put(record, items, run.token()).await?;
    for (values, expected) in [
        (Values::All, [Some(5), Some(large.len())]),
        (Values::Small, [Some(5), None]),
        (Values::None, [None, None]),
    ] {
        let request = GetItemsRequest {
            selection: Selection {
                values,
                ..Selection::default()
            },
            ..run.asks(record, Predicate::All)
        };
        let (items, _) = run.read(request).await?;
        let found = items
            .iter()
            .map(|item| item.value.as_ref().map(|value| value.bytes.len()));
        assert!(found.eq(expected), "{values:?}");
        let sizes = items.iter().map(|item| item.metadata.bytes as usize);
        assert!(sizes.eq([5, large.len()]), "sizes are told all the same");
    }
    Ok(())
}

fn is_wrong<T>(answer: &Result<T, KvError>) -> bool {
    matches!(answer, Err(KvError::WrongPageToken { .. }))
}

pub(super) async fn tokens_are_for_their_request(run: &Run, other: &Run) -> Result<(), KvError> {
    let record = "tokens";
    for run in [run, other] {
        run.put(record, letters("abc"), run.token()).await?;
    }
    let request = GetItemsRequest {
        selection: Selection {
            item_limit: Some(1),
            ..Selection::default()
        },
        ..run.asks(record, Predicate::All)
    };
    let token = run.kv.get_items(request.clone()).await?.next_page_token;
    let token = token.expect("one item of three is not all");
    let with = |request: &GetItemsRequest, token: &PageToken| GetItemsRequest {
        page_token: Some(token.clone()),
        ..request.clone()
    };
    let elsewhere = GetItemsRequest {
        namespace: other.namespace.clone(),
        ..with(&request, &token)
    };
    let foreign = run.kv.get_items(elsewhere).await;
    assert!(
        matches!(foreign, Err(KvError::ForeignPageToken { .. })),
        "another namespace's token is refused: {foreign:?}"
    );
    let other_record = run.asks("pages", Predicate::All);
    let backwards = GetItemsRequest {
        direction: Direction::Reverse,
        ..request.clone()
    };
    let other_range = run.asks(record, Predicate::Prefix("a".into()));
    for request in [other_record, backwards, other_range] {
        let wrong = run.kv.get_items(with(&request, &token)).await;
        assert!(
            is_wrong(&wrong),
            "another request's token is refused: {wrong:?}"
        );
    }
    for junk in [&b""[..], b"junk", &[0; 64]] {
        let junk = PageToken::from_bytes(junk.to_vec());
        let wrong = run.kv.get_items(with(&request, &junk)).await;
        assert!(is_wrong(&wrong), "junk is refused: {wrong:?}");
    }
    let rest = GetItemsRequest {
        selection: Selection::default(),
        ..with(&request, &token)
    };
    let rest = run.kv.get_items(rest).await?;
    assert_eq!(
        joined(&rest.items),
        "bc",
        "a page's size may change on the way"
    );
    Ok(())
}
