//! Faults put in on purpose, so that tests can show that they would find them.
//!
//! Only with the feature `planted`; without it there is no trace of any. One is switched on at a time, for the whole
//! process. `V1` to `V15` name mistakes that earlier drafts of the protocol had.

use std::sync::atomic::{AtomicU32, Ordering};

static PLANTED: AtomicU32 = AtomicU32::new(0);

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A mistake that somebody might make.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Fault { $($(#[$doc])* $name,)* }

        impl Fault {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

faults! {
    /// An acknowledgement sets positions and leaves the cursor behind them.
    V01AckBehindNoCursor,
    /// The relay appends whatever cursor a post carries.
    V02UnconditionalPost,
    /// Entries are posted in another order than they were stored in.
    V03PostOrder,
    /// A log that was set back is taken for a lie.
    V04SetBackIsBlamed,
    /// An entry names only what its own device sealed before it.
    V05OwnParentsOnly,
    /// An entry of this device that this folder did not seal is taken for a fork.
    V06CopyIsBlamed,
    /// Commits do not look whether the cursor is still the one that the request carried.
    V07NoCompareAndSet,
    /// A change that is held already takes its siblings with it.
    V08HeldChangeTakesSiblings,
    /// An interrupted page is set aside at once, until an update.
    V09MarkSetsAside,
    /// Junk is kept among the entries, goes up again, and a refused entry ends the sync.
    V10PoisonedBatch,
    /// Parents count as missing while they cannot be read.
    V11UnreadableParentIsMissing,
    /// A 410 is believed without a statement.
    V12UnsignedGone,
    /// The statement of a deletion is not kept.
    V12StatementForgotten,
    /// The relay deletes a vault at any cursor.
    V13UnconditionalDelete,
    /// A heal forgets positions and goes on with the old cursor.
    V14HealKeepsCursor,
    /// The chain of a page is taken from the relay's word.
    V15ChainFromAnswer,
    /// A call returns before its transaction is committed.
    AckBeforeCommit,
    /// An acknowledgement counts whatever positions it names.
    PosFromPushAnswer,
    /// The cursor moves in a transaction of its own.
    CursorOutsideTransaction,
    /// Only what was sealed here goes up again.
    HealSkipsForeign,
    /// A change is known by its writer and number alone, whatever document it is in.
    DedupeByWriterSequence,
    /// Rows of records deleted elsewhere are left as they were.
    ProjectionMissesDelete,
    /// The Automerge actor is kept in the folder.
    ActorReused,
    /// A document stays loaded after another process wrote.
    StaleDocument,
    /// A post without an answer counts as taken.
    NoAnswerIsAck,
    /// What the relay refused is never tried again.
    RefusedForEver,
    /// What has no position is sealed anew for each post.
    SealedAnew,
    /// What cannot be read is not kept.
    UnreadableDropped,
    /// Junk in the place of an entry keeps that place for ever.
    JunkKeepsItsPlace,
    /// A page that another process took in meanwhile is taken for a log that repeats.
    SupersededIsBlamed,
}

/// Switches one on, or all off.
pub fn plant(fault: Option<Fault>) {
    PLANTED.store(fault.map_or(0, |fault| (fault as u32).saturating_add(1)), Ordering::SeqCst);
}

/// Whether this one is on.
#[must_use]
pub fn planted(fault: Fault) -> bool {
    PLANTED.load(Ordering::Relaxed) == (fault as u32).saturating_add(1)
}
