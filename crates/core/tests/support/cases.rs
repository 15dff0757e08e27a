//! How many cases a property is held against.

/// So many in an ordinary run; those of `PROPTEST_CASES` where that asks for more.
pub(crate) fn cases(ordinary: u32) -> proptest::test_runner::Config {
    /// What proptest runs when nobody asks for anything.
    const UNASKED: u32 = 256;
    let asked = proptest::test_runner::Config::default();
    let more = if asked.cases == UNASKED { 0 } else { asked.cases };
    proptest::test_runner::Config { cases: ordinary.max(more), ..asked }
}
