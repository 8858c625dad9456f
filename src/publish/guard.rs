//! Which directories may be published into. A wrong `--output` must never cost anyone a file.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::manifest::Card;
use crate::problem::{Problem, Result};

/// Where an ordered copy keeps files on their way in; it also marks a directory whose first copy was cut short.
pub(super) const INCOMING: &str = ".storebook-incoming";
/// What may stand in an otherwise empty output directory.
const PLACE_KEEPERS: [&str; 4] = [".gitignore", ".gitkeep", ".keep", ".DS_Store"];

/// Refuses an output that is, or holds, a place that must not be replaced: the root, the home directory, `forbidden`.
pub(super) fn check_place(output: &Path, forbidden: &[PathBuf]) -> Result<()> {
    let real = real_path(output);
    if real.parent().is_none() || real.file_name().is_none() {
        return Err(refusal("the output cannot be the root of the file system", output));
    }
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    if home.is_some_and(|home| real_path(&home).starts_with(&real)) {
        return Err(refusal("the output cannot be the home directory or hold it", output));
    }
    match forbidden.iter().find(|place| real_path(place).starts_with(&real)) {
        Some(place) => Err(refusal(&format!("the output cannot be {} or hold it", place.display()), output)),
        None => Ok(()),
    }
}

/// Refuses a directory with files that are not a release of ours. Absent and empty ones pass.
pub(super) fn check_contents(dir: &Path) -> Result<()> {
    let about = match dir.metadata() {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Problem::io("look at the output directory", dir, &error)),
    };
    if !about.is_dir() {
        return Err(refusal("the output is not a directory", dir));
    }
    if Card::read(dir).is_some() || dir.join(INCOMING).is_dir() {
        return Ok(());
    }
    let listing = |error: io::Error| Problem::io("list the output directory", dir, &error);
    for entry in dir.read_dir().map_err(listing)? {
        let name = entry.map_err(listing)?.file_name();
        if !PLACE_KEEPERS.iter().any(|keeper| name == *keeper) {
            let message =
                format!("the output directory holds {name:?} and no site of ours (no release.json of Storebook)");
            return Err(refusal(&message, dir));
        }
    }
    Ok(())
}

fn refusal(message: &str, output: &Path) -> Problem {
    Problem::refused(message)
        .at(output)
        .hint("a build replaces the whole directory: choose an empty or a new one with --output")
}

/// The path with symbolic links resolved as far as it exists, `.` and `..` taken out of the rest.
pub(super) fn real_path(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut known = path.clone();
    loop {
        if let Ok(mut real) = known.canonicalize() {
            let rest = path.strip_prefix(&known).unwrap_or(Path::new(""));
            for component in rest.components() {
                match component {
                    Component::ParentDir => {
                        real.pop();
                    }
                    Component::CurDir => {}
                    other => real.push(other),
                }
            }
            return real;
        }
        if !known.pop() {
            return path;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;

    #[test]
    fn the_root_the_home_and_the_project_are_refused() {
        let temp = tempfile::tempdir().unwrap();
        let project = temp.path().join("shop/project");
        std::fs::create_dir_all(&project).unwrap();
        let forbidden = [project.clone()];
        for output in ["/", "/..", "/usr/.."].map(Path::new) {
            assert_eq!(check_place(output, &forbidden).unwrap_err().kind(), Kind::Refused);
        }
        for output in [&project, &project.join("."), &project.join("a/.."), &temp.path().join("shop")] {
            assert_eq!(check_place(output, &forbidden).unwrap_err().kind(), Kind::Refused, "{}", output.display());
        }
        if let Some(home) = std::env::home_dir() {
            assert!(check_place(&home, &[]).is_err());
        }
        check_place(&project.join("output"), &forbidden).unwrap();
        check_place(&project.join("new/output"), &forbidden).unwrap();
    }

    #[test]
    fn a_symbolic_link_to_the_project_is_seen_through() {
        let temp = tempfile::tempdir().unwrap();
        let project = temp.path().join("project");
        std::fs::create_dir(&project).unwrap();
        let link = temp.path().join("out");
        super::super::system::symlink(&project, &link).unwrap();
        assert!(check_place(&link, &[project]).is_err());
    }

    #[test]
    fn foreign_directories_are_refused_and_place_keepers_pass() {
        let temp = tempfile::tempdir().unwrap();
        check_contents(&temp.path().join("absent")).unwrap();
        check_contents(temp.path()).unwrap();
        std::fs::write(temp.path().join(".gitignore"), "*").unwrap();
        check_contents(temp.path()).unwrap();
        std::fs::write(temp.path().join("thesis.doc"), "years of work").unwrap();
        let problem = check_contents(temp.path()).unwrap_err();
        assert_eq!(problem.kind(), Kind::Refused);
        assert!(problem.to_string().contains("thesis.doc") && problem.hint_text().is_some());
        // Another program's card, a broken one and a directory of that name are no mark of ours.
        for card in ["{\"generator\":\"other 1\"}", "{", ""] {
            std::fs::write(temp.path().join("release.json"), card).unwrap();
            assert!(check_contents(temp.path()).is_err(), "{card}");
        }
        assert_eq!(check_contents(&temp.path().join("thesis.doc")).unwrap_err().kind(), Kind::Refused);
    }
}
