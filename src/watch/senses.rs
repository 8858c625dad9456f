//! Events of the file system, as hints that something changed. Where they cannot be had, looking often takes their place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Waker;
use super::scan::{FOLDERS, Stat};

/// Watches the folders of a project. Without a watcher it is blind, and the caller has to look often.
pub struct Senses {
    watcher: Option<RecommendedWatcher>,
    root: PathBuf,
    /// What is watched, as it was when the watch began: a folder that was replaced needs a new one.
    watched: BTreeMap<PathBuf, Stat>,
}

impl Senses {
    /// No events: the project is looked at often instead.
    pub fn blind() -> Senses {
        Senses { watcher: None, root: PathBuf::new(), watched: BTreeMap::new() }
    }

    /// Starts to watch.
    ///
    /// # Errors
    /// A sentence that says why there are no events and what can be done.
    pub fn open(root: &Path, waker: Waker) -> Result<Senses, String> {
        let handler = move |event: notify::Result<Event>| match event {
            Ok(event) if is_hint(&event) => waker.hint(),
            Ok(_) => {}
            // A folder too many, met while following a new one; or a queue that overflowed.
            Err(error) if is_limit(&error) => waker.blind(),
            Err(_) => waker.hint(),
        };
        let watcher = notify::recommended_watcher(handler).map_err(|error| blindness(&error))?;
        let mut senses = Senses { watcher: Some(watcher), root: root.to_path_buf(), watched: BTreeMap::new() };
        senses.follow()?;
        Ok(senses)
    }

    pub fn is_blind(&self) -> bool {
        self.watcher.is_none()
    }

    /// Watches folders that are new, or new under an old name.
    pub fn follow(&mut self) -> Result<(), String> {
        let Some(watcher) = &mut self.watcher else { return Ok(()) };
        let places = std::iter::once((self.root.clone(), RecursiveMode::NonRecursive))
            .chain(FOLDERS.map(|folder| (self.root.join(folder), RecursiveMode::Recursive)));
        for (place, mode) in places {
            let now = std::fs::metadata(&place).ok().filter(std::fs::Metadata::is_dir).map(|about| Stat::of(&about).id);
            let known = self.watched.get(&place).map(|stat| stat.id);
            if now == known {
                continue;
            }
            if known.is_some() {
                // The system may have dropped the watch with the folder already.
                let _ = watcher.unwatch(&place);
                self.watched.remove(&place);
            }
            if let Some(id) = now {
                match watcher.watch(&place, mode) {
                    Ok(()) => {
                        self.watched.insert(place, Stat { size: 0, modified: 0, id });
                    }
                    // Gone again: the next look will see it.
                    Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                    Err(error) => return Err(blindness(&error)),
                }
            }
        }
        Ok(())
    }
}

/// Reading is not changing: a build opens every input, and must not wake itself.
fn is_hint(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

fn is_limit(error: &notify::Error) -> bool {
    matches!(error.kind, ErrorKind::MaxFilesWatch)
}

/// Why there are no events, and how to get them.
pub fn blindness(error: &notify::Error) -> String {
    // 28 is ENOSPC, 24 EMFILE, on every Unix with inotify; inotify uses both for its own limits.
    let (limit, setting) = match &error.kind {
        ErrorKind::MaxFilesWatch => (true, "fs.inotify.max_user_watches=524288"),
        ErrorKind::Io(error) if error.raw_os_error() == Some(28) => (true, "fs.inotify.max_user_watches=524288"),
        ErrorKind::Io(error) if error.raw_os_error() == Some(24) => (true, "fs.inotify.max_user_instances=1024"),
        _ => (false, ""),
    };
    if limit {
        format!(
            "the system's limit of watched folders is reached, so the project is looked at regularly instead; \
             raise it with `sudo sysctl {setting}`"
        )
    } else {
        format!("the system gives no events ({error}), so the project is looked at regularly instead")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, ModifyKind, RemoveKind};

    #[test]
    fn a_limit_of_the_system_is_explained() {
        let of = |code| notify::Error::io(std::io::Error::from_raw_os_error(code));
        assert!(blindness(&notify::Error::new(ErrorKind::MaxFilesWatch)).contains("max_user_watches"));
        assert!(blindness(&of(28)).contains("max_user_watches"));
        assert!(blindness(&of(24)).contains("max_user_instances"));
        assert!(blindness(&of(13)).contains("regularly instead"));
        assert!(!blindness(&of(13)).contains("sysctl"));
    }

    #[test]
    fn reading_is_no_hint() {
        let hint = |kind| is_hint(&Event::new(kind));
        assert!(!hint(EventKind::Access(AccessKind::Open(AccessMode::Any))));
        assert!(!hint(EventKind::Access(AccessKind::Close(AccessMode::Read))));
        assert!(hint(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(hint(EventKind::Create(CreateKind::File)));
        assert!(hint(EventKind::Modify(ModifyKind::Any)));
        assert!(hint(EventKind::Remove(RemoveKind::Any)));
    }
}
