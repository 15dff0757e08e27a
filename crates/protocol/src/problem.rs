//! Problems: what a relay answers when it does not do what was asked (RFC 9457).
//!
//! Only a problem whose `type` is one of these counts. Any other 404, 409 or 410 comes from something between
//! the device and the relay, a captive portal or a proxy, and means no more than "relay unreachable".

use serde::{Deserialize, Serialize};

/// Media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

const PREFIX: &str = "urn:lissom:problem:";

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:literal, $title:literal;)*) => {
        /// Everything a relay may have to say.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The last part of the type, for instance `log-diverged`.
            #[must_use]
            pub fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The HTTP status it comes with.
            #[must_use]
            pub fn status(self) -> u16 { match self { $(Self::$name => $status,)* } }

            /// One line for people.
            #[must_use]
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
        }
    };
}

problems! {
    /// A header, parameter or body does not say what it should.
    Malformed = "malformed", 400, "The request cannot be understood";
    /// No token, or one that has run out or is for another vault.
    TokenInvalid = "token-invalid", 401, "The token is missing, has run out, or is for another vault";
    /// The challenge is not this relay's or has run out, or the signature over it is wrong.
    ChallengeInvalid = "challenge-invalid", 401, "The challenge has run out or is not signed by this vault";
    /// The token's role may not do this.
    Forbidden = "forbidden", 403, "This role may not do that";
    /// Registration needs an invite, and this is none or a used one.
    InviteRequired = "invite-required", 403, "This relay takes new diaries by invite only";
    /// Registration is closed.
    RegistrationClosed = "registration-closed", 403, "This relay takes no new diaries";
    /// No such vault here.
    VaultUnknown = "vault-unknown", 404, "This relay knows no such diary";
    /// No such address here.
    NotFound = "not-found", 404, "There is nothing at this address";
    /// The address does not do that.
    MethodNotAllowed = "method-not-allowed", 405, "This address does not do that";
    /// No message is in this mailbox: none yet, none any more, or it was taken.
    MailboxEmpty = "mailbox-empty", 404, "There is no message in this mailbox";
    /// A message was left in this mailbox before.
    MailboxTaken = "mailbox-taken", 409, "Somebody has left a message in this mailbox before";
    /// The relay's chain at the cursor's position is another one.
    LogDiverged = "log-diverged", 409, "The relay's log is not the one this device knows";
    /// The vault was deleted by its owner; the statement says so.
    Gone = "gone", 410, "This diary was deleted by its owner";
    /// The body is over a limit of the protocol.
    TooLarge = "too-large", 413, "The request is larger than the protocol allows";
    /// The body is not in a form that is taken here.
    UnsupportedMediaType = "unsupported-media-type", 415, "The body is not in a form that is taken here";
    /// An entry of the batch does not carry the owner's signature.
    BadSignature = "bad-signature", 422, "An entry is not signed by the owner of this diary";
    /// Too much at once; try later.
    TooManyRequests = "too-many-requests", 429, "Too much at once";
    /// Something failed inside.
    Internal = "internal", 500, "The relay failed";
    /// Stopping, overloaded or without its disk; try later.
    Unavailable = "unavailable", 503, "The relay cannot answer now";
    /// The vault's quota or the relay's disk is full. Reading goes on.
    StorageFull = "storage-full", 507, "There is no room left for new entries";
}

impl ProblemKind {
    /// The stable `type` of the problem, an absolute URI.
    #[must_use]
    pub fn uri(self) -> String {
        format!("{PREFIX}{}", self.word())
    }

    /// The problem with that `type`, if it is one of ours.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        let word = uri.strip_prefix(PREFIX)?;
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

/// The body of an `application/problem+json` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Says which problem it is; see [`ProblemKind::uri`].
    #[serde(rename = "type")]
    pub kind: String,
    /// One line for people.
    pub title: String,
    /// The HTTP status once more.
    pub status: u16,
    /// What exactly was wrong and what to do, for people; never health data, keys or ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// With `bad-signature` and `too-large`: the place of the first bad entry in the batch, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<usize>,
    /// With `gone`: the owner's signed statement, unpadded base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

impl Problem {
    /// A problem of this kind without further details.
    #[must_use]
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            kind: kind.uri(),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: None,
            entry: None,
            statement: None,
        }
    }

    /// Adds what exactly was wrong.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Which of our problems it is; `None` if it is somebody else's.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemKind> {
        ProblemKind::from_uri(&self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_stable_and_lead_back() {
        for kind in ProblemKind::ALL {
            assert_eq!(ProblemKind::from_uri(&kind.uri()), Some(*kind));
        }
        assert_eq!(ProblemKind::LogDiverged.uri(), "urn:lissom:problem:log-diverged");
        assert_eq!(ProblemKind::from_uri("about:blank"), None);
        assert_eq!(ProblemKind::from_uri("log-diverged"), None);
    }

    #[test]
    fn a_problem_goes_round_in_json_and_ignores_what_it_does_not_know() {
        let problem = Problem::new(ProblemKind::Gone).with_detail("x");
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        let newer = text.replacen('{', "{\"instance\":\"/x\",", 1);
        assert_eq!(serde_json::from_str::<Problem>(&newer).unwrap().kind(), Some(ProblemKind::Gone));
    }
}
