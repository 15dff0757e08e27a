//! Reading what came back, with no trust in it.

use lissom_protocol::api;
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::EntryId;
#[cfg(feature = "planted")]
use lissom_protocol::planted::{Fault, planted};
use lissom_protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_protocol::statement::{delete_message, is_signed};
use lissom_protocol::stream;
use serde::de::DeserializeOwned;

use crate::client::effect::{Received, Statement, Violation};
use crate::http::Response;
use crate::keys::Keys;

/// An answer, sorted by who must have given it.
pub(super) enum Answer<T> {
    /// Success, with the body that belongs to it.
    Ok(T),
    /// A problem of our own type.
    Problem(ProblemKind, Problem),
    /// Success with a body that a relay does not send.
    Rubbish,
    /// Any other status: a proxy, a captive portal, another server.
    Foreign(u16),
}

pub(super) fn read_answer<T: DeserializeOwned>(response: &Response) -> Answer<T> {
    if matches!(response.status, 200 | 201) {
        return api::from_json(&response.body).map_or(Answer::Rubbish, Answer::Ok);
    }
    let problem = (response.media_type() == MEDIA_TYPE)
        .then(|| api::from_json::<Problem>(&response.body).ok())
        .flatten()
        .and_then(|problem| Some((problem.kind()?, problem)));
    match problem {
        Some((kind, problem)) => Answer::Problem(kind, problem),
        None => Answer::Foreign(response.status),
    }
}

/// The statement of a `gone`, if it really is the owner's.
pub(super) fn deletion_statement(keys: &Keys, problem: &Problem) -> Option<Statement> {
    let statement = api::from_text::<64>(problem.statement.as_deref()?)?;
    is_signed(&keys.public().write, &delete_message(&keys.vault()), &statement).then_some(Statement(statement))
}

/// The cursor after an ack; `None` if others wrote in between.
pub(super) fn read_appended(
    at: Cursor,
    entries: &[EntryId],
    appended: &api::Appended,
) -> Result<Option<Cursor>, Violation> {
    let chain = Chain::from_text(&appended.chain).map_err(|_| Violation::AckForm)?;
    if appended.positions.len() != entries.len() {
        return Err(Violation::AckForm);
    }
    let follow = (at.pos.saturating_add(1)..).zip(&appended.positions).all(|(want, got)| want == *got);
    #[cfg(feature = "planted")]
    if planted(Fault::PosFromPushAnswer) {
        return Ok(Some(at.after(entries)));
    }
    if !follow {
        return Ok(None);
    }
    let to = at.after(entries);
    if to.chain == chain { Ok(Some(to)) } else { Err(Violation::AckForm) }
}

pub(super) struct Page {
    pub(super) to: Cursor,
    pub(super) entries: Vec<Received>,
    pub(super) end: bool,
}

/// Checks a page as a whole and every signature in it.
pub(super) fn read_page(keys: &Keys, at: Cursor, response: &Response) -> Result<Page, Violation> {
    // `parse` alone would also take a plus sign.
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |name| {
        response.header(name).filter(digits).and_then(|text| text.parse::<u64>().ok()).ok_or(Violation::PageFacts)
    };
    let (pos, head) = (number(api::POS_HEADER)?, number(api::HEAD_HEADER)?);
    let chain =
        response.header(api::CHAIN_HEADER).and_then(|v| Chain::from_text(v).ok()).ok_or(Violation::PageFacts)?;
    let entries = stream::split(&response.body).map_err(|_| Violation::PageForm)?;
    let vault = keys.vault();
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id(&vault)).collect();
    let to = at.after(&ids);
    #[cfg(feature = "planted")]
    let to = if planted(Fault::V15ChainFromAnswer) { Cursor { chain, ..to } } else { to };
    if to.pos != pos {
        return Err(Violation::PagePositions);
    }
    if to.chain != chain {
        return Err(Violation::PageChain);
    }
    let end = head <= pos;
    if entries.is_empty() && !end {
        return Err(Violation::PageEmpty);
    }
    let received = entries.into_iter().zip(ids).map(|(entry, id)| {
        let bytes = entry.clone();
        match keys.verify(entry) {
            Some(verified) => Received::Entry(verified),
            None => Received::Junk { id, bytes: bytes.into_bytes() },
        }
    });
    Ok(Page { to, entries: received.collect(), end })
}
