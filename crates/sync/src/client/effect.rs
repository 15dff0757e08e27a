//! What the client asks of its host, and what the host tells it.

use std::fmt;

use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::EntryId;
use lissom_protocol::problem::ProblemKind;

use crate::http::{Request, Response};

/// The stored state that decides what comes next, read in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// How much of the relay's log is here.
    pub cursor: Cursor,
    /// The log diverged, and its end was not reached since.
    pub healing: bool,
    /// This database created the vault or has synced it before.
    pub known_here: bool,
    /// Junk has a place in the log. An entry's id leaves its signature out, so that the genuine one may belong there.
    pub junk: bool,
}

/// The next entries to post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// State in the transaction that took the batch.
    pub stored: Stored,
    /// Entries without a position, always the first of them in stored order, within the limits of a batch.
    pub entries: Vec<VerifiedEntry>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A sync begins.
    Begin {
        /// State now.
        stored: Stored,
        /// How often the log may be read again from its start in this sync. A sync that a person started
        /// always allows some; an automatic one may be told 0 after a relay cried wolf.
        heals_allowed: u32,
    },
    /// The relay, or something in its place, answered.
    Answer(Response),
    /// Nothing answered; a line for people says why.
    NoAnswer(String),
    /// Answer to [`Effect::TakeBatch`].
    Batch(Batch),
    /// The commit is durable.
    Committed {
        /// State after it.
        stored: Stored,
        /// Entries in it that were new here.
        pulled: usize,
    },
    /// Nothing was written, because the stored cursor is no longer the one the request carried.
    Superseded {
        /// State now.
        stored: Stored,
    },
    /// Nothing was written, because the page contradicts what is stored.
    Rejected(Violation),
}

/// What to do next.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Perform an HTTP exchange.
    Exchange(Request),
    /// Seal what is not sealed yet, in one transaction, and give the first entries without a position.
    ///
    /// Entries set aside by [`Commit::SetAside`] must not be among them, or the sync would not end.
    TakeBatch {
        /// At most this many, and at most what a batch may hold.
        entries_max: usize,
    },
    /// Write, in one transaction.
    Commit(Commit),
    /// The sync is over.
    Finish(Outcome),
}

/// One transaction to write, if the stored cursor is still `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// The posted entries have their positions: those that follow `at`, in this order.
    Ack {
        /// Cursor that the post carried.
        at: Cursor,
        /// Cursor after them.
        to: Cursor,
        /// The entries.
        entries: Vec<EntryId>,
    },
    /// Entries that follow `at`.
    Page {
        /// Cursor that the request carried.
        at: Cursor,
        /// Cursor after them.
        to: Cursor,
        /// The entries, in order.
        entries: Vec<Received>,
        /// The page reaches the end of the log: whatever was healing is healed.
        end: bool,
    },
    /// Clear every position, set the cursor to the start and `healing`.
    Heal {
        /// Cursor that the refused request carried.
        at: Cursor,
        /// Why.
        cause: HealCause,
    },
    /// The relay refuses this entry alone: keep it, show it, try again later.
    SetAside {
        /// Cursor that the post carried.
        at: Cursor,
        /// The entry.
        entry: EntryId,
        /// What the relay said.
        kind: ProblemKind,
    },
}

/// Why a heal begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealCause {
    /// The relay's log is not the one this device knows.
    Diverged,
    /// The relay did not know the vault, and it was registered.
    Registered,
    /// The relay served junk: it is asked again for what belongs there.
    Junk,
}

/// One entry of a page.
#[derive(Clone, PartialEq, Eq)]
pub enum Received {
    /// Signed by the owner.
    Entry(VerifiedEntry),
    /// Not signed by the owner: kept and reported, never posted.
    Junk {
        /// Its id in this vault.
        id: EntryId,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Received {
    /// The entry's id.
    #[must_use]
    pub fn id(&self) -> EntryId {
        match self {
            Self::Entry(entry) => entry.id(),
            Self::Junk { id, .. } => *id,
        }
    }

    /// The entry's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Entry(entry) => entry.bytes(),
            Self::Junk { bytes, .. } => bytes,
        }
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(entry) => entry.fmt(f),
            Self::Junk { bytes, .. } => write!(f, "Junk({} bytes)", bytes.len()),
        }
    }
}

/// What one sync did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Entries that went up and have their position.
    pub pushed: usize,
    /// Entries that came down and were new here.
    pub pulled: usize,
    /// How it ended.
    pub end: End,
}

/// The owner's signature over the deletion of a vault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Statement(pub [u8; 64]);

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Statement(..)")
    }
}

/// How a sync ended. In every case all that was here before is here still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Both sides have the same log.
    Done,
    /// The time budget ran out; what was done is kept, the rest comes next time.
    OutOfTime,
    /// Nothing answered, or something that is no relay of ours.
    Unreachable(String),
    /// All was pulled; the relay takes no entries for now.
    PushHeld(ProblemKind),
    /// The relay's log differs again, or is gone again, so soon that the repair waits.
    HealHeld,
    /// The relay has no such vault, and this device may not register it.
    VaultUnknown,
    /// The relay does not admit new vaults, or not without an invite.
    NotAdmitted(ProblemKind),
    /// The owner deleted the vault, and signed that.
    Gone {
        /// The owner's signature over the deletion.
        statement: Statement,
    },
    /// The relay said something that no honest relay says. Nothing of it was written.
    Misbehaving(Violation),
    /// The relay refused for another reason.
    Refused(ProblemKind),
}

/// What no honest relay says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The facts of a page are missing or cannot be read.
    #[error("the relay's page lacks its facts")]
    PageFacts,
    /// The page is not a stream of entries.
    #[error("the relay's page is not made of entries")]
    PageForm,
    /// The positions of the page do not follow the cursor.
    #[error("the relay's page does not follow what is here")]
    PagePositions,
    /// The chain of the page is not the one its entries make.
    #[error("the relay's page does not match its own checksum")]
    PageChain,
    /// The page ends before the head and holds nothing.
    #[error("the relay's page is empty before the end")]
    PageEmpty,
    /// An entry stands in the log twice.
    #[error("the relay's log holds an entry twice")]
    Repeated,
    /// The answer to a post does not name every entry, or its chain does not compute.
    #[error("the relay's answer to a post does not fit what was sent")]
    AckForm,
    /// The start of the log, which is the same for everybody, was said to diverge.
    #[error("the relay denies the start of the log")]
    StartDiverged,
    /// The relay claims again and again that others wrote, and shows nothing.
    #[error("the relay claims gaps that it does not fill")]
    EndlessGap,
}
