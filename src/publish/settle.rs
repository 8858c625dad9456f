//! What runs before this one have published: asked after a kill, and for the list of releases.

use std::path::Path;

use super::keep::Kept;
use super::manifest::{self, Manifest};
use super::swap::Place;
use crate::problem::Result;
use crate::project::state::pending::Ticket;

/// What stands in an output and what stood there before, the newest first. Looks only: changes nothing.
pub fn releases(output: &Path) -> Result<Vec<Kept>> {
    Ok(Place::find(output)?.releases())
}

/// Whether the release of a ticket stands in its output, complete. A copy that was cut short is completed first.
///
/// An output that is gone together with the directory beside it, in which the new site waited, says nothing: its disk
/// may be away. Then the answer is yes, because ids on a site that may still stand somewhere must not be given again.
pub fn published(ticket: &Ticket) -> Result<bool> {
    if ticket.output.metadata().is_err() {
        return Ok(ticket.staging.symlink_metadata().is_err());
    }
    let place = Place::find(&ticket.output)?;
    place.clean_stale()?;
    place.settle()?;
    stands(ticket)
}

/// Whether the release of a ticket stands in its output, asked by the run that was to publish it.
pub fn stands(ticket: &Ticket) -> Result<bool> {
    let Ok(card) = manifest::measure(&ticket.output.join(manifest::RELEASE)) else { return Ok(false) };
    let Ok((_, manifest_sha256)) = Manifest::read(&ticket.output) else { return Ok(false) };
    Ok(card.sha256 == ticket.card_sha256 && manifest::release_id(&manifest_sha256) == ticket.release_id)
}
