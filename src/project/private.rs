//! Files and folders that may hold personal data are readable by their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a folder with all above it; this one is closed to others, also when it stood open before.
pub fn folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    close(path, 0o700);
    Ok(())
}

/// A new, empty file; one that stands there is replaced.
pub fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file and brings it to the disk.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the renames and removals inside a folder durable. A file system that refuses has nothing to gain from it.
pub fn sync_folder(path: &Path) {
    if cfg!(unix)
        && let Err(error) = File::open(path).and_then(|handle| handle.sync_all())
    {
        tracing::debug!(dir = %path.display(), %error, "folder not synced");
    }
}

/// A folder of someone else, or on a file system without rights, stays as it is.
#[cfg(unix)]
fn close(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    if let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(mode)) {
        tracing::debug!(path = %path.display(), %error, "not closed to others");
    }
}

#[cfg(not(unix))]
fn close(_: &Path, _: u32) {}
