//! What people wrote, read once for a run: pages, templates, strings, theme.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Warehouse;
use crate::access::Sealing;
use crate::content::{self, Page, Templates};
use crate::locale::Locale;
use crate::models::Input;
use crate::problem::Result;
use crate::project::Project;
use crate::site::{self, ModelFacts, Site, Theme};

pub(super) struct Authored {
    pub(super) pages: Vec<Page>,
    templates: Templates,
    pub(super) locales: BTreeMap<String, Arc<Locale>>,
    theme: Theme,
}

impl Authored {
    /// Reads and compiles everything; an error is what a build would say.
    pub(super) fn read(project: &Project) -> Result<Authored> {
        let pages = content::load(project)?;
        let templates = Templates::compile(&pages)?;
        let locales = site::locales(project)?;
        let theme = Theme::load(project, &locales)?;
        Ok(Authored { pages, templates, locales, theme })
    }

    /// The site of these pages over the tables of a warehouse.
    pub(super) fn site<'a>(
        &'a self,
        project: &'a Project,
        warehouse: &'a Warehouse,
        (models, tables): (&'a BTreeMap<String, ModelFacts>, &'a BTreeMap<Input, String>),
        sealing: Option<&'a Sealing>,
        unsealed: bool,
    ) -> Site<'a> {
        Site {
            config: &project.config,
            pages: &self.pages,
            templates: &self.templates,
            compiler: &warehouse.compiler,
            engine: &warehouse.engine,
            locales: &self.locales,
            theme: &self.theme,
            models,
            tables,
            as_of: warehouse.as_of.to_string(),
            today: warehouse.clocks.today.to_string(),
            unsealed,
            sealing,
        }
    }
}
