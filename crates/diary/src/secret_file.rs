//! The vault's secret, in a file of its own that only its owner can read.
//!
//! Never in the database: a copy of the database alone, in a backup or a bug report, opens nothing on the relay.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use data_encoding::HEXLOWER;
use lissom_sync::keys::Secret;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::texts::error as words;

/// Name of the file in the diary's folder.
const NAME: &str = "secret";
/// A secret that is to replace the present one, once the database says so.
const NEXT: &str = "secret.next";

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

/// Reads the secret; `None` if there is none.
pub(crate) fn load(folder: &Path) -> Result<Option<Secret>, Error> {
    read(&folder.join(NAME))
}

/// Reads the secret that is to replace the present one.
pub(crate) fn load_next(folder: &Path) -> Result<Option<Secret>, Error> {
    read(&folder.join(NEXT))
}

/// Stores the secret of the diary that the folder has.
pub(crate) fn store(folder: &Path, secret: &Secret) -> Result<(), Error> {
    write(folder, NAME, secret)
}

/// Stores a secret that is to replace the present one.
pub(crate) fn store_next(folder: &Path, secret: &Secret) -> Result<(), Error> {
    write(folder, NEXT, secret)
}

/// Puts the next secret in the place of the present one; another process may have done it already.
pub(crate) fn promote_next(folder: &Path) -> Result<(), Error> {
    match fs::rename(folder.join(NEXT), folder.join(NAME)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file(words::TRIED_STORE_SECRET)(error)),
        Ok(()) => sync_folder(folder),
    }
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
