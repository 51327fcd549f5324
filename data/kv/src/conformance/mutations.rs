//! Mutations of several records.

use super::run::{Run, letters};
use crate::limits::MAX_KEY_BYTES;
use crate::{KvError, Operation, Predicate, PutItem};

fn puts(keys: &str) -> Vec<Operation> {
    letters(keys).into_iter().map(Operation::Put).collect()
}

pub(super) async fn records_are_mutated_whole(run: &Run) -> Result<(), KvError> {
    let done = run
        .mutate(vec![
            ("one", puts("abc")),
            ("two", puts("de")),
            ("three", vec![]),
        ])
        .await?;
    assert_eq!(
        done.results,
        [Ok(()), Ok(()), Ok(())],
        "one result per record"
    );
    let mut second = puts("f");
    second.push(Operation::Delete(Predicate::Keys(vec![
        "d".into(),
        "x".into(),
    ])));
    let deleted = vec![Operation::Delete(Predicate::All)];
    run.mutate(vec![("one", deleted), ("two", second)]).await?;
    assert_eq!(run.keys("one", Predicate::All).await?, "");
    assert_eq!(run.keys("two", Predicate::All).await?, "ef");
    let mut over = puts("g");
    let long = vec![0; MAX_KEY_BYTES + 1];
    over.push(Operation::Put(PutItem::new(long, "")));
    let refused = run.mutate(vec![("one", puts("h")), ("two", over)]).await;
    assert!(
        matches!(refused, Err(KvError::TooLarge { .. })),
        "an oversized key is refused: {refused:?}"
    );
    let left = [
        run.keys("one", Predicate::All).await?,
        run.keys("two", Predicate::All).await?,
    ];
    assert_eq!(left, ["", "ef"], "and nothing of its request is done");
    let twice = run
        .mutate(vec![("one", puts("a")), ("one", puts("b"))])
        .await;
    assert!(
        matches!(twice, Err(KvError::Invalid { .. })),
        "a record is mutated once: {twice:?}"
    );
    assert_eq!(run.mutate(vec![]).await?.results, [], "nothing is fine");
    Ok(())
}

pub(super) async fn ranges_go_first(run: &Run) -> Result<(), KvError> {
    let record = "rounds";
    for round in ["abc", "bcd", "z"] {
        let mut operations = puts(round);
        operations.push(Operation::Delete(Predicate::All));
        run.mutate(vec![(record, operations)]).await?;
        assert_eq!(
            run.keys(record, Predicate::All).await?,
            round,
            "a record is replaced whole"
        );
    }
    let mut operations = puts("z");
    operations.push(Operation::Delete(Predicate::key("z")));
    operations.push(Operation::Delete(Predicate::key("y")));
    operations.extend(puts("y"));
    run.mutate(vec![(record, operations)]).await?;
    assert_eq!(
        run.keys(record, Predicate::All).await?,
        "y",
        "of each key the last operation stands"
    );
    Ok(())
}
