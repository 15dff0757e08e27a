//! What every address answers: the rows that the router is built of, the `OpenAPI` document (`docs/openapi.json`) is made of, and the tests
//! hold every answer to.

#[cfg(test)]
mod openapi;
#[cfg(test)]
mod tests;

use lissom_protocol::problem::ProblemKind;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anybody,
    /// Anybody, within the allowance for logins.
    Login,
    /// Whoever holds a token of the vault.
    Reader,
    /// Whoever holds an owner's token of the vault.
    Owner,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// None.
    Nothing,
    /// JSON with the schema of this name.
    Json(&'static str),
    /// Entries, one after the other.
    Entries,
    /// A page of entries, with its headers.
    Page,
    /// A sealed message.
    Sealed,
    /// Server-sent events.
    Events,
    /// A page for people, or a line of text.
    Greeting,
}

/// Which query parameters there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// None.
    Nothing,
    /// A cursor.
    Cursor,
    /// A cursor and how many entries.
    CursorAndLimit,
}

/// One row: an address, a method, and everything that it may answer.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The pattern of its path.
    pub path: &'static str,
    /// Its name in generated clients.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Who may ask.
    pub access: Access,
    /// Its query parameters.
    pub query: Query,
    /// What is sent, and how many bytes of it at most.
    pub body: (Content, usize),
    /// Statuses of success with what is answered.
    pub success: &'static [(u16, Content)],
    /// Problems beside those in [`EVERYWHERE`].
    pub problems: &'static [ProblemKind],
}

/// Problems that every address may answer.
pub const EVERYWHERE: &[ProblemKind] =
    &[ProblemKind::TooLarge, ProblemKind::UnsupportedMediaType, ProblemKind::TooManyRequests];

impl Operation {
    /// Every problem that it may answer.
    pub fn all_problems(&self) -> impl Iterator<Item = ProblemKind> + '_ {
        self.problems.iter().chain(EVERYWHERE).copied()
    }

    /// Whether it may answer this; `problem` is the problem's kind, if the answer is one.
    #[must_use]
    pub fn may_answer(&self, status: u16, problem: Option<ProblemKind>) -> bool {
        match problem {
            Some(kind) => kind.status() == status && self.all_problems().any(|known| known == kind),
            None => self.success.iter().any(|(known, _)| *known == status),
        }
    }
}

/// Every row, in the order of the documentation.
pub fn operations() -> impl Iterator<Item = Operation> {
    crate::router::table().into_iter().map(|route| route.operation)
}

/// The row for a method and a path without its query.
#[must_use]
pub fn operation(method: &str, path: &str) -> Option<Operation> {
    let fits = |pattern: &str| {
        let (mut parts, mut wanted) = (path.split('/'), pattern.split('/'));
        loop {
            match (parts.next(), wanted.next()) {
                (None, None) => return true,
                (Some(part), Some(want)) if part == want || (want == "{id}" && !part.is_empty()) => {}
                _ => return false,
            }
        }
    };
    operations().find(|operation| operation.method == method && fits(operation.path))
}
