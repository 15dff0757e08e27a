//! The vault's secret, in a file of its own that only its owner can read: what a diary uses unless an app has a
//! better place.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use lissom_sync::keys::Secret;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret_store::{SecretStore, Slot};
use crate::texts::error as words;

/// Keeps the secret in the diary's folder, readable by its owner only.
pub(crate) struct SecretFile(PathBuf);

impl SecretFile {
    /// Keeps it in this folder.
    pub(crate) fn boxed(folder: &Path) -> Box<dyn SecretStore> {
        Box::new(Self(folder.to_owned()))
    }

    fn name(slot: Slot) -> &'static str {
        match slot {
            Slot::Present => "secret",
            Slot::Next => "secret.next",
        }
    }
}

impl SecretStore for SecretFile {
    fn load(&mut self, slot: Slot) -> Result<Option<Secret>, Error> {
        read(&self.0.join(Self::name(slot)))
    }

    fn store(&mut self, slot: Slot, secret: &Secret) -> Result<(), Error> {
        write(&self.0, Self::name(slot), secret)
    }

    fn promote(&mut self) -> Result<(), Error> {
        match fs::rename(self.0.join(Self::name(Slot::Next)), self.0.join(Self::name(Slot::Present))) {
            // Another process may have done it already.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::file(words::TRIED_STORE_SECRET)(error)),
            Ok(()) => sync_folder(&self.0),
        }
    }
}

/// Makes the folder, for its owner only, and every folder above it that is missing; durable when it returns.
pub(crate) fn create_folder(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    // Each is named in the folder above it, and no flush of what is inside makes that name durable.
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or(Ok(()), create_folder)?;
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(folder) {
        // Another process was faster.
        Err(_) if folder.is_dir() => {}
        made => made.map_err(Error::file(words::TRIED_FOLDER.with("path", folder.display().to_string())))?,
    }
    sync_folder(above.unwrap_or(Path::new(".")))
}

fn read(path: &Path) -> Result<Option<Secret>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file(words::TRIED_READ.with("path", path.display().to_string()))(error)),
    };
    let bytes = HEXLOWER.decode(text.trim().as_bytes()).ok().map(Zeroizing::new);
    let secret = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    let damaged = || Error::integrity(words::DAMAGED_SECRET.with("path", path.display().to_string()));
    Ok(Some(Secret::from_bytes(secret.ok_or_else(damaged)?)))
}

fn write(folder: &Path, name: &str, secret: &Secret) -> Result<(), Error> {
    let path = folder.join(name);
    let draft = folder.join(format!("{name}.draft"));
    let store = || -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&draft)?;
        let text = Zeroizing::new(HEXLOWER.encode(secret.as_bytes()));
        writeln!(file, "{}", *text)?;
        file.sync_all()?;
        fs::rename(&draft, &path)
    };
    store().map_err(Error::file(words::TRIED_STORE_SECRET))?;
    sync_folder(folder)
}

/// Makes a name in the folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(folder).and_then(|dir| dir.sync_all()).map_err(Error::file(words::TRIED_SYNC_FOLDER))?;
    #[cfg(not(unix))]
    let _unused: (&Path, Option<File>) = (folder, None);
    Ok(())
}
