//! What a run that was cut short has published, asked by the next one.

use super::manifest::{self, Manifest};
use crate::problem::Result;
use crate::project::state::pending::Ticket;

/// Whether the release of a ticket stands in its output, complete.
///
/// An output that is gone together with the directory beside it, in which the new site waited, says nothing: its disk
/// may be away. Then the answer is yes, because ids on a site that may still stand somewhere must not be given again.
pub fn published(ticket: &Ticket) -> Result<bool> {
    if ticket.output.metadata().is_err() {
        return Ok(ticket.staging.symlink_metadata().is_err());
    }
    let Ok(card) = manifest::measure(&ticket.output.join(manifest::RELEASE)) else { return Ok(false) };
    let Ok((_, manifest_sha256)) = Manifest::read(&ticket.output) else { return Ok(false) };
    Ok(card.sha256 == ticket.card_sha256 && manifest::release_id(&manifest_sha256) == ticket.release_id)
}
