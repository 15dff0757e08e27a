//! Figures of the relay: durable appends against the bare disk, pokes, and memory at rest and for each watcher.
//!
//! `cargo bench -p lissom-tests --bench relay`, with `-- --quick` for a few seconds of it. Runs the real program and
//! loads it over loopback with counted work, so it ends by itself. Nothing of the times is asserted.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a bench stops where it fails, prints, and counts no further than thousands"
)]

#[cfg(target_os = "linux")]
mod appends;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod people;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
#[path = "../support/figures.rs"]
mod support;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(target_os = "linux")]
fn main() {
    let options = support::Options::read();
    let program = process::build();
    let mut table = support::Table::begin("a relay on loopback");
    memory::measure(&mut table, &program, options);
    appends::measure(&mut table, &program, options);
    table.print();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("these figures are measured on Linux, which tells what a process uses");
}
