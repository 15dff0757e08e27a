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

fn main() {
    for path in ["build.rs", "catalogue", "src/exercise.rs", "src/catalogue/source.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    lissom_texts::source::build();
    let checked = read(Path::new("catalogue")).and_then(|files| source::check(&files));
    let exercises = checked.and_then(|exercises| write("catalogue.rs", &source::rust(&exercises)));
    // Cargo shows each as an error of its own and fails the build.
    for problem in exercises.err().into_iter().flatten() {
        println!("cargo::error={problem}");
    }
}
