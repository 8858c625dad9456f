//! What a file is, and by which settings it is read: those of its `[[source]]`, those of the known export below them, or
//! its headers alone.

use super::binding::{self, Binding, NO_PRESET};
use super::discover::Found;
use super::intake::Format;
use super::mapping::{self, Mapping};
use super::presets::{Preset, Presets};
use super::shape::{self, Opened};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, TableStore};

/// What files are recognised by.
pub struct Rules<'a> {
    pub project: &'a Project,
    pub bindings: &'a [Binding],
    pub presets: &'a Presets,
}

/// A file that was looked at.
pub struct Looked {
    pub opened: Opened,
    pub mapping: std::result::Result<Mapping, Unread>,
    /// A section takes it.
    pub bound: bool,
}

/// Why a file is not read.
pub enum Unread {
    Empty,
    /// No table is known by its headers.
    Unknown(String),
    /// A hidden sheet that nobody named.
    Hidden,
    /// A sheet without the columns of the section that takes its workbook.
    Misfit(Problem),
}

impl Rules<'_> {
    /// The section that takes a file.
    pub fn binding(&self, file: &Found) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.takes(file))
    }

    /// Opens a file and finds its mapping.
    ///
    /// # Errors
    /// It cannot be read, or has not the columns of its section.
    pub fn look(&self, file: &Found, format: Format, (store, engine): (&TableStore, &DuckDb)) -> Result<Looked> {
        let own = self.binding(file);
        let open = |binding: Option<&Binding>| {
            shape::open(file, format, binding.map(|binding| &binding.config), store, engine)
        };
        let mut opened = open(own)?;
        let unread = |opened, why| Ok(Looked { opened, mapping: Err(why), bound: own.is_some() });
        if opened.shape.names.is_empty() {
            return unread(opened, Unread::Empty);
        }
        let preset = self.preset(own, file, &opened)?;
        let made = match (preset, own) {
            (None, _) => None,
            (Some(preset), None) => Some(binding::of_preset(preset)?),
            (Some(preset), Some(own)) => Some(binding::with_preset(self.project, own, preset)?),
        };
        if let Some(made) = &made
            && own.map(|own| shape::told_of(&own.config)).unwrap_or_default() != shape::told_of(&made.config)
        {
            opened = open(Some(made))?;
        }
        if own.is_none() && file.inside.as_ref().is_some_and(|inside| inside.hidden) {
            return unread(opened, Unread::Hidden);
        }
        let mapping = match made.as_ref().or(own) {
            None => mapping::recognised(file, &opened.shape).map_err(Unread::Unknown),
            Some(binding) => match mapping::bound(self.project, binding, file, &opened.shape) {
                Ok(mapping) => Ok(mapping),
                Err(problem) if file.sheet().is_some() && binding.config.sheet.is_none() => {
                    Err(Unread::Misfit(problem))
                }
                Err(problem) => return Err(problem),
            },
        };
        let told = own.and_then(|own| own.config.preset.clone()).filter(|name| name != NO_PRESET);
        let name = preset.map(|preset| preset.name.clone()).or(told);
        Ok(Looked { opened, mapping: mapping.map(|mapping| mapping.of_export(name)), bound: own.is_some() })
    }

    /// The export a file is, unless its section says so itself.
    fn preset(&self, own: Option<&Binding>, file: &Found, opened: &Opened) -> Result<Option<&Preset>> {
        let names = &opened.shape.names;
        let Some(own) = own else { return Ok(self.presets.matching(names, None)) };
        let Some(name) = &own.config.preset else { return Ok(self.presets.matching(names, Some(own.table))) };
        let missing = self.presets.get(name).map(|preset| preset.missing(names)).unwrap_or_default();
        if missing.is_empty() {
            return Ok(None);
        }
        let problem = Problem::usage(format!("data/{} is no {name}: it has not {}", file.name, missing.join(", ")));
        let problem = match self.presets.matching(names, None) {
            Some(other) => problem.hint(format!("its columns are those of {0}: preset = \"{0}\"", other.name)),
            None => problem
                .hint("leave preset out, and name the columns in columns = { … }; `storebook inspect` shows them"),
        };
        Err(own.origin.place(self.project, "preset", problem))
    }
}
