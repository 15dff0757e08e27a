//! How anything is kept, so that it merges.
//!
//! Every value sits at a document's root under a key of its own. A record's value is one CBOR map, **written once
//! and never rewritten**; an edit puts one scalar at `<key>.<field>`, deleting puts `<key>.deleted_at`, restoring
//! puts null there, and the reader lays these over the value. So edits of different fields both stand, of two
//! edits of one field the later one (Automerge's order, equal on every device) wins, a delete never hides a
//! concurrent edit, a record imported twice is the same record, and fields that this version does not know
//! survive because nothing is rewritten.

mod dated;

use std::collections::BTreeMap;

pub use crate::record::dated::Dated;

use crate::check_in::CheckInValues;
use crate::device::DeviceValues;
use crate::dose::{AnswerValues, DayOffValues};
use crate::measure::MeasureValues;
use crate::moment::{uuid7_ms, uuid7_year};
use crate::own_exercise::OwnExerciseValues;
use crate::plan::PlanValues;
use crate::refusal::{Reason, Refusal};
use crate::result::{ResultValues, SessionValues};
use crate::scale::Range;
use crate::screening::{CautionValues, ClearanceValues, ScreeningValues};
use crate::value::{Fields, Value, decode, encode};

/// Name of the field that says when a record was deleted, in milliseconds since 1970; null once restored.
pub const DELETED_AT: &str = "deleted_at";

/// The kinds of records that this version reads. Others are kept as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `s:<uuid7>`: header of a session.
    Session,
    /// `s:<uuid7>.r<8 hex>`: one exercise's result in a session.
    Result,
    /// `c:<uuid7>`: how the person is.
    CheckIn,
    /// `d:<32 hex>`: a device's name.
    Device,
    /// `m:<uuid7>`: a measure, such as a questionnaire's answers.
    Measure,
    /// `t:<uuid7>`: answers to the safety questions.
    Screening,
    /// `k:<uuid7>`: a caution that keeps some exercises away.
    Caution,
    /// `l:<uuid7>`: a professional's clearance of screening results.
    Clearance,
    /// `p:<uuid7>`: a version of a plan.
    Plan,
    /// `a:<uuid7>`: an answer to a proposal.
    Answer,
    /// `f:<uuid7>`: a flare, or days off.
    DayOff,
    /// `e:<uuid7>`: an exercise of the person's own.
    OwnExercise,
}

impl Kind {
    /// The letter that keys of this kind begin with; a result's key begins with its session's.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Session | Self::Result => "s",
            Self::CheckIn => "c",
            Self::Device => "d",
            Self::Measure => "m",
            Self::Screening => "t",
            Self::Caution => "k",
            Self::Clearance => "l",
            Self::Plan => "p",
            Self::Answer => "a",
            Self::DayOff => "f",
            Self::OwnExercise => "e",
        }
    }

    /// The fields of this kind, by number.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Session => SessionValues::FIELDS,
            Self::Result => ResultValues::FIELDS,
            Self::CheckIn => CheckInValues::FIELDS,
            Self::Device => DeviceValues::FIELDS,
            Self::Measure => MeasureValues::FIELDS,
            Self::Screening => ScreeningValues::FIELDS,
            Self::Caution => CautionValues::FIELDS,
            Self::Clearance => ClearanceValues::FIELDS,
            Self::Plan => PlanValues::FIELDS,
            Self::Answer => AnswerValues::FIELDS,
            Self::DayOff => DayOffValues::FIELDS,
            Self::OwnExercise => OwnExerciseValues::FIELDS,
        }
    }
}

/// One field of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its number in the record's value, for ever.
    pub number: u64,
    /// Its name in edits, JSON and refusals.
    pub name: &'static str,
    /// What it may hold.
    pub form: Form,
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A whole number in a range.
    Int(Range),
    /// A text of at most so many bytes.
    Text(usize),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Whole numbers in a range, at most so many.
    Ints(Range, usize),
    /// Texts, at most so many, each of at most so many bytes.
    Texts(usize, usize),
    /// Flat maps of numbers and texts, at most so many, each of at most [`ROW_BYTES_MAX`] bytes.
    Rows(usize),
}

/// Most bytes of one row of [`Form::Rows`].
pub const ROW_BYTES_MAX: usize = 1_000;

impl Field {
    /// The value that an edit of this field stands for: of a list field that of its bytes, see [`differing`].
    #[must_use]
    pub fn edited(&self, edit: &Value) -> Value {
        let list = match (self.form, edit) {
            (Form::Ints(..) | Form::Texts(..) | Form::Rows(_), Value::Bytes(bytes)) => {
                decode(bytes).ok().filter(|fields| fields.len() == 1).and_then(|mut fields| fields.remove(&0))
            }
            _ => None,
        };
        list.filter(|list| matches!(list, Value::Array(_))).unwrap_or_else(|| edit.clone())
    }

    /// Checks a value against the field's form.
    ///
    /// # Errors
    /// [`Refusal`] of this field.
    pub fn check(&self, value: &Value) -> Result<(), Refusal> {
        let refuse = |reason| Err(Refusal::new(self.name, reason));
        match (self.form, value) {
            (Form::Int(range), Value::Int(got)) => range.check(self.name, *got).map(drop),
            (Form::Text(max), Value::Text(text)) if text.len() > max => {
                refuse(Reason::TooLong { bytes: text.len(), max })
            }
            (Form::Text(_), Value::Text(_)) => Ok(()),
            (Form::Choice(choices), Value::Text(text)) if choices.contains(&text.as_str()) => Ok(()),
            (Form::Choice(choices), Value::Text(_)) => refuse(Reason::NotAChoice { choices }),
            (Form::Ints(_, max) | Form::Texts(max, _) | Form::Rows(max), Value::Array(items)) if items.len() > max => {
                refuse(Reason::TooMany { items: items.len(), max })
            }
            (Form::Ints(range, _), Value::Array(items)) => items.iter().try_for_each(|item| match item {
                Value::Int(got) => range.check(self.name, *got).map(drop),
                _ => refuse(Reason::WrongKind),
            }),
            (Form::Texts(_, max), Value::Array(items)) => items.iter().try_for_each(|item| match item {
                Value::Text(text) if text.len() > max => refuse(Reason::TooLong { bytes: text.len(), max }),
                Value::Text(_) => Ok(()),
                _ => refuse(Reason::WrongKind),
            }),
            (Form::Rows(_), Value::Array(items)) => items.iter().try_for_each(|item| match item {
                Value::Map(row) if row.values().all(|cell| matches!(cell, Value::Int(_) | Value::Text(_))) => {
                    match encode(row).len() {
                        bytes if bytes > ROW_BYTES_MAX => refuse(Reason::TooLong { bytes, max: ROW_BYTES_MAX }),
                        _ => Ok(()),
                    }
                }
                _ => refuse(Reason::WrongKind),
            }),
            _ => refuse(Reason::WrongKind),
        }
    }
}

/// Values of one kind of record as a plain struct.
pub trait Values: Default + Clone + PartialEq {
    /// The kind.
    const KIND: Kind;
    /// Its fields, by number.
    const FIELDS: &'static [Field];
    /// The value of a field, if it is given.
    fn get(&self, name: &str) -> Option<Value>;
    /// Sets a field; `Null`, or a value of another kind, clears it.
    fn set(&mut self, name: &str, value: Value);
}

/// Defines a struct of optional fields with its [`Values`].
macro_rules! values {
    ($(#[$doc:meta])* $name:ident = $kind:ident { $($(#[$fdoc:meta])* $number:literal $field:ident: $form:ident($limit:expr),)* }) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Option<values!(@type $form)>,)*
        }

        impl $crate::record::Values for $name {
            const KIND: $crate::record::Kind = $crate::record::Kind::$kind;
            const FIELDS: &'static [$crate::record::Field] = &[
                $($crate::record::Field { number: $number, name: stringify!($field), form: values!(@form $form $limit) },)*
            ];

            fn get(&self, name: &str) -> Option<$crate::value::Value> {
                match name {
                    $(stringify!($field) => self.$field.clone().map(values!(@wrap $form)),)*
                    _ => None,
                }
            }

            fn set(&mut self, name: &str, value: $crate::value::Value) {
                match name {
                    $(stringify!($field) => self.$field = values!(@unwrap $form value),)*
                    _ => {}
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
    (@type int) => { i64 };
    (@type text) => { String };
    (@type choice) => { String };
    (@type ints) => { Vec<i64> };
    (@type texts) => { Vec<String> };
    (@type rows) => { Vec<$crate::value::Fields> };
    (@form int $limit:expr) => { $crate::record::Form::Int($limit) };
    (@form text $limit:expr) => { $crate::record::Form::Text($limit) };
    (@form choice $limit:expr) => { $crate::record::Form::Choice($limit) };
    (@form ints $limit:expr) => { { let (range, items) = $limit; $crate::record::Form::Ints(range, items) } };
    (@form texts $limit:expr) => { { let (items, bytes) = $limit; $crate::record::Form::Texts(items, bytes) } };
    (@form rows $limit:expr) => { $crate::record::Form::Rows($limit) };
    (@wrap int) => { $crate::value::Value::Int };
    (@wrap text) => { $crate::value::Value::Text };
    (@wrap choice) => { $crate::value::Value::Text };
    (@wrap ints) => { $crate::record::list($crate::value::Value::Int) };
    (@wrap texts) => { $crate::record::list($crate::value::Value::Text) };
    (@wrap rows) => { $crate::record::list($crate::value::Value::Map) };
    (@unwrap int $value:ident) => { $crate::record::unlist!(one Int $value) };
    (@unwrap text $value:ident) => { $crate::record::unlist!(one Text $value) };
    (@unwrap choice $value:ident) => { $crate::record::unlist!(one Text $value) };
    (@unwrap ints $value:ident) => { $crate::record::unlist!(many Int $value) };
    (@unwrap texts $value:ident) => { $crate::record::unlist!(many Text $value) };
    (@unwrap rows $value:ident) => { $crate::record::unlist!(many Map $value) };
}
pub(crate) use values;

/// What a value holds, if it is of this form.
macro_rules! unlist {
    (one $form:ident $value:ident) => {
        if let $crate::value::Value::$form(inner) = $value { Some(inner) } else { None }
    };
    (many $form:ident $value:ident) => {
        if let $crate::value::Value::Array(items) = $value {
            let inner = |item| if let $crate::value::Value::$form(inner) = item { Some(inner) } else { None };
            items.into_iter().map(inner).collect::<Option<Vec<_>>>()
        } else {
            None
        }
    };
}
pub(crate) use unlist;

/// A list as one value.
pub(crate) fn list<T>(item: fn(T) -> Value) -> impl Fn(Vec<T>) -> Value {
    move |items| Value::Array(items.into_iter().map(item).collect())
}

/// Checks every given field against its form.
///
/// # Errors
/// [`Refusal`] of the first field that does not fit.
pub fn check_fields<V: Values>(values: &V) -> Result<(), Refusal> {
    V::FIELDS.iter().try_for_each(|field| values.get(field.name).map_or(Ok(()), |value| field.check(&value)))
}

/// The values as a record's value.
#[must_use]
pub fn to_fields<V: Values>(values: &V) -> Fields {
    V::FIELDS.iter().filter_map(|field| Some((field.number, values.get(field.name)?))).collect()
}

/// The fields in which `new` differs from `old`, as edits hold them: with null for those cleared.
///
/// An edit is one scalar, so a list is the bytes of a map of 0 to the list. An edit replaces the whole list.
#[must_use]
pub fn differing<V: Values>(old: &V, new: &V) -> Vec<(&'static str, Value)> {
    let names = V::FIELDS.iter().map(|field| field.name).filter(|name| old.get(name) != new.get(name));
    let edit = |name| match new.get(name) {
        Some(list @ Value::Array(_)) => Value::Bytes(encode(&Fields::from([(0, list)]))),
        other => other.unwrap_or(Value::Null),
    };
    names.map(|name| (name, edit(name))).collect()
}

/// A record as a document holds it: the value and what was edited since.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Its key.
    pub key: String,
    /// The bytes of its value; `None` while only an edit has arrived.
    pub value: Option<Vec<u8>>,
    /// Edits by field.
    pub edits: BTreeMap<String, Value>,
}

impl Record {
    /// When it was deleted, if it is.
    #[must_use]
    pub fn deleted_at(&self) -> Option<i64> {
        match self.edits.get(DELETED_AT) {
            Some(Value::Int(at)) => Some(*at),
            _ => None,
        }
    }

    /// Reads the values tolerantly: what does not fit its field is passed over, and never hides the rest.
    ///
    /// The flag says that something was passed over. `None` if there is no value that can be read.
    #[must_use]
    pub fn read<V: Values>(&self) -> Option<(V, bool)> {
        let base = decode(self.value.as_deref()?).ok()?;
        let mut values = V::default();
        let mut passed_over = false;
        for field in V::FIELDS {
            let edit = self.edits.get(field.name).map(|edit| field.edited(edit));
            let layers = [edit.as_ref(), base.get(&field.number)];
            for value in layers.into_iter().flatten() {
                if *value == Value::Null {
                    break;
                }
                if field.check(value).is_ok() {
                    values.set(field.name, value.clone());
                    break;
                }
                passed_over = true;
            }
        }
        Some((values, passed_over))
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Record(..)")
    }
}

/// Splits a document's root key into the record's key and, for an edit, the field.
///
/// Total: any text gives some record key, so that nothing another version wrote is ever lost sight of.
#[must_use]
pub fn split_key(root_key: &str) -> (&str, Option<&str>) {
    let Some((head, rest)) = root_key.split_once('.') else { return (root_key, None) };
    let tail = rest.split_once('.').map_or(rest, |(first, _)| first);
    if head.starts_with("s:") && is_result_suffix(tail) {
        let end = head.len().saturating_add(1).saturating_add(tail.len());
        let (key, field) = root_key.split_at_checked(end).unwrap_or((root_key, ""));
        return (key, field.strip_prefix('.'));
    }
    (head, Some(rest))
}

/// The kind of the record with this key; `None` for kinds of later versions and for keys out of form.
#[must_use]
pub fn kind_of(key: &str) -> Option<Kind> {
    if let Some((session, suffix)) = key.split_once('.') {
        return (kind_of(session) == Some(Kind::Session) && is_result_suffix(suffix)).then_some(Kind::Result);
    }
    let (prefix, id) = key.split_once(':')?;
    match prefix {
        "s" if uuid7_ms(id).is_some() => Some(Kind::Session),
        "c" if uuid7_ms(id).is_some() => Some(Kind::CheckIn),
        "d" if id.len() == 32 && id.bytes().all(is_hex) => Some(Kind::Device),
        _ if uuid7_ms(id).is_none() => None,
        "m" => Some(Kind::Measure),
        "t" => Some(Kind::Screening),
        "k" => Some(Kind::Caution),
        "l" => Some(Kind::Clearance),
        "p" => Some(Kind::Plan),
        "a" => Some(Kind::Answer),
        "f" => Some(Kind::DayOff),
        "e" => Some(Kind::OwnExercise),
        _ => None,
    }
}

/// The session that a result belongs to.
#[must_use]
pub fn session_of(result_key: &str) -> &str {
    result_key.split_once('.').map_or(result_key, |(session, _)| session)
}

/// The document that a record belongs to: the log of the UTC year of its id, or the profile.
#[must_use]
pub fn doc_of(key: &str) -> String {
    let id = session_of(key).split_once(':');
    match id.and_then(|(prefix, id)| matches!(prefix, "s" | "c" | "m").then(|| uuid7_year(id)).flatten()) {
        Some(year) => format!("log-{year}"),
        None => PROFILE.to_owned(),
    }
}

/// The document that holds settings, devices and all that is no log.
pub const PROFILE: &str = "profile";

/// Whether a document may have this id: `profile` and `log-1970` to `log-2199`.
#[must_use]
pub fn is_doc_id(id: &str) -> bool {
    let year = id.strip_prefix("log-").filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
    id == PROFILE || year.and_then(|year| year.parse::<u16>().ok()).is_some_and(|year| (1970..=2199).contains(&year))
}

fn is_result_suffix(text: &str) -> bool {
    text.strip_prefix('r').is_some_and(|hex| hex.len() == 8 && hex.bytes().all(is_hex))
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::uuid7;
    use crate::value::encode;

    #[test]
    fn keys_split_into_record_and_field() {
        let id = uuid7(1_795_333_458_123, [1; 10]);
        let session = format!("s:{id}");
        let result = format!("{session}.r00ff00ff");
        for (root, key, field, kind) in [
            (session.clone(), session.as_str(), None, Some(Kind::Session)),
            (format!("{session}.at_ms"), &session, Some("at_ms"), Some(Kind::Session)),
            (result.clone(), &result, None, Some(Kind::Result)),
            (format!("{result}.reps"), &result, Some("reps"), Some(Kind::Result)),
            (format!("{session}.r00ff00f"), &session, Some("r00ff00f"), Some(Kind::Session)),
            (format!("c:{id}.note"), &format!("c:{id}"), Some("note"), Some(Kind::CheckIn)),
            ("z:whatever.x.y".to_owned(), "z:whatever", Some("x.y"), None),
            (".".to_owned(), "", Some(""), None),
            (
                "d:0123456789abcdef0123456789abcdef".to_owned(),
                "d:0123456789abcdef0123456789abcdef",
                None,
                Some(Kind::Device),
            ),
        ] {
            assert_eq!(split_key(&root), (key, field), "{root}");
            assert_eq!(kind_of(key), kind, "{root}");
        }
        assert_eq!(session_of(&result), session);
        assert_eq!(doc_of(&result), "log-2026");
        assert_eq!(doc_of("k:x"), PROFILE);
    }

    #[test]
    fn only_the_profile_and_the_logs_of_some_years_are_documents() {
        for good in ["profile", "log-1970", "log-2026", "log-2199"] {
            assert!(is_doc_id(good), "{good}");
        }
        for bad in ["", "log-", "log-1969", "log-2200", "log-02026", "log-+202", "Profile", "log-2026 "] {
            assert!(!is_doc_id(bad), "{bad}");
        }
    }

    #[test]
    fn an_edit_replaces_a_whole_list() {
        let list = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let old = OwnExerciseValues { regions: list(&["lower"]), stop: list(&["Pain."]), ..Default::default() };
        let new = OwnExerciseValues { regions: list(&["upper", "whole"]), stop: list(&[]), ..old.clone() };
        let edits: BTreeMap<String, Value> =
            differing(&old, &new).into_iter().map(|(name, edit)| (name.to_owned(), edit)).collect();
        assert!(edits.values().all(|edit| matches!(edit, Value::Bytes(_))), "an edit is a scalar");
        let value = Some(encode(&to_fields(&old)));
        let mut record = Record { key: "e:x".into(), value, edits };
        assert_eq!(record.read::<OwnExerciseValues>(), Some((new.clone(), false)));
        // Bytes that are no list, and a list that does not fit, hide nothing else.
        for bad in [vec![0xff], encode(&Fields::new()), encode(&Fields::from([(0, Value::Array(vec![Value::Int(1)]))]))]
        {
            record.edits.insert("regions".into(), Value::Bytes(bad));
            let (read, passed_over) = record.read::<OwnExerciseValues>().unwrap();
            assert_eq!((read.regions, read.stop, passed_over), (old.regions.clone(), new.stop.clone(), true));
        }
    }

    #[test]
    fn a_bad_edit_or_field_hides_nothing_else() {
        let value =
            Fields::from([(0, Value::Int(5)), (2, Value::Int(3)), (3, Value::Text("?".into())), (99, Value::Null)]);
        let edits = BTreeMap::from([
            ("pain".to_owned(), Value::Int(57)),
            ("sleep".to_owned(), Value::Int(8)),
            ("from_the_future".to_owned(), Value::Int(1)),
        ]);
        let record = Record { key: "c:x".into(), value: Some(encode(&value)), edits };
        let (values, passed_over) = record.read::<CheckInValues>().unwrap();
        assert!(passed_over);
        assert_eq!((values.pain, values.leg, values.sleep, values.at_ms), (Some(3), None, Some(8), Some(5)));
    }

    #[test]
    fn null_clears_a_field_and_undeletes() {
        let value = encode(&Fields::from([(2, Value::Int(3))]));
        let mut record = Record { key: "c:x".into(), value: Some(value), edits: BTreeMap::new() };
        record.edits.insert("pain".into(), Value::Null);
        record.edits.insert(DELETED_AT.into(), Value::Int(7));
        assert_eq!(record.read::<CheckInValues>().unwrap().0.pain, None);
        assert_eq!(record.deleted_at(), Some(7));
        record.edits.insert(DELETED_AT.into(), Value::Null);
        assert_eq!(record.deleted_at(), None);
    }
}
