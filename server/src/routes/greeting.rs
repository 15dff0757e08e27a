//! For whoever opens the relay's address in a browser.

/// A line of text.
pub(crate) async fn greeting() -> &'static str {
    "This is a Lissom relay: it keeps sealed exercise diaries in order and cannot read them.\n"
}
