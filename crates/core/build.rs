//! Turns the exercises in `catalogue/` into Rust, so that an app parses nothing at run time.
//!
//! Adding a file adds an exercise. Every fault found is one line that names the file and the field.

use std::path::Path;

use lissom_texts::source::{read, write};

#[path = "src/catalogue/source.rs"]
mod source;

#[expect(dead_code, unreachable_pub, reason = "the library uses what the checks do not")]
#[path = "src/exercise.rs"]
mod exercise;

/// FNV-1a: tells two catalogues apart, and is no defence against anybody.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn main() {
    for path in ["build.rs", "catalogue", "src/exercise.rs", "src/catalogue/source.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    lissom_texts::source::build();
    let checked = read(Path::new("catalogue")).and_then(|files| source::check(&files));
    let exercises = checked.and_then(|exercises| {
        let rust = source::rust(&exercises);
        let [a, b, c, d] = [48, 32, 16, 0].map(|shift| (digest(&rust) >> shift) & 0xffff);
        let digest = format!("pub(super) const DIGEST: u64 = 0x{a:04x}_{b:04x}_{c:04x}_{d:04x};");
        write("catalogue.rs", &format!("{rust}\n/// Changes with anything above.\n{digest}\n"))
    });
    // Cargo shows each as an error of its own and fails the build.
    for problem in exercises.err().into_iter().flatten() {
        println!("cargo::error={problem}");
    }
}
