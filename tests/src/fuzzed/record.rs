//! Bytes as a record's value, its edits and its key.

use std::collections::BTreeMap;

use lissom_diary::core::check_in::CheckInValues;
use lissom_diary::core::device::DeviceValues;
use lissom_diary::core::dose::{AnswerValues, DayOffValues};
use lissom_diary::core::measure::MeasureValues;
use lissom_diary::core::own_exercise::OwnExerciseValues;
use lissom_diary::core::plan::PlanValues;
use lissom_diary::core::record::{
    DELETED_AT, Record, Values, check_fields, differing, doc_of, is_doc_id, kind_of, session_of, split_key, to_fields,
};
use lissom_diary::core::result::{ResultValues, SessionValues};
use lissom_diary::core::screening::{CautionValues, ClearanceValues, ScreeningValues};
use lissom_diary::core::value::{Fields, Value, decode, encode};

use super::input::Input;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(3) {
        0 => one_form(input.rest()),
        1 => key(&String::from_utf8_lossy(input.rest())),
        _ => {
            let kind = input.byte();
            let edits = input.below(5);
            match kind % 12 {
                0 => read::<SessionValues>(&mut input, edits),
                1 => read::<ResultValues>(&mut input, edits),
                2 => read::<CheckInValues>(&mut input, edits),
                3 => read::<DeviceValues>(&mut input, edits),
                4 => read::<MeasureValues>(&mut input, edits),
                5 => read::<ScreeningValues>(&mut input, edits),
                6 => read::<CautionValues>(&mut input, edits),
                7 => read::<ClearanceValues>(&mut input, edits),
                8 => read::<PlanValues>(&mut input, edits),
                9 => read::<AnswerValues>(&mut input, edits),
                10 => read::<DayOffValues>(&mut input, edits),
                _ => read::<OwnExerciseValues>(&mut input, edits),
            }
        }
    }
}

fn one_form(bytes: &[u8]) {
    let Ok(fields) = decode(bytes) else { return };
    assert!(encode(&fields) == bytes, "a value was taken in another form than its own");
    assert!(decode(&[bytes, &[0]].concat()).is_err(), "a value was taken with a tail");
}

fn key(text: &str) {
    let (key, field) = split_key(text);
    match field {
        Some(field) => assert_eq!(format!("{key}.{field}"), text, "a key and its field are not the whole"),
        None => assert_eq!(key, text),
    }
    assert_eq!(split_key(key), (key, None), "a record's key splits again");
    let kind = kind_of(key);
    assert!(kind.is_none_or(|kind| key.starts_with(kind.letter())), "a kind with another's letter");
    assert!(is_doc_id(&doc_of(key)), "a record without a document");
    assert_eq!(doc_of(session_of(key)), doc_of(key), "a result lives apart from its session");
    if let (Some(_), Some(field)) = (kind, field) {
        assert_eq!(split_key(&format!("{key}.{field}")), (key, Some(field)), "an edit belongs to another record");
    }
}

/// Whatever is stored: what is read keeps to the limits, and written anew it reads the same.
fn read<V: Values + std::fmt::Debug>(input: &mut Input<'_>, edits: usize) {
    let edits: BTreeMap<String, Value> = (0..edits)
        .map(|_| {
            let at = input.below(V::FIELDS.len() + 2);
            let name = V::FIELDS.get(at).map_or(DELETED_AT, |field| field.name).to_owned();
            let value = match input.below(5) {
                0 => Value::Null,
                1 => Value::Bool(true),
                2 => Value::Int(input.number().cast_signed()),
                3 => Value::Text(String::from_utf8_lossy(input.short()).into_owned()),
                _ => Value::Bytes(input.short().to_vec()),
            };
            (name, value)
        })
        .collect();
    let value = value(input);
    let base = decode(&value).ok();
    let record = Record { key: "x:y".to_owned(), value: Some(value), edits };
    let Some((values, passed_over)) = record.read::<V>() else {
        assert!(base.is_none(), "a value that decodes is not read");
        return;
    };
    assert!(check_fields(&values).is_ok(), "what was read is out of its limits");
    let fields = to_fields(&values);
    let bytes = encode(&fields);
    assert!(decode(&bytes) == Ok(fields), "what was read cannot be written");
    let again = Record { key: "x:y".to_owned(), value: Some(bytes), edits: BTreeMap::new() };
    assert!(again.read::<V>() == Some((values.clone(), false)), "written anew, it reads otherwise");
    // The same as edits over nothing, and back.
    let as_edits = |old: &V, new: &V| differing(old, new).into_iter().map(|(name, value)| (name.to_owned(), value));
    let empty = encode(&Fields::new());
    let edited = Record { value: Some(empty), edits: as_edits(&V::default(), &values).collect(), ..again.clone() };
    assert!(edited.read::<V>() == Some((values.clone(), false)), "as edits, it reads otherwise");
    let cleared = Record { edits: as_edits(&values, &V::default()).collect(), ..again };
    assert!(cleared.read::<V>() == Some((V::default(), false)), "what was cleared is still there");
    if record.edits.is_empty()
        && !passed_over
        && let Some(base) = base
    {
        let known = V::FIELDS.iter().filter(|field| base.get(&field.number).is_some_and(|value| *value != Value::Null));
        assert!(
            known.into_iter().all(|field| values.get(field.name).as_ref() == base.get(&field.number)),
            "a field was lost"
        );
    }
}

/// Bytes as they are, or fields put together so that they have the one form.
fn value(input: &mut Input<'_>) -> Vec<u8> {
    if input.byte() & 1 == 0 {
        return input.rest().to_vec();
    }
    let mut fields = Fields::new();
    while !input.is_empty() {
        let number = u64::from(input.byte() % 24);
        fields.insert(number, any(input, 2));
    }
    encode(&fields)
}

fn any(input: &mut Input<'_>, depth: u32) -> Value {
    match input.below(8) {
        0 => Value::Null,
        1 => Value::Bool(input.byte() & 1 == 1),
        2 | 3 => Value::Int(i64::from(input.byte())),
        4 => Value::Int(input.number().cast_signed()),
        5 => Value::Text(String::from_utf8_lossy(input.short()).into_owned()),
        6 if depth > 0 => Value::Array((0..input.below(6)).map(|_| any(input, depth - 1)).collect()),
        7 if depth > 0 => {
            Value::Map((0..input.below(6)).map(|_| (u64::from(input.byte()), any(input, depth - 1))).collect())
        }
        _ => Value::Bytes(input.short().to_vec()),
    }
}
