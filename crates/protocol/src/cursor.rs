//! A place in a vault's log: how many entries, and the chain over their ids.

use sha2::{Digest, Sha256};

use crate::ids::{EntryId, VaultId, id_32};

id_32! {
    /// The chain over every entry id from the first to some position.
    ///
    /// Equal chains at equal positions mean equal logs up to there.
    Chain
}

impl Chain {
    /// The chain of an empty log.
    #[must_use]
    pub fn start(vault: &VaultId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"lissom/1 chain");
        hash.update(vault.0);
        Self(hash.finalize().into())
    }

    /// The chain after one more entry.
    #[must_use]
    pub fn then(&self, entry: &EntryId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"lissom/1 chain");
        hash.update(self.0);
        hash.update(entry.0);
        Self(hash.finalize().into())
    }
}

/// A place in a vault's log.
///
/// `pos` counts entries from 1; 0 is the place before the first. A device always computes `chain` itself, from
/// the ids of the entries it received: a relay's word about it is only ever compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Number of entries up to here.
    pub pos: u64,
    /// Chain over the ids of those entries.
    pub chain: Chain,
}

impl Cursor {
    /// The place before the first entry.
    #[must_use]
    pub fn start(vault: &VaultId) -> Self {
        Self { pos: 0, chain: Chain::start(vault) }
    }

    /// The place after these entries, in this order.
    #[must_use]
    pub fn after<'a>(mut self, entries: impl IntoIterator<Item = &'a EntryId>) -> Self {
        for entry in entries {
            self.pos = self.pos.saturating_add(1);
            self.chain = self.chain.then(entry);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_tells_order_and_vault_apart() {
        let (a, b) = (EntryId([1; 32]), EntryId([2; 32]));
        let start = Cursor::start(&VaultId([0; 32]));
        assert_eq!(start.after([&a, &b]), start.after([&a]).after([&b]));
        assert_ne!(start.after([&a, &b]).chain, start.after([&b, &a]).chain);
        assert_ne!(start.chain, Cursor::start(&VaultId([1; 32])).chain);
        assert_eq!(start.after([&a, &b]).pos, 2);
    }
}
