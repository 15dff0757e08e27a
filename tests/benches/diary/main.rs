//! Figures of a device that keeps ten years: opening, recording, advice, taking in what another device wrote, first sync.
//!
//! `cargo bench -p lissom-tests --bench diary`, with `-- --quick` for one year of it. Times are printed and never
//! asserted; that every row arrived, and that opening loads no document, is.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a bench stops where it fails, prints, and counts no further than thousands"
)]

#[cfg(target_os = "linux")]
mod advising;
#[cfg(target_os = "linux")]
mod clocks;
#[cfg(target_os = "linux")]
mod log_relay;
#[cfg(target_os = "linux")]
mod opening;
#[cfg(target_os = "linux")]
mod recording;
#[cfg(target_os = "linux")]
#[path = "../support/figures.rs"]
mod support;
#[cfg(target_os = "linux")]
mod syncing;
#[cfg(target_os = "linux")]
mod ten_years;

#[cfg(target_os = "linux")]
fn main() {
    use support::{Options, Table};
    use ten_years::{Pace, made};

    if opening::is_child() {
        return;
    }
    let options = Options::read();
    let (event, day) = (made(Pace::Event, options), made(Pace::Day, options));
    let mut table = Table::begin("a diary of ten years");
    syncing::pace(&mut table, &event);
    opening::measure(&mut table, &event, options);
    recording::measure(&mut table, &event, options);
    advising::measure(&mut table, &event, options);
    let receiver = syncing::first(&mut table, &event, Pace::Event, options);
    syncing::one_session(&mut table, &event, receiver, options);
    drop(syncing::first(&mut table, &day, Pace::Day, options));
    table.print();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("these figures are measured on Linux, which tells what a process uses");
}
