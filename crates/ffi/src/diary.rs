//! [`Diary`]: create one, open it, suspend and close it.

use std::path::PathBuf;
use std::sync::Arc;

use futures_channel::oneshot;
use lissom_diary::sync::keys::Secret;
use lissom_diary::sync::phrase::to_phrase;
use lissom_diary::texts::Lang;
use lissom_diary::{Diary as Core, SystemHost};

use crate::error::LissomError;
use crate::keys::KeyStore;
use crate::worker::{Ask, Place, Worker};

/// Where a diary is, and how it speaks.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OpenOptions {
    /// Folder of its own; made if it is not there. On iOS in the App Group's container, if a widget reads it.
    pub folder: String,
    /// Name of this device, as the person's other devices show it. Used when a diary is created or joined.
    pub device_name: String,
    /// Language of texts, as in BCP 47. English if there is no translation.
    #[uniffi(default = "en")]
    pub language: String,
}

/// One person's diary on this device.
///
/// Keep one for as long as the app runs. Calls are answered in the order in which they were made, by one thread; a call
/// that records something is durable once it returns. Several processes may have one folder open.
#[derive(uniffi::Object)]
pub struct Diary {
    pub(crate) worker: Worker,
    #[cfg(feature = "net")]
    pub(crate) net: crate::net::Net,
}

/// Version of the library.
#[uniffi::export]
#[must_use]
pub fn library_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The 24 words of a secret that a key store has and no diary uses: after the app was installed again, join with them.
///
/// # Errors
/// `InvalidInput` of `secret`, for anything but 32 bytes.
#[uniffi::export]
pub fn phrase_of_secret(secret: Vec<u8>) -> Result<String, LissomError> {
    let secret = zeroize::Zeroizing::new(secret);
    let bytes: [u8; 32] =
        secret.as_slice().try_into().map_err(|_| LissomError::not_a_choice("secret", &["32 bytes"]))?;
    Ok(to_phrase(&Secret::from_bytes(bytes)).to_string())
}

#[uniffi::export]
impl Diary {
    /// Makes a new diary in a folder that has none. Needs no network.
    ///
    /// # Errors
    /// `DiaryExists`, or an error of the folder, the disk or the key store.
    #[uniffi::constructor(default(keys = None))]
    pub async fn create(options: OpenOptions, keys: Option<Arc<dyn KeyStore>>) -> Result<Arc<Self>, LissomError> {
        let place = options.place(keys, false);
        Self::started(place, move |place| create(place, &options.device_name)).await
    }

    /// Opens the diary of a folder.
    ///
    /// # Errors
    /// `NoDiary`, `UpdateNeeded`, or an error of the folder, the disk or the key store.
    #[uniffi::constructor(default(keys = None))]
    pub async fn open(options: OpenOptions, keys: Option<Arc<dyn KeyStore>>) -> Result<Arc<Self>, LissomError> {
        Self::started(options.place(keys, false), Place::open).await
    }

    /// Opens the diary of a folder, or makes one if there is none: what an app does when it starts.
    ///
    /// # Errors
    /// As `create` and `open`.
    #[uniffi::constructor(default(keys = None))]
    pub async fn open_or_create(
        options: OpenOptions,
        keys: Option<Arc<dyn KeyStore>>,
    ) -> Result<Arc<Self>, LissomError> {
        let place = options.place(keys, false);
        let open = move |place: &Place| match place.open() {
            // Another process may create it meanwhile: then its diary is the one.
            Err(LissomError::NoDiary { .. }) => {
                create(place, &options.device_name).or_else(|error| match place.open() {
                    Err(LissomError::NoDiary { .. }) => Err(error),
                    opened => opened,
                })
            }
            opened => opened,
        };
        Self::started(place, open).await
    }

    /// Opens the diary of a folder to look at only, for a widget or an extension beside the app. It changes no data and
    /// blocks nobody; whatever records something is `ReadOnly`. While it is open, `SQLite` keeps its files beside the database:
    /// close it after reading.
    ///
    /// # Errors
    /// As `open`; `ReadOnly` if the app has to open it first, after an update.
    #[uniffi::constructor(default(keys = None))]
    pub async fn open_read_only(
        options: OpenOptions,
        keys: Option<Arc<dyn KeyStore>>,
    ) -> Result<Arc<Self>, LissomError> {
        Self::started(options.place(keys, true), Place::open).await
    }

    /// Lets go of the database before the app is suspended: no file is locked any more. A sync that runs ends with
    /// `Cancelled`; every call but `resume` and `close` is `Suspended` from now on. What was asked for before is done first.
    ///
    /// # Errors
    /// `Closed`
    pub async fn suspend(&self) -> Result<(), LissomError> {
        self.worker.ask(Ask::Writing, crate::worker::Desk::suspend).await
    }

    /// Opens it again. Observers go on, and are told if another process wrote meanwhile.
    ///
    /// # Errors
    /// As `open`.
    pub async fn resume(&self) -> Result<(), LissomError> {
        self.worker.ask(Ask::Writing, crate::worker::Desk::resume).await
    }

    /// Closes it for good: what was asked for before is done first, observers hear the last of it, and its threads end.
    /// Closing twice is fine.
    ///
    /// # Errors
    /// None today.
    pub async fn close_diary(&self) -> Result<(), LissomError> {
        let close = |desk: &mut crate::worker::Desk| {
            desk.close();
            Ok(())
        };
        let closed = self.worker.ask(Ask::Writing, close).await;
        if closed == Err(LissomError::Closed) { Ok(()) } else { closed }
    }

    /// Looks whether another process wrote, and tells observers.
    ///
    /// # Errors
    /// `Suspended`, `Closed`
    pub async fn refresh(&self) -> Result<(), LissomError> {
        // Whatever is asked, observers are told of what is new.
        self.worker.read(|core| core.revision().map(drop)).await
    }

    /// The 24 words that open the diary on another device. Show them to the owner only.
    ///
    /// # Errors
    /// `Suspended`, `Closed`
    pub async fn phrase(&self) -> Result<String, LissomError> {
        self.worker.read(|core| Ok(core.phrase().to_string())).await
    }

    /// The relay's address, if one is set.
    ///
    /// # Errors
    /// What the database says.
    pub async fn relay(&self) -> Result<Option<String>, LissomError> {
        self.worker.read(|core| Ok(core.relay()?.map(|relay| relay.as_str().to_owned()))).await
    }

    /// Sets the relay, and an invite to show it. Whatever this relay lacks goes up at the next sync; one that runs ends
    /// with `Cancelled`.
    ///
    /// # Errors
    /// `InvalidInput` of `url` for an address without TLS that is not this machine, unless `insecure`.
    #[uniffi::method(default(invite = None, insecure = false))]
    pub async fn set_relay(&self, url: String, invite: Option<String>, insecure: bool) -> Result<(), LissomError> {
        let lang = self.worker.lang;
        let set = move |desk: &mut crate::worker::Desk| {
            let set = desk.core()?.set_relay(&url, invite.as_deref(), insecure);
            set.map_err(|error| LissomError::of(&error, lang))?;
            // A sync with the relay before is over.
            desk.sync = None;
            Ok(())
        };
        self.worker.ask(Ask::Writing, set).await
    }

    /// Refuses to let the database grow over so many bytes, until it is closed. Recording is `StorageFull` once it is
    /// reached, and all that was recorded stays.
    ///
    /// # Errors
    /// What the database says.
    pub async fn limit_size(&self, bytes: u64) -> Result<(), LissomError> {
        self.worker.write(move |core| core.limit_size(bytes)).await
    }
}

fn create(place: &Place, device_name: &str) -> Result<Core, LissomError> {
    let made = Core::create_with(&place.folder, device_name, place.secrets(), SystemHost);
    made.map_err(|error| LissomError::of(&error, place.lang))
}

impl Diary {
    async fn started(
        place: Place,
        open: impl FnOnce(&Place) -> Result<Core, LissomError> + Send + 'static,
    ) -> Result<Arc<Self>, LissomError> {
        type Ready = oneshot::Receiver<Result<(), LissomError>>;
        let (worker, ready): (Worker, Ready) = Worker::start(place, |place| Ok((open(place)?, ())))?;
        ready.await.unwrap_or_else(|_| Err(LissomError::internal("internal.panic")))?;
        Ok(Self::over(worker))
    }

    /// The object over a thread that has its diary open.
    pub(crate) fn over(worker: Worker) -> Arc<Self> {
        Arc::new(Self {
            worker,
            #[cfg(feature = "net")]
            net: crate::net::Net::default(),
        })
    }
}

impl OpenOptions {
    pub(crate) fn place(&self, keys: Option<Arc<dyn KeyStore>>, read_only: bool) -> Place {
        let lang = Lang::fitting(&self.language).unwrap_or_default();
        Place { folder: PathBuf::from(&self.folder), keys, lang, read_only }
    }
}

impl std::fmt::Debug for Diary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Diary(..)")
    }
}
