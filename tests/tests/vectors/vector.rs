//! One vector: a name, the check it is for, the input, and what is right.

use serde_json::{Value, json};

use crate::check;

/// Why an input is refused, in the classes of `vectors/README.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: String,
    /// Of a word that is not in the list.
    pub(crate) place: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned(), place: None }
    }

    pub(crate) fn from_json(vector: &Value) -> Self {
        Self { reason: vector["refuse"].as_str().unwrap().to_owned(), place: vector["place"].as_u64() }
    }

    pub(crate) fn as_pair(&self) -> (&str, Option<u64>) {
        (&self.reason, self.place)
    }
}

/// What one file holds, in order.
#[derive(Default)]
pub(crate) struct Vectors(pub(crate) Vec<Value>);

impl Vectors {
    /// A positive one; what is right is what the real function says now.
    pub(crate) fn holds(&mut self, name: &str, check: &str, input: Value) {
        let expected = check::run(check, &input).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
        self.0.push(json!({ "name": name, "check": check, "input": input, "expect": expected }));
    }

    /// A negative one, for the reason that its author gives.
    pub(crate) fn fails(&mut self, name: &str, check: &str, input: Value, reason: &str) {
        self.0.push(json!({ "name": name, "check": check, "input": input, "refuse": reason }));
    }

    /// A negative one that names a place.
    pub(crate) fn fails_at(&mut self, name: &str, check: &str, input: Value, reason: &str, place: u64) {
        self.0.push(json!({ "name": name, "check": check, "input": input, "refuse": reason, "place": place }));
    }
}
