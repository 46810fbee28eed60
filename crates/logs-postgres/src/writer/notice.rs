//! Captures warnings of the server. The driver passes notices only to `tracing`. So a subscriber of
//! this module listens during a piece of work.
//!
//! It passes all other events to the caller's subscriber, except spans, of which the driver makes
//! none. There is one side effect. After the first capture, crates that use `tracing` no longer
//! fall back on `log`, in a program without a subscriber.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::LazyLock;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, dispatcher};

/// The tracing target of sqlx's server notices.
const TARGET: &str = "sqlx::postgres::notice";

/// There are two dispatchers for the whole process, because each new one makes tracing rebuild all
/// its caches. One of them listens. While only one dispatcher exists, tracing caches the interest
/// of a new callsite for the whole process, as the current thread's default answers. The second
/// dispatcher prevents that.
static SUBSCRIBERS: LazyLock<[Dispatch; 2]> = LazyLock::new(|| {
    [
        Dispatch::new(NoticeSubscriber),
        Dispatch::new(NoticeSubscriber),
    ]
});

thread_local! {
    /// The listener of this thread.
    static LISTENING: RefCell<Option<Listening>> = const { RefCell::new(None) };
}

struct Listening {
    /// The caller's own dispatcher.
    caller: Dispatch,
    warned: bool,
}

/// Runs the work, and returns whether the server warned meanwhile. Only one connection may be used
/// in it. It captures nothing if `tracing` is compiled without warnings.
pub(super) async fn capture_warnings<T>(work: impl Future<Output = T>) -> (T, bool) {
    let mut work = pin!(work);
    let mut warned = false;
    let output = poll_fn(|context| {
        let [subscriber, _] = &*SUBSCRIBERS;
        let listening = Listening {
            caller: dispatcher::get_default(Dispatch::clone),
            warned: false,
        };
        let before = LISTENING.replace(Some(listening));
        let polled = dispatcher::with_default(subscriber, || work.as_mut().poll(context));
        let listened = LISTENING.replace(before);
        warned |= listened.is_some_and(|listened| listened.warned);
        polled
    })
    .await;
    (output, warned)
}

/// Captures warnings, and passes events to the caller's subscriber.
struct NoticeSubscriber;

/// Whether the metadata belongs to a warning of the server.
fn is_warning(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET && *metadata.level() == Level::WARN
}

/// Calls the caller's subscriber, with capture disabled meanwhile.
fn ask_caller<T>(question: impl FnOnce(&Dispatch) -> T) -> Option<T> {
    let listening = LISTENING.take()?;
    let answer = question(&listening.caller);
    LISTENING.set(Some(listening));
    Some(answer)
}

impl Subscriber for NoticeSubscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_warning(metadata) {
            Interest::sometimes()
        } else {
            // Other subscribers may want more, so tracing asks again.
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_warning(metadata)
            || (!metadata.is_span()
                && ask_caller(|caller| caller.enabled(metadata)).unwrap_or_default())
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        if is_warning(metadata) {
            LISTENING.with_borrow_mut(|listening| {
                if let Some(listening) = listening {
                    listening.warned = true;
                }
            });
        }
        ask_caller(|caller| {
            if caller.enabled(metadata) {
                caller.event(event);
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::instrument::WithSubscriber;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

    use super::capture_warnings;

    /// The subscriber of an application with a maximum level.
    #[derive(Clone)]
    struct Application(Level, Arc<Mutex<Vec<Level>>>);

    impl Subscriber for Application {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() <= self.0
        }

        fn event(&self, event: &Event<'_>) {
            self.1.lock().unwrap().push(*event.metadata().level());
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    /// The code of the driver for a notice.
    fn tell(level: Level) {
        // A separate macro for each level, as in the driver.
        match level {
            Level::WARN if tracing::enabled!(target: "sqlx::postgres::notice", Level::WARN) => {
                tracing::event!(target: "sqlx::postgres::notice", Level::WARN, message = "w");
            }
            Level::INFO if tracing::enabled!(target: "sqlx::postgres::notice", Level::INFO) => {
                tracing::event!(target: "sqlx::postgres::notice", Level::INFO, message = "i");
            }
            _ => {}
        }
    }

    async fn work(levels: &[Level]) {
        for level in levels {
            tokio::task::yield_now().await;
            tell(*level);
        }
        tracing::warn!("of somebody else");
    }

    /// The driver's code for a warning, at a callsite of its own.
    fn newcomer() {
        if tracing::enabled!(target: "sqlx::postgres::notice", Level::WARN) {
            tracing::event!(target: "sqlx::postgres::notice", Level::WARN, message = "w");
        }
    }

    #[tokio::test]
    async fn warnings_are_heard_whatever_the_application_listens_to() {
        // The very first warning comes while no subscriber listens.
        capture_warnings(async {}).await;
        newcomer();
        assert!(capture_warnings(async { newcomer() }).await.1);

        let silent = async || {
            assert!(!capture_warnings(work(&[Level::INFO])).await.1);
            assert!(capture_warnings(work(&[Level::INFO, Level::WARN])).await.1);
            assert!(
                !capture_warnings(work(&[])).await.1,
                "another's warning is not heard"
            );
        };
        silent().await;
        for (level, expected) in [
            (Level::ERROR, vec![]),
            (Level::WARN, vec![Level::WARN; 4]),
            (Level::TRACE, {
                let told = [Level::INFO, Level::WARN];
                [&told[..], &told, &[Level::WARN; 2]].concat()
            }),
        ] {
            let told = Arc::default();
            let application = Dispatch::new(Application(level, Arc::clone(&told)));
            silent().with_subscriber(application).await;
            assert_eq!(*told.lock().unwrap(), expected, "{level}");
        }
        silent().await;
    }

    #[tokio::test]
    async fn each_hears_its_own() {
        let both = tokio::join!(
            capture_warnings(work(&[Level::INFO])),
            capture_warnings(work(&[Level::WARN]))
        );
        assert_eq!((both.0.1, both.1.1), (false, true));
    }
}
