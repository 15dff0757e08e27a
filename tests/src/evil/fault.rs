//! What the program `evil-relay` can be told to do, by name.

use std::fmt;
use std::str::FromStr;

use crate::evil::Mischief;

/// A fault by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An answer that is a lie.
    Lie(Mischief),
    /// The answer of an honest relay, very late.
    Slow,
}

const NAMED: &[(&str, Fault, &str)] = &[
    ("none", Fault::Lie(Mischief::None), "an honest relay"),
    ("mutate", Fault::Lie(Mischief::MutateSealed), "changes a byte of what is sealed; the chain is computed over it"),
    ("mutate-signature", Fault::Lie(Mischief::MutateSignature), "changes a byte of a signature"),
    ("corrupt", Fault::Lie(Mischief::Corrupt), "changes a byte on the way; the chain stays as it was"),
    ("omit", Fault::Lie(Mischief::Omit), "leaves out entries, and shows those after them"),
    ("reorder", Fault::Lie(Mischief::Reorder), "shows entries in another order, also those shown before"),
    ("replay", Fault::Lie(Mischief::Replay), "shows an entry again"),
    ("rollback", Fault::Lie(Mischief::RollBack), "goes back to an earlier log"),
    ("fork", Fault::Lie(Mischief::Fork), "shows each view only what was posted there"),
    ("swap", Fault::Lie(Mischief::SwapVaults), "shows an entry of another vault"),
    ("withhold", Fault::Lie(Mischief::Withhold), "shows nothing new"),
    ("wolf", Fault::Lie(Mischief::CryWolf), "says 409 log-diverged to everything"),
    ("slow", Fault::Slow, "answers honestly, after --delay seconds"),
    ("rubbish", Fault::Lie(Mischief::Rubbish), "answers with what is no answer"),
    ("huge", Fault::Lie(Mischief::Huge), "sends a page of --bytes bytes"),
    ("chain", Fault::Lie(Mischief::ChainLie), "states a chain that the page does not make"),
    ("position", Fault::Lie(Mischief::PositionLie), "states positions that do not follow"),
    ("empty", Fault::Lie(Mischief::EmptyBeforeEnd), "says that there is more, and sends nothing"),
    ("forget", Fault::Lie(Mischief::ForgetPosts), "acknowledges posts and forgets them"),
    ("gap", Fault::Lie(Mischief::GapLie), "acknowledges at places that do not follow"),
    ("ack", Fault::Lie(Mischief::AckLie), "acknowledges with a chain of its own"),
    ("unknown", Fault::Lie(Mischief::Unknown), "says 404 vault-unknown"),
    ("gone", Fault::Lie(Mischief::UnsignedGone), "says 410 gone, without the owner's statement"),
];

impl Fault {
    /// All of them, with a line each on what they do.
    pub fn all() -> impl Iterator<Item = (Self, &'static str)> {
        NAMED.iter().map(|(_, fault, what)| (*fault, *what))
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = NAMED.iter().find(|(known, _, _)| *known == name);
        found.map(|(_, fault, _)| *fault).ok_or_else(|| format!("{name:?} is no fault; see --help"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMED.iter().find(|(_, fault, _)| fault == self).map_or("?", |(name, _, _)| *name);
        f.pad(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lie_has_a_name_that_leads_back_to_it() {
        for lie in Mischief::ALL {
            let fault = Fault::Lie(*lie);
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        assert_eq!(NAMED.len(), Mischief::ALL.len() + 1, "and slow");
    }
}
