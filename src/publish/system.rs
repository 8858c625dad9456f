//! The few system calls the standard library does not offer, with best-effort stand-ins outside Unix.

use std::fs::File;
use std::io;
use std::path::Path;

/// Locks a directory until the returned handle is dropped or the process dies, however it dies.
///
/// `None` when another handle holds the lock, and also where the file system knows no locks: a caller must then
/// assume that somebody holds it.
#[cfg(unix)]
pub(super) fn try_lock(dir: &Path) -> Option<File> {
    let handle = File::open(dir).ok()?;
    rustix::fs::flock(&handle, rustix::fs::FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(handle)
}

#[cfg(not(unix))]
pub(super) fn try_lock(_dir: &Path) -> Option<File> {
    None
}

/// Swaps two directories in one step: at every moment both names lead to one of the two.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(super) fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the failure of [`exchange`] says "not here" (a mount point, a file system without it) and not "not now".
pub(super) fn cannot_exchange(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let here = [Errno::XDEV, Errno::INVAL, Errno::BUSY, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP];
        if error.raw_os_error().is_some_and(|code| here.iter().any(|errno| errno.raw_os_error() == code)) {
            return true;
        }
    }
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::CrossesDevices | io::ErrorKind::ResourceBusy)
}

/// Brings everything written under `dir` to the disk: one `syncfs` where there is one.
pub(super) fn sync_tree(dir: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        rustix::fs::syncfs(File::open(dir)?)?;
    }
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    {
        rustix::fs::sync();
        File::open(dir)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Makes a rename inside `dir` durable. A file system that refuses to sync a directory has nothing to gain from it.
pub(super) fn sync_dir(dir: &Path) {
    if cfg!(unix)
        && let Err(error) = File::open(dir).and_then(|handle| handle.sync_all())
    {
        tracing::debug!(dir = %dir.display(), %error, "directory not synced");
    }
}

/// A symbolic link to a directory.
#[cfg(unix)]
pub(super) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
pub(super) fn symlink(_target: &Path, _link: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
