//! What the tests of the bindings do to a diary, and no app can.
#![cfg(any(test, feature = "test-hooks"))]

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use futures_channel::oneshot;

use crate::diary::Diary;
use crate::error::LissomError;
use crate::worker::Ask;

/// Holds the diary's thread until it is released or let go: whatever is to be committed waits.
#[derive(uniffi::Object)]
pub struct Hold {
    release: Mutex<Option<mpsc::Sender<()>>>,
}

#[uniffi::export]
impl Hold {
    /// Lets it go on.
    pub fn release(&self) {
        let sender = self.release.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(sender);
    }
}

#[uniffi::export]
impl Diary {
    /// Panics on the diary's thread.
    ///
    /// # Errors
    /// `Internal`
    ///
    /// # Panics
    /// There, and not here.
    pub async fn hook_panic(&self) -> Result<(), LissomError> {
        #[expect(clippy::panic, reason = "that is what it is for")]
        self.worker.ask(Ask::Writing, |_| panic!("a test hook, and a person's words: pain 7")).await
    }

    /// Holds the diary's thread, as a disk that is slow does; returns once it is held.
    ///
    /// # Errors
    /// `Closed`
    pub async fn hook_hold(&self) -> Result<Arc<Hold>, LissomError> {
        let (release, released) = mpsc::channel::<()>();
        let (held, is_held) = oneshot::channel();
        self.worker.leave(move |_| {
            let _gone = held.send(());
            // Whether it was released or its holder is gone.
            let _released = released.recv();
        });
        is_held.await.map_err(|_| LissomError::Closed)?;
        Ok(Arc::new(Hold { release: Mutex::new(Some(release)) }))
    }
}

impl std::fmt::Debug for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hold(..)")
    }
}
