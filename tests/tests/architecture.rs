//! The rules of the house, read from the sources and from `cargo metadata`.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may use whom: every crate of ours with all it may depend on, tests apart.
const ARROWS: &[(&str, &[&str])] = &[
    ("lissom-texts", &[]),
    ("lissom-core", &["lissom-texts"]),
    ("lissom-protocol", &[]),
    ("lissom-sync", &["lissom-protocol"]),
    ("lissom-diary", &["lissom-core", "lissom-sync", "lissom-texts"]),
    ("lissom-ffi", &["lissom-diary"]),
    ("lissom-cli", &["lissom-diary", "lissom-relay", "lissom-texts"]),
    ("lissom-relay", &["lissom-protocol"]),
    ("lissom-shim", &[]),
    ("lissom-postgres", &[]),
    ("lissom-tests", &["lissom-core", "lissom-protocol", "lissom-sync", "lissom-diary", "lissom-relay"]),
];

/// Crates that can decrypt: the relay must have none of them, however far down.
const DECRYPT: &[&str] =
    &["chacha20poly1305", "chacha20", "aes", "aes-gcm", "aead", "hpke", "lissom-sync", "lissom-core", "automerge"];

/// Names that say nothing.
const BANNED_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "types", "manager", "mod"];

/// Most lines of a source file.
const LINES_MAX: usize = 800;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).exec().unwrap()
}

fn sources() -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> =
        ["crates", "server", "tests", "bindings"].iter().map(|name| root().join(name)).collect();
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    assert!(files.len() > 80, "the sources are there");
    files
}

#[test]
fn dependencies_follow_the_arrows() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut seen = BTreeSet::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let (_, allowed) =
            ARROWS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| unreachable!("{name} has no arrows"));
        seen.insert(name.to_owned());
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            if ours.contains(to) && dependency.kind != DependencyKind::Development {
                assert!(allowed.contains(&to), "{name} must not use {to}");
            }
        }
    }
    assert_eq!(seen.len(), ARROWS.len());
}

#[test]
fn the_command_line_uses_the_relay_for_the_demo_alone() {
    let metadata = metadata();
    let cli = metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == "lissom-cli").unwrap();
    let relay = cli.dependencies.iter().find(|d| d.name == "lissom-relay" && d.kind == DependencyKind::Normal);
    assert!(relay.is_some_and(|relay| relay.optional));
}

#[test]
fn the_relay_has_no_dependency_that_decrypts() {
    let metadata = metadata();
    let resolve = metadata.resolve.as_ref().unwrap();
    let names: BTreeMap<_, &str> = metadata.packages.iter().map(|p| (&p.id, p.name.as_str())).collect();
    let relay = metadata.packages.iter().find(|package| package.name.as_str() == "lissom-relay").unwrap();
    let (mut open, mut seen) = (vec![&relay.id], BTreeSet::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = resolve.nodes.iter().find(|node| node.id == *id).unwrap();
        // Inside `rand`, that cipher's stream is where random numbers come from, and nobody else can reach it.
        let is_random = |d: &cargo_metadata::NodeDep| names.get(id) == Some(&"rand") && d.name == "chacha20";
        let real = |d: &&cargo_metadata::NodeDep| {
            !is_random(d) && d.dep_kinds.iter().any(|k| k.kind != DependencyKind::Development)
        };
        open.extend(node.deps.iter().filter(real).map(|dependency| &dependency.pkg));
    }
    let seen: BTreeSet<&str> = seen.into_iter().filter_map(|id| names.get(id).copied()).collect();
    assert!(seen.contains("axum") && seen.contains("lissom-protocol"), "the graph was walked");
    for bad in DECRYPT {
        assert!(!seen.contains(bad), "the relay depends on {bad}");
    }
}

#[test]
fn automerge_is_named_in_one_module_only() {
    for file in sources() {
        let path = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let inside = path.starts_with("crates/core/src/document") || path.starts_with("tests/");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(inside || !text.contains("automerge::"), "{path} uses Automerge");
    }
}

#[test]
fn files_are_short_and_their_names_say_something() {
    for file in sources() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!BANNED_NAMES.contains(&name.as_str()), "{} says nothing", file.display());
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines, the most is {LINES_MAX}", file.display());
    }
}

#[test]
fn nothing_is_unfinished_ignored_or_asleep() {
    let words = [
        ["to", "do!("].concat(),
        ["unimple", "mented!("].concat(),
        ["#[ign", "ore"].concat(),
        ["should_", "panic"].concat(),
    ];
    let sleeps = ["thread::", "sleep("].concat();
    for file in sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in &words {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
        // A bench waits for memory to settle; a test waits for a signal.
        let has = |name: &str| file.components().any(|part| part.as_os_str() == name);
        let is_test = has("tests") && !has("benches");
        assert!(!is_test || !text.contains(&sleeps), "{} sleeps", file.display());
    }
}

#[test]
fn panics_unwind_everywhere() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("panic = \"unwind\"") && !manifest.contains("panic = \"abort\""));
}

#[test]
fn every_pure_crate_bans_what_is_impure() {
    for name in ["texts", "core", "protocol", "sync"] {
        let text = std::fs::read_to_string(root().join("crates").join(name).join("clippy.toml")).unwrap();
        for word in ["SystemTime", "HashMap", "thread::spawn", "env::var", "TcpStream", "fs::File"] {
            assert!(text.contains(word), "{name} does not ban {word}");
        }
    }
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let mut documents: Vec<PathBuf> = ["README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG", "SECURITY"]
        .iter()
        .map(|name| root().join(format!("{name}.md")))
        .collect();
    let mut open = vec![root().join("docs")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                documents.push(path);
            }
        }
    }
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") || path.contains(' ') {
                continue;
            }
            assert!(document.parent().unwrap().join(path).exists(), "{}: {target} is not there", document.display());
        }
    }
}

#[test]
fn the_map_of_the_house_fits_a_window() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    // Tables and drawings cannot be wrapped.
    let prose = text.lines().enumerate().filter(|(_, line)| !line.starts_with('|'));
    let long: Vec<_> = prose.filter(|(_, line)| line.chars().count() > 130).map(|(at, _)| at + 1).collect();
    assert_eq!(long, Vec::<usize>::new(), "lines over 130 characters");
}

/// `.cargo/config.toml` says how; a variable of the same name in the environment would take its place without a word.
#[test]
fn sqlite_is_built_without_what_nobody_uses() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let mut query = connection.prepare("SELECT compile_options FROM pragma_compile_options").unwrap();
    let options: BTreeSet<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for wanted in ["DEFAULT_MEMSTATUS=0", "OMIT_LOAD_EXTENSION", "OMIT_JSON", "OMIT_SHARED_CACHE"] {
        assert!(options.contains(wanted), "{wanted} is not set: {options:?}");
    }
    for unwanted in ["ENABLE_FTS3", "ENABLE_FTS5", "ENABLE_RTREE", "ENABLE_DBSTAT_VTAB", "ENABLE_STAT4"] {
        assert!(!options.contains(unwanted), "{unwanted} is set");
    }
}
