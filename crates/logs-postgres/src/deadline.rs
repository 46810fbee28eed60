//! Deadlines of calls.

use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::time::{Instant, Sleep, sleep_until};

/// Ends work at a time. The timer belongs to a connection and stays set between calls. To set a
/// timer for each call would wake the thread of the network each time.
#[derive(Debug)]
pub(crate) struct Deadline(Pin<Box<Sleep>>);

impl Deadline {
    /// A deadline that is not set.
    pub(crate) fn new() -> Self {
        Self(Box::pin(sleep_until(Instant::now())))
    }

    /// Does the work, or drops it at `end`.
    pub(crate) async fn run_until<T>(
        &mut self,
        end: Instant,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        if self.0.deadline() > end {
            self.0.as_mut().reset(end);
        }
        std::future::poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            while self.0.as_mut().poll(context).is_ready() {
                if Instant::now() >= end {
                    return Poll::Ready(None);
                }
                // An earlier call set it.
                self.0.as_mut().reset(end);
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::Deadline;

    const LIMIT: Duration = Duration::from_secs(3);

    #[tokio::test(start_paused = true)]
    async fn work_ends_at_its_own_time_whenever_the_alarm_was_set() {
        let mut deadline = Deadline::new();
        let begun = Instant::now();
        assert_eq!(deadline.run_until(begun + LIMIT, ready(1)).await, Some(1));
        for pause in [0, 2, 5, 1] {
            sleep(Duration::from_secs(pause)).await;
            let end = Instant::now() + LIMIT;
            let long = sleep(LIMIT - Duration::from_millis(10));
            assert_eq!(deadline.run_until(end, long).await, Some(()));
            let end = Instant::now() + LIMIT;
            assert_eq!(deadline.run_until(end, pending::<()>()).await, None);
            assert!(Instant::now() - end < Duration::from_millis(10));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_limit_holds_after_a_longer_one() {
        let mut deadline = Deadline::new();
        let end = Instant::now() + LIMIT * 10;
        let short = sleep(Duration::from_secs(1));
        assert_eq!(deadline.run_until(end, short).await, Some(()));
        let end = Instant::now() + LIMIT;
        assert_eq!(deadline.run_until(end, pending::<()>()).await, None);
        assert!(Instant::now() - end < Duration::from_millis(10));
    }
}
