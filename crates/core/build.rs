//! Turns the exercises in `catalogue/` into Rust, so that an app parses nothing at run time.
//!
//! Adding a file adds an exercise. Every fault found is one line that names the file and the field.
#![expect(clippy::disallowed_methods, reason = "a build script reads files; the crate does not")]

use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/catalogue/source.rs"]
mod source;

#[expect(dead_code, unreachable_pub, reason = "the library uses what the checks do not")]
#[path = "src/exercise.rs"]
mod exercise;

fn main() {
    for path in ["build.rs", "catalogue", "texts", "src/exercise.rs", "src/catalogue/source.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let checked = read(Path::new("catalogue")).and_then(|files| source::check(&files));
    let exercises = checked.and_then(|exercises| write("catalogue.rs", &source::rust(&exercises)));
    let texts = read(Path::new("texts")).and_then(|files| lissom_texts::source::compile(&files));
    let texts = texts.and_then(|code| write("texts.rs", &code));
    // Cargo shows each as an error of its own and fails the build.
    for problem in [exercises, texts].into_iter().filter_map(Result::err).flatten() {
        println!("cargo::error={problem}");
    }
}

/// The files of a folder as (name without `.toml`, content).
fn read(folder: &Path) -> Result<Vec<(String, String)>, Vec<String>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| vec![format!("{}: {error}", folder.display())])?;
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match (name.strip_suffix(".toml"), fs::read_to_string(&path)) {
            // Editors and desktops leave hidden files behind.
            _ if name.starts_with('.') => {}
            (None, _) => problems.push(format!("{}/{name}: only .toml files belong here", folder.display())),
            (Some(_), Err(error)) => problems.push(format!("{}/{name}: {error}", folder.display())),
            (Some(id), Ok(content)) => files.push((id.to_owned(), content)),
        }
    }
    // Folders list in any order; faults should not.
    files.sort();
    problems.sort();
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

fn write(name: &str, code: &str) -> Result<(), Vec<String>> {
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(folder.join(name), code).map_err(|error| vec![format!("writing {name}: {error}")])
}
