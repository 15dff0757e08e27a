//! Every maximum of the protocol, with its unit in the name.
//!
//! These are constants of the protocol and not settings: a device relies on them when it seals, so a relay that
//! lowered one would refuse entries that cannot be made again.

/// Largest sealed entry, header to signature, in bytes (1 MiB).
pub const ENTRY_BYTES_MAX: usize = 1024 * 1024;

/// Largest inflated body of one entry, in bytes (4 MiB).
///
/// Deflate reaches 1,000 : 1 on zeros; without this cap one entry could ask for a gigabyte.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most entries in one page or one batch.
pub const BATCH_ENTRIES_MAX: usize = 64;

/// Most bytes of entries in one page or one batch (4 MiB).
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most parents that an entry names.
pub const PARENTS_MAX: usize = 16;

/// Largest Automerge change inside a body, in bytes (256 KiB).
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;

/// Most operations in one Automerge change.
///
/// Automerge has no limit of its own: 3 KB can claim three million operations and take 1.5 GB to load.
pub const CHANGE_OPERATIONS_MAX: u64 = 20_000;

/// Largest JSON body of a request other than a batch of entries, in bytes (16 KiB).
pub const JSON_BYTES_MAX: usize = 16 * 1024;

/// Largest message in a mailbox for pairing, in bytes (4 KiB).
pub const MAILBOX_BYTES_MAX: usize = 4 * 1024;

/// Life of a mailbox, in seconds (5 minutes).
pub const MAILBOX_SECONDS: u64 = 5 * 60;

/// Life of a challenge, in seconds.
pub const CHALLENGE_SECONDS: u64 = 60;

/// Life of a bearer token, in seconds (15 minutes).
pub const TOKEN_SECONDS: u64 = 15 * 60;

const _: () = assert!(ENTRY_BYTES_MAX <= BATCH_BYTES_MAX, "one largest entry must fit a batch");
const _: () = assert!(CHANGE_BYTES_MAX <= BODY_BYTES_MAX, "one largest change must fit a body");
const _: () = assert!(CHANGE_BYTES_MAX + 64 * 1024 <= ENTRY_BYTES_MAX, "one largest change must fit an entry");
