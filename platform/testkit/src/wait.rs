//! Waiting for something to become true, without guessing how long it takes.

use std::future::Future;
use std::time::Duration;

/// The pause between looks: short beside what a person notices, long beside a look.
const PAUSE: Duration = Duration::from_millis(5);

/// The condition did not come true in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitError {
    /// How long it was given.
    pub within: Duration,
}

impl std::fmt::Display for WaitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "it did not come true within {:?}", self.within)
    }
}

impl std::error::Error for WaitError {}

/// Looks at once and then every few milliseconds, until the condition gives a value. A test passes as soon
/// as it can, and `within` matters only to one that fails, so it can be generous.
///
/// Where the code under test can tell (a channel, a `Notify`, a join handle), wait for that instead: this is
/// for what can only be asked, such as another process's port or a file.
///
/// # Errors
/// [`WaitError`] when it never did.
pub async fn wait_until<T, F, Fut>(within: Duration, mut condition: F) -> Result<T, WaitError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let looks = async {
        let mut pauses = tokio::time::interval(PAUSE);
        loop {
            pauses.tick().await;
            if let Some(value) = condition().await {
                return value;
            }
        }
    };
    tokio::time::timeout(within, looks)
        .await
        .map_err(|_| WaitError { within })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn gives_the_value_once_there_is_one() {
        let mut looks = 0;
        let found = wait_until(Duration::from_mins(1), || {
            looks += 1;
            let value = (looks == 3).then_some("there");
            async move { value }
        });
        assert_eq!(found.await, Ok("there"));
        assert_eq!(looks, 3);
    }

    #[tokio::test]
    async fn gives_up_in_time() {
        let within = Duration::from_millis(20);
        let never = wait_until(within, || async { None::<()> });
        assert_eq!(never.await, Err(WaitError { within }));
    }
}
