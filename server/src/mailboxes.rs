//! Mailboxes for pairing: one device leaves a sealed message, the other takes it. In memory alone: nothing of a
//! pairing is ever on the disk, and whoever is interrupted by a restart shows a new code.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lissom_protocol::limits::MAILBOX_SECONDS;

/// Id of a mailbox.
pub(crate) type MailboxId = [u8; 16];

/// All mailboxes of one relay.
#[derive(Debug)]
pub(crate) struct Mailboxes {
    max: usize,
    boxes: Mutex<HashMap<MailboxId, Mailbox>>,
}

#[derive(Debug)]
struct Mailbox {
    /// None once it was taken. The id stays used until its end: whoever comes second is to notice.
    message: Option<Vec<u8>>,
    /// Seconds by the relay's clock.
    end: u64,
}

/// Why a message was not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotLeft {
    /// Somebody left one under this id before.
    Taken,
    /// There are as many as there may be.
    Full,
}

impl Mailboxes {
    pub(crate) fn new(max: usize) -> Self {
        Self { max, boxes: Mutex::new(HashMap::new()) }
    }

    /// Leaves a message. The first one wins.
    pub(crate) fn leave(&self, id: MailboxId, message: Vec<u8>, now: u64) -> Result<(), NotLeft> {
        let mut boxes = self.living(now);
        if boxes.contains_key(&id) {
            return Err(NotLeft::Taken);
        }
        if boxes.len() >= self.max {
            return Err(NotLeft::Full);
        }
        boxes.insert(id, Mailbox { message: Some(message), end: now.saturating_add(MAILBOX_SECONDS) });
        Ok(())
    }

    /// Takes the message; there is none a second time.
    pub(crate) fn take(&self, id: &MailboxId, now: u64) -> Option<Vec<u8>> {
        self.living(now).get_mut(id)?.message.take()
    }

    pub(crate) fn count(&self, now: u64) -> usize {
        self.living(now).len()
    }

    fn living(&self, now: u64) -> MutexGuard<'_, HashMap<MailboxId, Mailbox>> {
        let mut boxes = self.boxes.lock().unwrap_or_else(PoisonError::into_inner);
        boxes.retain(|_, mailbox| now < mailbox.end);
        boxes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_once_and_its_id_stays_used() {
        let mailboxes = Mailboxes::new(10);
        assert_eq!(mailboxes.take(&[1; 16], 0), None);
        mailboxes.leave([1; 16], b"sealed".to_vec(), 0).unwrap();
        assert_eq!(mailboxes.leave([1; 16], b"another".to_vec(), 0), Err(NotLeft::Taken));
        assert_eq!(mailboxes.take(&[1; 16], 1), Some(b"sealed".to_vec()));
        assert_eq!(mailboxes.take(&[1; 16], 1), None);
        assert_eq!(mailboxes.leave([1; 16], b"another".to_vec(), 2), Err(NotLeft::Taken));
    }

    #[test]
    fn a_mailbox_ends_after_five_minutes_and_makes_room() {
        let mailboxes = Mailboxes::new(1);
        mailboxes.leave([1; 16], b"sealed".to_vec(), 1_000).unwrap();
        assert_eq!(mailboxes.leave([2; 16], Vec::new(), 1_299), Err(NotLeft::Full));
        assert_eq!(mailboxes.take(&[1; 16], 1_300), None);
        assert_eq!((mailboxes.leave([2; 16], Vec::new(), 1_300), mailboxes.count(1_300)), (Ok(()), 1));
    }
}
