//! What a build is asked to do beyond its settings.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::project::Month;
use crate::project::lock::Wait;
use crate::release::GateRequest;

/// What a build is asked to do beyond its settings.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub today: Option<Date>,
    pub as_of: Option<Date>,
    pub output: Option<PathBuf>,
    /// Write pages that are not public although they cannot be sealed yet.
    pub unsealed: bool,
    /// Render this page only (its id or address); everything else is taken over from the published site.
    pub only: Option<String>,
    /// Do everything but publish.
    pub dry_run: bool,
    /// The first of the closed months that may be opened again.
    pub reopen: Option<Month>,
    /// What to do while another run is at work on the project.
    pub wait: Wait,
    /// The site goes to a private place and is no release: the state stays as it is.
    pub preview: bool,
    /// The keys are those in the project's state, also where the environment holds others.
    pub own_keys: bool,
    /// How strict the gate is, and what is published although it was found.
    pub gate: GateRequest,
}
