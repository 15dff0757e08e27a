//! Notices: what happened to the diary that its owner should see.

use rusqlite::Connection;
use serde::Serialize;

use crate::error::Error;
use crate::storage::Write;
use crate::texts::{Lang, Sentence, Stored, find_any};

/// Notices kept; older ones are forgotten.
const KEPT: i64 = 50;

/// Something that happened to the diary, or a state it is in, for its owner to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Stable word for programs: `repaired`, `junk`, `misbehaving`, `unsettled`, `missing`, `quarantined`, …
    pub kind: String,
    /// A sentence for people, in English; see [`Notice::say`]. No health data, no ids.
    pub text: String,
    /// When it was noted, in milliseconds since 1970 by this device's clock; absent for a present state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
    #[serde(skip)]
    sentence: Option<Sentence>,
}

impl Notice {
    /// A present state.
    pub(crate) fn state(kind: &str, sentence: impl Into<Sentence>) -> Self {
        let sentence = sentence.into();
        Self { kind: kind.to_owned(), text: sentence.say(Lang::En), at_ms: None, sentence: Some(sentence) }
    }

    /// A notice as it was stored: a sentence by its key, or words of an earlier version.
    fn stored(kind: String, text: String, at_ms: Option<i64>) -> Self {
        let stored: Option<Stored> = serde_json::from_str(&text).ok();
        let sentence = stored.and_then(|stored| stored.sentence(&find_any));
        let text = sentence.as_ref().map_or(text, |sentence| sentence.say(Lang::En));
        Self { kind, text, at_ms, sentence }
    }

    /// Its sentence; `None` for one that a version without texts wrote, of which there is [`Notice::text`] alone.
    #[must_use]
    pub fn sentence(&self) -> Option<&Sentence> {
        self.sentence.as_ref()
    }

    /// It in a language.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        self.sentence.as_ref().map_or_else(|| self.text.clone(), |sentence| sentence.say(lang))
    }
}

impl Write<'_> {
    /// Notes what happened. Stored by key, so that it is read in the language of that time.
    pub(crate) fn note(&mut self, kind: &str, sentence: &Sentence) -> Result<(), Error> {
        let text = serde_json::to_string(sentence).map_err(|error| Error::Database(error.to_string()))?;
        let now = self.now_ms();
        // The same once more is no news, and must not push out what is.
        let again = "UPDATE notice SET at_ms = ?1 WHERE id = (SELECT max(id) FROM notice) AND kind = ?2 AND text = ?3";
        if self.sql.execute(again, (now, kind, &text))? > 0 {
            return Ok(());
        }
        self.sql.execute("INSERT INTO notice (at_ms, kind, text) VALUES (?1, ?2, ?3)", (now, kind, &text))?;
        self.sql.execute("DELETE FROM notice WHERE id <= (SELECT max(id) FROM notice) - ?1", [KEPT])?;
        Ok(())
    }
}

/// Number of the newest notice.
pub(crate) fn newest(sql: &Connection) -> Result<i64, Error> {
    Ok(sql.query_row("SELECT coalesce(max(id), 0) FROM notice", [], |row| row.get(0))?)
}

/// Notices after this number.
pub(crate) fn after(sql: &Connection, id: i64) -> Result<Vec<Notice>, Error> {
    let mut select = sql.prepare_cached("SELECT kind, text, at_ms FROM notice WHERE id > ?1 ORDER BY id")?;
    let rows = select.query_map([id], |row| Ok(Notice::stored(row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::notice;

    #[test]
    fn a_notice_is_read_in_any_language_and_an_old_one_as_it_was_written() {
        let sentence = notice::REPAIRED.with("lost", 3).with("before", 5);
        let stored = Notice::stored("repaired".to_owned(), serde_json::to_string(&sentence).unwrap(), Some(1));
        assert_eq!(stored.text, sentence.say(Lang::En));
        assert_eq!(stored.say(Lang::Pseudo), sentence.say(Lang::Pseudo));
        assert_eq!(serde_json::to_value(&stored).unwrap().as_object().unwrap().len(), 3, "kind, text and time");
        for old in ["The relay lost 3 entries.", r#"{"key":"notice.newer","args":{}}"#] {
            let stored = Notice::stored("repaired".to_owned(), old.to_owned(), None);
            assert_eq!((stored.sentence(), stored.say(Lang::Pseudo).as_str()), (None, old));
        }
    }
}
