//! Faults of this library: caught where they happen, told by their place and nothing else.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::error::LissomError;
use crate::logging::{LogLevel, log};

/// How the threads of this library are named.
pub(crate) const THREADS: &str = "lissom-";

/// Runs work; a panic becomes an error.
///
/// What a panic leaves behind is sound: a transaction that was open is rolled back, and what belonged to it in memory was
/// dropped with it.
pub(crate) fn contained<T>(work: impl FnOnce() -> Result<T, LissomError>) -> Result<T, LissomError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(LissomError::internal("internal.panic")))
}

/// From now on a panic in a thread of this library is logged by its place. Its message may hold a person's words and goes
/// nowhere; panics of the app's own Rust code are left to whatever hook there was.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let ours = std::thread::current().name().is_some_and(|name| name.starts_with(THREADS));
            if ours { log(LogLevel::Error, "panic", &place(info)) } else { before(info) }
        }));
    });
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(|| "unknown".to_owned(), |at| format!("{}:{}", at.file(), at.line()))
}
