//! Numbers as apps have them: signed, as is natural in Kotlin and Swift.

/// A number of the diary's, for an app.
pub(crate) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A number of an app's, for the diary. One below zero becomes one that is refused as too large.
pub(crate) fn unsigned(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
