//! Bytes are for ever: how records are written, what a change looks like, and what a state hashes to, compared with
//! `golden/records.txt`.
//!
//! A difference means that other devices, or this one tomorrow, read something else than what was written. For a new
//! version of a format, `UPDATE_GOLDEN=1 cargo test -p lissom-core --test golden` writes the file anew.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its golden file; the crate reads none"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use lissom_core::check_in::CheckInValues;
use lissom_core::device::{DeviceValues, device_key};
use lissom_core::document::{Document, Put, Writer};
use lissom_core::dose::{AnswerValues, DayOffValues};
use lissom_core::measure::MeasureValues;
use lissom_core::moment::uuid7;
use lissom_core::own_exercise::OwnExerciseValues;
use lissom_core::plan::PlanValues;
use lissom_core::record::{Values, doc_of, to_fields};
use lissom_core::result::{ResultValues, SessionValues};
use lissom_core::screening::{CautionValues, ClearanceValues, ScreeningValues};
use lissom_core::value::{Value, encode};
use sha2::{Digest, Sha256};

const AT_MS: i64 = 1_795_333_458_123;

/// Values with every field given: each in turn its smallest allowed, a word of its choices, or its own name.
fn full<V: Values>() -> V {
    use lissom_core::record::Form;
    let mut values = V::default();
    for field in V::FIELDS {
        values.set(
            field.name,
            match field.form {
                Form::Int(range) => Value::Int(range.min.max(range.max.min(7))),
                Form::Text(_) => Value::Text(field.name.to_owned()),
                Form::Choice(words) => Value::Text((*words.first().unwrap()).to_owned()),
                Form::Ints(range, _) => Value::Array(vec![Value::Int(range.min), Value::Int(range.max.min(7))]),
                Form::Texts(..) => Value::Array(vec![Value::Text(field.name.to_owned())]),
                Form::Rows(_) => Value::Array(vec![Value::Map(BTreeMap::from([
                    (0, Value::Int(7)),
                    (1, Value::Text(field.name.to_owned())),
                ]))]),
            },
        );
    }
    values
}

fn lines() -> String {
    let mut text = String::new();
    let session = format!("s:{}", uuid7(AT_MS, [1; 10]));
    let records = [
        (session.clone(), encode(&to_fields(&full::<SessionValues>()))),
        (format!("{session}.r0a1b2c3d"), encode(&to_fields(&full::<ResultValues>()))),
        (format!("c:{}", uuid7(AT_MS, [2; 10])), encode(&to_fields(&full::<CheckInValues>()))),
        (device_key(&[3; 16]), encode(&to_fields(&full::<DeviceValues>()))),
        (format!("m:{}", uuid7(AT_MS, [4; 10])), encode(&to_fields(&full::<MeasureValues>()))),
        (format!("t:{}", uuid7(AT_MS, [5; 10])), encode(&to_fields(&full::<ScreeningValues>()))),
        (format!("k:{}", uuid7(AT_MS, [6; 10])), encode(&to_fields(&full::<CautionValues>()))),
        (format!("l:{}", uuid7(AT_MS, [7; 10])), encode(&to_fields(&full::<ClearanceValues>()))),
        (format!("p:{}", uuid7(AT_MS, [8; 10])), encode(&to_fields(&full::<PlanValues>()))),
        (format!("a:{}", uuid7(AT_MS, [9; 10])), encode(&to_fields(&full::<AnswerValues>()))),
        (format!("f:{}", uuid7(AT_MS, [10; 10])), encode(&to_fields(&full::<DayOffValues>()))),
        (format!("e:{}", uuid7(AT_MS, [11; 10])), encode(&to_fields(&full::<OwnExerciseValues>()))),
    ];
    let mut document = Document::new();
    for (key, value) in records {
        writeln!(text, "{key} in {} = {}", doc_of(&key), HEXLOWER.encode(&value)).unwrap();
        let puts = [
            Put::Record { key: key.clone(), value },
            Put::Field { key: key.clone(), field: "deleted_at".into(), value: Value::Int(AT_MS) },
            Put::Field { key: key.clone(), field: "note".into(), value: Value::Text("edited".into()) },
            Put::Field { key, field: "deleted_at".into(), value: Value::Null },
        ];
        let written = document.write(Writer([9; 16]), &puts).unwrap().unwrap();
        writeln!(text, "change = {}", HEXLOWER.encode(&written.change.bytes)).unwrap();
    }
    let mut hash = Sha256::new();
    document.hash_state(&mut hash);
    writeln!(text, "state = {}", HEXLOWER.encode(&hash.finalize())).unwrap();
    text
}

#[test]
fn records_changes_and_state() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/records.txt");
    let now = lines();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), now);
}

#[test]
fn a_golden_change_is_still_taken_in() {
    let golden = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/records.txt")).unwrap();
    let changes = golden.lines().filter_map(|line| line.strip_prefix("change = "));
    let body: Vec<u8> = changes.flat_map(|hex| HEXLOWER.decode(hex.as_bytes()).unwrap()).collect();
    let changes: Vec<_> = lissom_core::document::split(&body).into_iter().map(Result::unwrap).collect();
    let mut document = Document::new();
    document.apply(&changes);
    let mut hash = Sha256::new();
    document.hash_state(&mut hash);
    assert!(golden.contains(&format!("state = {}", HEXLOWER.encode(&hash.finalize()))));
    assert_eq!(document.records().len(), 12);
}
