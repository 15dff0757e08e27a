//! The power goes, or the disk breaks, under the real program.
#![cfg(all(target_os = "linux", feature = "demo"))]
#![cfg_attr(
    all(target_os = "linux", feature = "demo"),
    expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::print_stdout,
        clippy::panic,
        reason = "a test stops where it fails, and says what it counted"
    )
)]

mod cuts;
mod faults;
mod phone;
