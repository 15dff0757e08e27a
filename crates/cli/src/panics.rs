//! Panics. Those inside Automerge are contained by the diary, and nobody needs to see them; any other is a bug that
//! ends the command, and costs nothing that was saved.

use std::cell::RefCell;
use std::io::Write as _;
use std::panic::UnwindSafe;
use std::process::ExitCode;

use crate::texts::{Lang, failure};

/// Exit code of an internal error, as in `sysexits.h`.
const SOFTWARE: u8 = 70;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps panics from printing; remembers where the last one of each thread was.
pub(crate) fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        LAST.set(place);
    }));
}

/// Runs the program; says so in one line if it panics. Never the panic's own text: it could hold what was recorded.
pub(crate) fn contain(lang: Lang, run: impl FnOnce() -> ExitCode + UnwindSafe) -> ExitCode {
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        let place = LAST.take();
        let said = failure::INTERNAL.with("place", place).say(lang);
        drop(writeln!(std::io::stderr(), "lissom: {said}"));
        ExitCode::from(SOFTWARE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_in_its_own_exit_code() {
        let code = contain(Lang::Pseudo, || panic!("a note that nobody must see"));
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(SOFTWARE)));
    }
}
