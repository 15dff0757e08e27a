//! The vectors in `vectors/`, for other implementations: every one is run through the real functions here, and through an
//! implementation in Python that shares no code with this one (`just vectors`).
//!
//! What is refused, and for which reason, is written down in [`make`] by hand. What is given back was computed here when
//! the files were written, and is the same only if Python agrees. `UPDATE_GOLDEN=1` writes the files anew.
#![expect(clippy::needless_pass_by_value, reason = "`json!` is a value, and reads better without an ampersand")]
#![cfg(test)]

mod bytes;
mod check;
mod make;
mod sealed_elsewhere;
mod vector;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::vector::{Refusal, Vectors};

const POSITIVE_LEAST: usize = 60;
const NEGATIVE_LEAST: usize = 200;

fn path(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "vectors", &format!("{file}.json")].iter().collect()
}

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(file)).unwrap()).unwrap()
}

type Make = fn() -> Vectors;

/// Each file, and what writes it.
const FILES: [(&str, Make); 8] = [
    ("keys", make::keys::all),
    ("phrase", make::phrase::all),
    ("payload", make::payload::all),
    ("entry", make::entry::all),
    ("chain", make::chain::all),
    ("challenge", make::challenge::all),
    ("token", make::token::all),
    ("statement", make::statement::all),
];

#[test]
fn the_vectors_are_as_ever() {
    for (file, make) in FILES {
        let now = format!("{:#}\n", json!({ "vectors": make().0 }));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path(file), &now).unwrap();
        }
        // Not `assert_eq`: a difference of a hundred kilobytes says nothing.
        let kept = std::fs::read_to_string(path(file)).unwrap();
        let line = kept.lines().zip(now.lines()).position(|(a, b)| a != b);
        assert!(kept == now, "vectors/{file}.json differs, first at line {line:?} from 0; see the head of this test");
    }
}

#[test]
fn every_vector_holds() {
    let (mut positive, mut negative, mut wrong, mut names) = (0, 0, Vec::new(), BTreeSet::new());
    for (file, _) in FILES {
        for vector in read(file)["vectors"].as_array().unwrap() {
            let name = format!("{file}: {}", vector["name"].as_str().unwrap());
            let found = check::run(vector["check"].as_str().unwrap(), &vector["input"]);
            let right = match vector.get("expect") {
                Some(expected) => Ok(expected.clone()),
                None => Err(Refusal::from_json(vector)),
            };
            *if right.is_ok() { &mut positive } else { &mut negative } += 1;
            if found.as_ref().map_err(Refusal::as_pair) != right.as_ref().map_err(Refusal::as_pair) {
                wrong.push(format!("{name}: should be {right:?} but is {found:?}"));
            }
            assert!(names.insert(name.clone()), "{name} stands there twice");
        }
    }
    assert!(wrong.is_empty(), "{} vectors do not hold:\n{}", wrong.len(), wrong.join("\n"));
    assert!(positive >= POSITIVE_LEAST && negative >= NEGATIVE_LEAST, "{positive} positive, {negative} negative");
}
