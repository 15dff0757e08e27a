//! Entries that the Python implementation sealed: opened with a reader's keys, guarded, and applied to real documents.
//!
//! `SEALED_BY_PYTHON` names another file than the one kept in `vectors/`; CI gives one with fresh keys.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lissom_diary::core::document::{Document, Outcome, split};
use lissom_diary::core::value::Value as Scalar;
use lissom_sync::keys::{Keys, Secret};
use lissom_sync::protocol::entry::UnverifiedEntry;
use lissom_sync::seal::open;
use serde_json::Value;

use crate::bytes::{exactly, from_json, hex};
use crate::path;

fn sealed() -> Value {
    let file = std::env::var_os("SEALED_BY_PYTHON").map_or_else(|| path("sealed-by-python"), PathBuf::from);
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn entries_sealed_in_python_open_here_and_give_the_records_they_say() {
    let sealed = sealed();
    let owner = Keys::owner(&Secret::from_bytes(exactly(&sealed["secret"])));
    let keys = Keys::reader(owner.read_root().clone(), owner.public().write);
    let mut documents: BTreeMap<String, Document> = BTreeMap::new();
    let (mut before, mut codecs) = (Vec::new(), Vec::new());
    for stated in sealed["entries"].as_array().unwrap() {
        let entry = keys.verify(UnverifiedEntry::parse(from_json(&stated["entry"])).unwrap()).unwrap();
        assert_eq!(hex(&entry.id().0), stated["entry_id"]);
        let opened = open(&keys, &entry);
        let (head, changes) = (opened.head.unwrap(), opened.changes.unwrap());
        assert_eq!((hex(&head.device), hex(&head.writer)), (text(&stated["device"]), text(&stated["writer"])));
        assert_eq!(head.parents, before, "each names the one before");
        assert_eq!(
            (changes.doc_id.as_str(), hex(&changes.body)),
            (text(&stated["doc_id"]).as_str(), text(&stated["unpacked"]))
        );
        let chunks: Vec<_> = split(&changes.body).into_iter().map(Result::unwrap).collect();
        let document = documents.entry(changes.doc_id).or_default();
        assert_eq!(document.apply(&chunks).outcomes, [Outcome::Applied]);
        before = vec![entry.id()];
        codecs.push(stated["codec"].as_u64().unwrap());
    }
    assert!(codecs.contains(&1), "none of them is deflated");
    for stated in sealed["records"].as_array().unwrap() {
        let document = documents.remove(stated["doc_id"].as_str().unwrap()).unwrap();
        let document = Document::load(&document.save()).unwrap();
        let record = document.record(stated["key"].as_str().unwrap()).unwrap();
        assert_eq!(record.value.as_deref().map(hex), Some(text(&stated["value"])));
        let edits: BTreeMap<String, Scalar> =
            stated["edits"].as_object().unwrap().iter().map(|(k, v)| (k.clone(), Scalar::Text(text(v)))).collect();
        assert!(record.edits == edits);
        documents.insert(stated["doc_id"].as_str().unwrap().to_owned(), document);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
