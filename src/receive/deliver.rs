//! The rows of a sealed segment in the drop folder, where the next build finds them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::forms::{Form, row};
use super::log::Submission;
use crate::problem::{Problem, Result};
use crate::project::private;

/// Writes a file per form, complete or not at all, and gives how many rows there are. Doing it again replaces the files by
/// the same.
///
/// # Errors
/// Io, with the path.
pub fn deliver(folder: &Path, number: u64, submissions: &[Submission]) -> Result<usize> {
    let failed = |path: &Path, error: &std::io::Error| Problem::io("write what was received", path, error);
    private::folder(folder).map_err(|error| failed(folder, &error))?;
    let mut files: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut rows = 0;
    for submission in submissions {
        let Some(form) = Form::named(&submission.form) else { continue };
        let line = serde_json::to_string(&row(form, submission))
            .map_err(|error| Problem::failed(format!("a submission cannot be written as a row: {error}")))?;
        let _ = writeln!(files.entry(form.name).or_default(), "{line}");
        rows += 1;
    }
    for (form, text) in files {
        let path = folder.join(format!("{form}-{number:012}.ndjson"));
        // A name that the build passes over until the file is whole.
        let part = path.with_extension("part");
        private::write(&part, text.as_bytes())
            .and_then(|()| std::fs::rename(&part, &path))
            .map_err(|error| failed(&path, &error))?;
    }
    private::sync_folder(folder);
    Ok(rows)
}
