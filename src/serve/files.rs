//! Opens files of a site whose directory may be swapped at any moment.
//!
//! Every request walks from a handle of the site's root down, so it sees the old site or the new one. No link inside the
//! site is followed: the generator writes none, and one that stands there must not lead out.

use std::fs::File;
use std::io;
use std::path::Path;

/// A publish swaps the root in one step; more than this many in one request is no publish.
const TRIES: usize = 8;

/// What stands at a path.
#[derive(Debug)]
pub enum Found {
    File { file: File, size: u64 },
    Folder,
    Absent,
}

/// Looks a path up below the site.
#[cfg(unix)]
pub fn open(site: &Path, segments: &[String]) -> io::Result<Found> {
    use rustix::fs::{CWD, Mode, OFlags, fstat, openat, stat};

    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    for _ in 0..TRIES {
        let root = match openat(CWD, site, flags | OFlags::DIRECTORY, Mode::empty()) {
            Err(error) if is_absent(error) => return Ok(Found::Absent),
            other => other?,
        };
        let old = fstat(&root)?;
        let found = below(root, segments, flags)?;
        // Not there: unless the tree was taken away under the walk, that is the answer.
        let swapped = || stat(site).is_ok_and(|now| (now.st_dev, now.st_ino) != (old.st_dev, old.st_ino));
        if !matches!(found, Found::Absent) || !swapped() {
            return Ok(found);
        }
    }
    Ok(Found::Absent)
}

#[cfg(unix)]
fn is_absent(error: rustix::io::Errno) -> bool {
    use rustix::io::Errno;
    // ELOOP: a link, which is not followed.
    [Errno::NOENT, Errno::NOTDIR, Errno::LOOP, Errno::NAMETOOLONG, Errno::INVAL, Errno::NXIO].contains(&error)
}

#[cfg(unix)]
fn below(root: std::os::fd::OwnedFd, segments: &[String], flags: rustix::fs::OFlags) -> io::Result<Found> {
    use rustix::fs::{Mode, OFlags, openat};

    let mut here = root;
    for name in segments {
        here = match openat(&here, name, flags | OFlags::NOFOLLOW, Mode::empty()) {
            Err(error) if is_absent(error) => return Ok(Found::Absent),
            other => other?,
        };
    }
    let file = File::from(here);
    let about = file.metadata()?;
    Ok(if about.is_dir() {
        Found::Folder
    } else if about.is_file() {
        Found::File { size: about.len(), file }
    } else {
        Found::Absent
    })
}

#[cfg(not(unix))]
pub fn open(site: &Path, segments: &[String]) -> io::Result<Found> {
    let mut path = site.to_path_buf();
    for name in segments {
        path.push(name);
        match path.symlink_metadata() {
            Ok(about) if about.is_symlink() => return Ok(Found::Absent),
            Ok(_) => {}
            Err(_) => return Ok(Found::Absent),
        }
    }
    if path.is_dir() {
        return Ok(Found::Folder);
    }
    match File::open(&path) {
        Ok(file) => Ok(Found::File { size: file.metadata()?.len(), file }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Absent),
        Err(error) => Err(error),
    }
}

/// The content type of a file by its name. CSV is UTF-8: the generator writes nothing else.
pub fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "xml" => "application/xml",
        "atom" => "application/atom+xml",
        "ics" => "text/calendar; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "parquet" => "application/vnd.apache.parquet",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// Whether a file's name holds the hash of its content: `assets/style.0123abcd.css`. Such a file never changes.
pub fn is_hashed(segments: &[String]) -> bool {
    let [first, .., name] = segments else { return false };
    let is_hash = |part: &str| part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    first == "assets" && name.split('.').skip(1).any(is_hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn words(path: &str) -> Vec<String> {
        path.split('/').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn hashed_assets_are_known_by_their_name() {
        assert!(is_hashed(&words("assets/style.0123abcd.css")));
        assert!(is_hashed(&words("assets/fonts/a.0123456789abcdef.woff2")));
        for name in ["assets/style.css", "style.0123abcd.css", "assets/x.notahash.css", "data/x.0123abcd.csv", "assets"]
        {
            assert!(!is_hashed(&words(name)), "{name}");
        }
    }

    #[test]
    fn types_of_files() {
        assert_eq!(content_type("店_表.CSV"), "text/csv; charset=utf-8");
        assert_eq!(content_type("index.html"), "text/html; charset=utf-8");
        assert_eq!(content_type("noending"), "application/octet-stream");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed_and_a_swapped_root_is_looked_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("a")).unwrap();
        std::fs::write(site.join("a/b.txt"), "here").unwrap();
        std::fs::write(folder.path().join("secret.txt"), "no").unwrap();
        std::os::unix::fs::symlink("../secret.txt", site.join("link.txt")).unwrap();
        std::os::unix::fs::symlink("..", site.join("up")).unwrap();
        let Found::File { mut file, size } = open(&site, &words("a/b.txt")).unwrap() else { panic!("no file") };
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), size), ("here", 4));
        assert!(matches!(open(&site, &words("a")).unwrap(), Found::Folder));
        for path in ["link.txt", "up/secret.txt", "a/b.txt/c", "nothing", &"x".repeat(300)] {
            assert!(matches!(open(&site, &words(path)).unwrap(), Found::Absent), "{path}");
        }
        // The output itself may be a link to a release.
        std::os::unix::fs::symlink(&site, folder.path().join("current")).unwrap();
        assert!(matches!(open(&folder.path().join("current"), &words("a/b.txt")).unwrap(), Found::File { .. }));
        assert!(matches!(open(&folder.path().join("none"), &words("a")).unwrap(), Found::Absent));
    }
}
