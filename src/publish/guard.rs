//! Which directories may be published into. A wrong `--output` must never cost anyone a file.

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::manifest::Card;
use crate::problem::{Problem, Result};

/// Where an ordered copy keeps files on their way in; it also marks a directory whose first copy was cut short.
pub(super) const INCOMING: &str = ".storebook-incoming";
/// As many links as Linux follows in one path.
const MAX_LINKS: usize = 40;
/// What may stand in an otherwise empty output directory.
const PLACE_KEEPERS: [&str; 4] = [".gitignore", ".gitkeep", ".keep", ".DS_Store"];

/// Places the output must keep away from, apart from the root of the file system and the home directory.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// What the output must neither be nor hold, such as the project's root.
    pub whole: Vec<PathBuf>,
    /// What the output must neither be, hold nor lie inside: the folders a build reads or keeps its state in.
    pub inputs: Vec<PathBuf>,
}

/// Refuses an output whose replacement would cost a place of [`Places`], `/` or the home directory a file.
pub(super) fn check_place(output: &Path, places: &Places) -> Result<()> {
    let real = real_path(output);
    if real.parent().is_none() || real.file_name().is_none() {
        return Err(refusal("the output cannot be the root of the file system", output));
    }
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    if home.is_some_and(|home| real_path(&home).starts_with(&real)) {
        return Err(refusal("the output cannot be the home directory or hold it", output));
    }
    if let Some(place) = places.whole.iter().chain(&places.inputs).find(|place| real_path(place).starts_with(&real)) {
        return Err(refusal(&format!("the output cannot be {} or hold it", place.display()), output));
    }
    // An output that is a link lies where the link lies, too: a swap may turn it.
    let named = std::path::absolute(output).unwrap_or_else(|_| output.to_path_buf());
    let link = named.file_name().and_then(|name| Some(real_path(named.parent()?).join(name)));
    let lies_in = |place: &Path| real.starts_with(place) || link.as_ref().is_some_and(|link| link.starts_with(place));
    match places.inputs.iter().find(|place| lies_in(&real_path(place))) {
        Some(place) => Err(Problem::refused(format!("the output lies inside {}", place.display())).at(output).hint(
            format!("a build reads {} or keeps its own files there: choose a folder outside of it", place.display()),
        )),
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

/// The path with symbolic links resolved, those that lead to nothing yet included, and `.` and `..` taken out.
pub fn real_path(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let path = follow_links(&path).unwrap_or(path);
    let mut known = path.clone();
    loop {
        // The file system's own word on what exists: it may know one directory by several spellings.
        if let Ok(real) = known.canonicalize() {
            return match path.strip_prefix(&known) {
                Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
                _ => real,
            };
        }
        if !known.pop() {
            return path;
        }
    }
}

/// Follows the links of an absolute path one by one; `None` when they go round in a circle.
fn follow_links(path: &Path) -> Option<PathBuf> {
    let mut left = MAX_LINKS;
    let mut real = PathBuf::new();
    let mut rest: Vec<OsString> = names_reversed(path);
    while let Some(name) = rest.pop() {
        if name == ".." {
            real.pop();
            continue;
        }
        real.push(&name);
        if let Ok(target) = real.read_link() {
            left = usize::checked_sub(left, 1)?;
            real.pop();
            rest.extend(names_reversed(&target));
        }
    }
    Some(real)
}

/// The components of a path, the last one first. The root of an absolute one replaces what it is pushed upon.
fn names_reversed(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter(|part| *part != Component::CurDir);
    names.map(|part| part.as_os_str().to_owned()).collect()
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
        let forbidden = Places { whole: vec![project.clone()], inputs: vec![] };
        for output in ["/", "/..", "/usr/.."].map(Path::new) {
            assert_eq!(check_place(output, &forbidden).unwrap_err().kind(), Kind::Refused);
        }
        for output in [&project, &project.join("."), &project.join("a/.."), &temp.path().join("shop")] {
            assert_eq!(check_place(output, &forbidden).unwrap_err().kind(), Kind::Refused, "{}", output.display());
        }
        if let Some(home) = std::env::home_dir() {
            assert!(check_place(&home, &Places::default()).is_err());
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
        assert!(check_place(&link, &Places { whole: vec![project], inputs: vec![] }).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn an_output_inside_an_input_folder_is_refused_however_it_is_spelt() {
        use std::os::unix::fs::symlink;
        let temp = tempfile::tempdir().unwrap();
        let project = temp.path().join("project");
        std::fs::create_dir_all(project.join("data/2026")).unwrap();
        std::fs::create_dir_all(temp.path().join("elsewhere/content")).unwrap();
        symlink("../elsewhere/content", project.join("content")).unwrap();
        symlink("data/not/yet", project.join("dangling")).unwrap();
        symlink("dangling", project.join("chain")).unwrap();
        symlink("data/2026", project.join("deep")).unwrap();
        symlink(temp.path().join("web"), project.join("data/out-link")).unwrap();
        let places = Places {
            whole: vec![project.clone()],
            inputs: ["data", "content", ".git"].map(|name| project.join(name)).into(),
        };
        for output in [
            "data",
            "data/out",
            "data/a/b/c",
            "./data/../data/out",
            "output/../data/out",
            "deep/out",
            "deep/../out",
            "dangling",
            "chain",
            "data/out-link",
            "content/x",
            "../elsewhere/content/x",
            "../elsewhere",
            ".git",
            ".git/x",
        ] {
            let problem = check_place(&project.join(output), &places).unwrap_err();
            assert_eq!(problem.kind(), Kind::Refused, "{output}");
            assert!(problem.hint_text().is_some(), "{output}");
        }
        let problem = check_place(&project.join("dangling/x"), &places).unwrap_err();
        assert!(problem.hint_text().unwrap().contains(&project.join("data").display().to_string()), "{problem}");
        for output in ["output", "data2", "database/out", "data/../output", "../web", "deep/../../output"] {
            check_place(&project.join(output), &places).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_to_what_is_not_there_yet_and_circles_end() {
        use std::os::unix::fs::symlink;
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().canonicalize().unwrap();
        symlink("b", root.join("a")).unwrap();
        symlink("none/x/../y", root.join("b")).unwrap();
        symlink("circle", root.join("circle")).unwrap();
        assert_eq!(real_path(&root.join("a/./z")), root.join("none/y/z"));
        assert_eq!(real_path(&root.join("circle/x")), root.join("circle/x"));
        assert_eq!(real_path(Path::new("/..")), Path::new("/"));
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
