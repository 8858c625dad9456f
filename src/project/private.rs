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

/// A folder with a name of its own below `parent`, gone when it is dropped. Closed from the start: left to the umask,
/// it would stand open for a moment.
pub fn scratch(parent: &Path, prefix: &str) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    builder.tempdir_in(parent)
}

/// A folder of keys: wherever what is around it is kept in git, this is not.
pub fn keys(path: &Path) -> io::Result<()> {
    folder(path)?;
    write(&path.join(".gitignore"), b"*\n")
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

/// The same without waiting for the disk: for a cache, where a torn file is found and made anew.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create(path)?.write_all(bytes)
}

/// Closes a file that was written by somebody who does not ask for rights, such as the engine.
pub fn close_file(path: &Path) {
    close(path, 0o600);
}

/// Takes from others what they may do with a folder and everything in it: a copy from another machine, a version
/// control system or an older version may have left it open. Links are not followed.
#[cfg(unix)]
pub fn close_tree(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        let mode = about.permissions().mode();
        if !about.is_symlink() && mode & 0o077 != 0 {
            close(entry.path(), mode & 0o700);
        }
    }
}

#[cfg(not(unix))]
pub fn close_tree(_: &Path) {}

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
