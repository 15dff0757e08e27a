//! The schedule: steps that follow from a seed, each complete in itself so that any of them may be left out.

use std::collections::BTreeSet;
use std::fmt;

use crate::simulator::rng::Rng;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $group:ident, $weight:literal;)*) => {
        /// What a step does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            const ALL: &'static [(Self, Group, u64)] = &[$((Self::$name, Group::$group, $weight),)*];
        }
    };
}

/// Kinds that come together or not at all in one schedule: faults find more when not all are there at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Always,
    Network,
    Crash,
    RelayLoss,
    Copies,
    Processes,
    Clocks,
    Disk,
    Newer,
    Refusals,
    TwoRelays,
    /// The relay is evil, until it is not. Alone of its kind, for in honest runs nothing may be reported.
    Evil,
}

kinds! {
    /// Records one result.
    Record = Always, 16;
    /// Records a session of several.
    Session = Always, 4;
    /// Records a check-in.
    CheckIn = Always, 5;
    /// Changes a note.
    Edit = Always, 10;
    /// Deletes a record.
    Delete = Always, 5;
    /// Brings a deleted one back.
    Restore = Always, 3;
    /// Syncs from the beginning to the end.
    Sync = Always, 24;
    /// Begins a sync and leaves it there.
    Begin = Always, 10;
    /// One effect of a sync under way.
    Advance = Always, 40;
    /// Makes the projection anew.
    Rebuild = Always, 1;
    /// Lets a minute pass.
    Time = Always, 3;
    /// A request that a device once sent reaches the relay again.
    LateDuplicate = Network, 6;
    /// A device is cut off, or no longer.
    Partition = Network, 4;
    /// A process ends, wherever its sync is.
    Crash = Crash, 10;
    /// A process ends before one of its next transactions.
    CrashAtWrite = Crash, 8;
    /// A sync that ends with its process after some effects.
    CrashInSync = Crash, 8;
    /// The relay stops and starts.
    RelayRestart = Always, 2;
    /// A copy of the relay's disk is put aside.
    RelayBackup = RelayLoss, 6;
    /// An earlier disk takes the place of the relay's.
    RelayRestore = RelayLoss, 4;
    /// The relay loses everything.
    RelayWipe = RelayLoss, 1;
    /// The relay cannot be reached, or can again.
    RelayDown = Network, 3;
    /// The relay's time passes: tokens run out.
    TokenExpiry = Network, 4;
    /// A folder is copied to be put back later.
    SaveCopy = Copies, 5;
    /// A copy takes the folder's place.
    SetBack = Copies, 3;
    /// A copy becomes a device of its own.
    Clone = Copies, 1;
    /// A second process opens the folder, or ends.
    Second = Processes, 8;
    /// A clock jumps by up to ten years.
    ClockJump = Clocks, 5;
    /// The disk is full, or no longer.
    DiskFull = Disk, 5;
    /// A newer program writes what this one cannot read.
    NewerKind = Newer, 3;
    /// A newer program writes to a document that this one may then only read.
    NewerVersion = Newer, 1;
    /// A device is updated.
    Update = Newer, 4;
    /// The relay takes no entries, or only some, or all again.
    Refuse = Refusals, 6;
    /// A device goes to another relay.
    ChangeRelay = TwoRelays, 3;
    /// The evil relay changes its ways.
    Mischief = Evil, 12;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub kind: Kind,
    /// Everything that is left to chance in it.
    pub chance: u64,
}

/// A run: its world and what happens in it.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The seed of the devices' randomness.
    pub seed: u64,
    /// What happens.
    pub steps: Vec<Step>,
    pub(crate) groups: BTreeSet<Group>,
    /// At the end the owner deletes the diary, and the relay comes back from a backup.
    pub(crate) deletes: bool,
}

const OPTIONAL: &[Group] = &[
    Group::Network,
    Group::Crash,
    Group::RelayLoss,
    Group::Copies,
    Group::Processes,
    Group::Clocks,
    Group::Disk,
    Group::Newer,
    Group::Refusals,
    Group::TwoRelays,
];

/// Leaves out what does not go together.
fn settle(groups: &mut BTreeSet<Group>) {
    groups.insert(Group::Always);
    if groups.contains(&Group::Evil) {
        // What only an honest relay can be blamed for, or clear itself of.
        for group in [Group::RelayLoss, Group::Refusals, Group::TwoRelays, Group::Newer] {
            groups.remove(&group);
        }
    }
    // A single entry refused for size or signature is never one of ours. Its only holder set back, what builds on it would
    // wait for ever: that much is known, and said in the protocol.
    if groups.contains(&Group::Refusals) {
        groups.remove(&Group::Copies);
    }
}

fn may_delete(groups: &BTreeSet<Group>) -> bool {
    !groups.contains(&Group::Evil) && !groups.contains(&Group::TwoRelays)
}

impl Schedule {
    /// The schedule of a seed.
    #[must_use]
    pub fn of(seed: u64, steps: usize) -> Self {
        let mut rng = Rng::of(&[seed, 1]);
        let mut groups: BTreeSet<Group> = OPTIONAL.iter().filter(|_| rng.percent(40)).copied().collect();
        if rng.percent(25) {
            groups.insert(Group::Evil);
        }
        settle(&mut groups);
        let deletes = rng.percent(10) && may_delete(&groups);
        let kinds: Vec<_> = Kind::ALL.iter().filter(|(_, group, _)| groups.contains(group)).collect();
        let total: u64 = kinds.iter().map(|(_, _, weight)| weight).sum();
        let pick = |rng: &mut Rng| {
            let mut at = rng.below(total);
            for (kind, _, weight) in &kinds {
                match at.checked_sub(*weight) {
                    Some(rest) => at = rest,
                    None => return *kind,
                }
            }
            Kind::Sync
        };
        let steps = (0..steps).map(|_| Step { kind: pick(&mut rng), chance: rng.next() }).collect();
        Self { seed, steps, groups, deletes }
    }

    /// The schedule that bytes say, so that a fuzzer can search for one: two bytes for what may happen, one for the seed,
    /// then two for each step.
    #[must_use]
    pub fn of_bytes(bytes: &[u8], steps_max: usize) -> Self {
        let (head, rest) = bytes.split_at_checked(3).unwrap_or((&[], bytes));
        let byte = |at: usize| head.get(at).copied().unwrap_or(0);
        let chosen = u16::from_be_bytes([byte(0), byte(1)]);
        let bits = OPTIONAL.iter().chain([&Group::Evil]).enumerate();
        let mut groups: BTreeSet<Group> =
            bits.filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, group)| *group).collect();
        settle(&mut groups);
        let deletes = chosen >> 15 == 1 && may_delete(&groups);
        let kinds: Vec<Kind> =
            Kind::ALL.iter().filter(|(_, group, _)| groups.contains(group)).map(|(kind, _, _)| *kind).collect();
        let seed = u64::from(byte(2));
        let steps = rest.chunks_exact(2).take(steps_max).map(|pair| Step {
            kind: kinds[usize::from(pair[0]) % kinds.len()],
            chance: Rng::of(&[seed, 7, u64::from(pair[1])]).next(),
        });
        Self { seed, steps: steps.collect(), groups, deletes }
    }

    pub(crate) fn has(&self, group: Group) -> bool {
        self.groups.contains(&group)
    }

    /// Every kind of step that there is.
    #[must_use]
    pub fn kinds() -> Vec<Kind> {
        Kind::ALL.iter().map(|(kind, _, _)| *kind).collect()
    }
}
