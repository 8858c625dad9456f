//! Putting an older release back: a publish whose files are all there already.

use std::path::PathBuf;

use super::publishing::{Writing, lock_for, open_stage};
use crate::access::{Keys, LOCKS};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::project::lock::Wait;
use crate::project::state::{Changes, published};
use crate::publish::{self, Kept, Published};

/// Which release is to stand where.
#[derive(Debug, Clone, Default)]
pub struct RollbackRequest {
    pub output: Option<PathBuf>,
    /// Its id or the beginning of it; `None`: the newest one that is older than the one that stands there.
    pub release: Option<String>,
    /// Also a release which somebody can open whose access was taken away since.
    pub reopen: bool,
    pub wait: Wait,
}

/// Puts an older release back by the same swap a build makes, after proving it against its manifest. The state's
/// record of the current release follows; ids of people that were given stay given.
pub fn rollback(project: &Project, request: &RollbackRequest) -> Result<Published> {
    let output = request.output.clone().unwrap_or_else(|| project.output());
    let lock = lock_for(project, &format!("rolling back {}", output.display()), request.wait)?;
    let stage = open_stage(project, &output, &super::Request::default())?;
    let releases = stage.releases();
    let chosen = choose(&releases, request.release.as_deref()).map_err(|problem| problem.at(&output))?;
    if !request.reopen {
        refuse_reopening(project, chosen).map_err(|problem| problem.at(&output))?;
    }
    let ready = stage.restore(chosen)?;
    let mut changes = Changes::default();
    published::put_back(&project.state(), &chosen.id, &mut changes)?;
    Writing { project, changes, lock: Some(lock) }.publish(&ready)
}

/// An older release is sealed with older keys: who left since could read it again.
fn refuse_reopening(project: &Project, chosen: &Kept) -> Result<()> {
    let Some((_, card)) = publish::card_at(&chosen.dir) else { return Ok(()) };
    let Some(then) = card.notes.get(LOCKS).and_then(|count| count.parse::<usize>().ok()) else { return Ok(()) };
    // Without keys here nobody can say; a machine that only publishes has none.
    let Some(keys) = Keys::read(&project.state())? else { return Ok(()) };
    if keys.locks() <= then {
        return Ok(());
    }
    Err(Problem::refused(format!(
        "since the release {} access was taken away or keys were replaced; put back, it opens to the old codes",
        chosen.id
    ))
    .hint("build from the older data instead (`storebook build --as-of DAY`), or go back all the same with --reopen"))
}

fn choose<'a>(releases: &'a [Kept], wish: Option<&str>) -> Result<&'a Kept> {
    let others = || releases.iter().filter(|release| !release.current);
    let hint = "`storebook releases` lists what can be put back";
    let Some(wish) = wish else {
        let older = releases.iter().skip_while(|release| !release.current).find(|release| !release.current);
        return older.ok_or_else(|| Problem::usage("there is no older release to go back to").hint(hint));
    };
    let mut found = others().filter(|release| !wish.is_empty() && release.id.starts_with(wish));
    match (found.next(), found.next()) {
        (Some(release), None) => Ok(release),
        (Some(_), Some(_)) => Err(Problem::usage(format!("more than one release begins with \"{wish}\"")).hint(hint)),
        (None, _) if !wish.is_empty() && releases.iter().any(|it| it.current && it.id.starts_with(wish)) => {
            Err(Problem::usage(format!("the release {wish} is the one that stands there")).hint(hint))
        }
        (None, _) => Err(Problem::usage(format!("no release \"{wish}\" is kept"))
            .nearest(wish, others().map(|release| release.id.as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn kept(id: &str, current: bool) -> Kept {
        Kept {
            id: id.into(),
            dir: PathBuf::new(),
            as_of: String::new(),
            today: String::new(),
            files: 0,
            bytes: 0,
            published: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
            current,
        }
    }

    #[test]
    fn without_an_id_the_next_older_release_is_meant() {
        let releases = [kept("cc11", false), kept("bb22", true), kept("aa33", false), kept("aa44", false)];
        let id =
            |wish: Option<&str>| choose(&releases, wish).map(|release| release.id.clone()).map_err(|p| p.to_string());
        assert_eq!(id(None).unwrap(), "aa33");
        assert_eq!(id(Some("c")).unwrap(), "cc11");
        assert_eq!(id(Some("aa44")).unwrap(), "aa44");
        assert!(id(Some("aa")).unwrap_err().contains("more than one"));
        assert!(id(Some("bb")).unwrap_err().contains("stands there"));
        assert!(id(Some("")).unwrap_err().contains("no release"));
        assert!(id(Some("aa34")).unwrap_err().contains("aa33"));
        assert!(choose(&releases[1..2], None).is_err());
        assert!(choose(&[], None).is_err());
    }
}
