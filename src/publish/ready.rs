//! From a site in the making to one that stands in the output: manifest, proof, disk, swap.

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::dotfiles::{self, link_or_copy};
use super::facts::{Facts, one_file};
use super::keep::Kept;
use super::manifest::{Card, MANIFEST, Manifest, RELEASE, Release, measure, sha256};
use super::options::Published;
use super::spare::Ground;
use super::stage::Stage;
use super::swap::{SwapMode, Wish};
use super::verify::{VerifyReport, extra_files, verify_listed};
use super::{guard, spare, system, verify};
use crate::failpoint::failpoint;
use crate::problem::{Problem, Result};
use crate::project::state::pending::Ticket;

/// A site that is complete, proved and on the disk, a step away from being published. Dropped without
/// [`Ready::swap`], it leaves nothing.
pub struct Ready {
    stage: Stage,
    manifest: Manifest,
    seal: Seal,
}

/// What tells this release from every other.
struct Seal {
    release_id: String,
    card_sha256: String,
}

impl Ready {
    /// By which a later run can tell whether the swap has happened.
    pub fn ticket(&self) -> Ticket {
        Ticket {
            release_id: self.seal.release_id.clone(),
            card_sha256: self.seal.card_sha256.clone(),
            output: self.stage.place.output.clone(),
            staging: self.stage.place.staging.clone(),
        }
    }

    /// Puts the new site in the place of the old one. To be called once; what is left of the staging directory goes
    /// when this is dropped.
    pub fn swap(&self) -> Result<Published> {
        let Ready { stage, manifest, seal } = self;
        if stage.untouched() {
            stage.place.leave(stage.options.keep);
            return Ok(stage.summary(manifest, seal.release_id.clone(), None));
        }
        let mode = stage.place.swap(&Wish {
            mode: stage.options.swap,
            new: manifest,
            old: &stage.previous,
            release_id: &seal.release_id,
            keep: stage.options.keep,
        })?;
        if let Some(facts) = &stage.options.facts {
            Facts::write(facts, &stage.place.output, &seal.release_id, manifest);
        }
        Ok(stage.summary(manifest, seal.release_id.clone(), Some(mode)))
    }
}

impl Stage {
    /// Writes the manifest, proves the tree against it and makes it durable: all that is left is the swap. Where the
    /// output holds this very release, card and all, it stays as it is.
    pub fn prepare(mut self, release: &Release) -> Result<Ready> {
        let manifest = self.book().manifest()?;
        failpoint("finish-begin");
        let bytes = manifest.to_bytes();
        let card = Card::new(release, &manifest, &bytes)?;
        let card_bytes = card.to_bytes()?;
        let seal = Seal { release_id: card.release_id, card_sha256: sha256(&card_bytes) };
        if self.stands(&seal) {
            return Ok(Ready { stage: self, manifest, seal });
        }
        self.linked = true;
        self.link_carried()?;
        // The manifest is the last file of all.
        for (name, bytes) in [(RELEASE, card_bytes), (MANIFEST, bytes)] {
            let file = self.place.staging.join(name);
            self.put(&file, &bytes).map_err(|error| self.write_problem(name, &error))?;
            failpoint(if name == RELEASE { "finish-release" } else { "finish-manifest" });
        }
        self.ready(manifest, seal)
    }

    /// Whether the output holds this release, file for file and card included.
    fn stands(&self, seal: &Seal) -> bool {
        self.book().written.is_empty()
            && self.previous_release.as_ref() == Some(&seal.release_id)
            && self.options.swap.is_none()
            && measure(&self.place.site.join(RELEASE)).is_ok_and(|card| card.sha256 == seal.card_sha256)
    }

    fn link_carried(&self) -> Result<()> {
        let mut carried = std::mem::take(&mut self.book().carried);
        // Neighbours share a folder.
        carried.sort_unstable();
        carried.par_iter().try_for_each(|path| self.link(&self.place.site.join(path), path))
    }

    /// Gives a published file its place in the new site.
    fn link(&self, from: &Path, path: &str) -> Result<()> {
        let to = self.place.staging.join(path);
        if self.grown() && one_file(from, &to) {
            return Ok(());
        }
        self.place_file(&to, || link_or_copy(from, &to)).map_err(|error| self.write_problem(path, &error))
    }

    /// Takes a whole release that was published before, card and all, to be put back into the output.
    ///
    /// # Errors
    /// A release that is not what its manifest says.
    pub fn restore(mut self, release: &Kept) -> Result<Ready> {
        let report = verify(&release.dir)?;
        if !report.ok() {
            return Err(damaged(release, &report));
        }
        let (manifest, _) = Manifest::read(&release.dir)?;
        let paths: Vec<&str> = manifest.files.keys().map(String::as_str).chain([RELEASE, MANIFEST]).collect();
        self.linked = true;
        paths.par_iter().try_for_each(|path| self.link(&release.dir.join(path), path))?;
        self.book().written.extend(paths.into_iter().map(ToOwned::to_owned));
        failpoint("finish-begin");
        let card = measure(&release.dir.join(RELEASE))
            .map_err(|error| Problem::io("read the card of the release", &release.dir, &error))?;
        self.ready(manifest, Seal { release_id: release.id.clone(), card_sha256: card.sha256 })
    }

    fn ready(self, manifest: Manifest, seal: Seal) -> Result<Ready> {
        let proof = self.proof(&manifest)?;
        if !proof.ok() {
            let message = format!(
                "the staged site is not what was written: missing {:?}, changed {:?}, extra {:?}",
                proof.missing, proof.changed, proof.extra
            );
            // The next build must not take the same file over by sight again.
            if let Some(facts) = &self.options.facts {
                let _ = fs::remove_file(facts);
            }
            return Err(Problem::failed(message)
                .at(&self.place.staging)
                .hint("another program may have written there, or a disk failed; run the build again"));
        }
        failpoint("finish-verified");
        guard::check_contents(&self.place.site)?;
        dotfiles::carry_over(&self.place.site, &self.place.staging, &self.previous)?;
        self.place.keep_permissions()?;
        failpoint("finish-dotfiles");
        system::sync_tree(&self.place.staging)
            .map_err(|error| Problem::io("bring the new site to the disk", &self.place.staging, &error))?;
        failpoint("finish-synced");
        Ok(Ready { stage: self, manifest, seal })
    }

    /// What was written now is read again; what was taken over is the published file itself, known by sight.
    fn proof(&self, manifest: &Manifest) -> Result<VerifyReport> {
        let staging = &self.place.staging;
        let extra = match &self.ground {
            Ground::Empty => extra_files(staging, manifest)?,
            Ground::Spare(held) => spare::clear(staging, held.as_deref(), manifest)
                .map(|()| Vec::new())
                .map_err(|error| Problem::io("clear the directory the new site is built in", staging, &error))?,
        };
        let (read, sha256) = Manifest::read(staging)?;
        let report = verify_listed(staging, (&read, &sha256), &|path, file, entry| self.facts.hold(path, file, entry));
        Ok(VerifyReport { extra, ..report })
    }

    /// [`Stage::prepare`] and [`Ready::swap`] in one.
    pub fn finish(self, release: &Release) -> Result<Published> {
        self.prepare(release)?.swap()
    }

    fn summary(&self, manifest: &Manifest, release_id: String, swap: Option<SwapMode>) -> Published {
        let before = &self.previous.files;
        let unchanged = manifest.files.iter().filter(|(path, entry)| before.get(*path) == Some(entry)).count() as u64;
        Published {
            release_id,
            written: manifest.files.len() as u64 - unchanged,
            unchanged,
            removed: before.keys().filter(|path| !manifest.files.contains_key(*path)).count() as u64,
            bytes: manifest.bytes(),
            output: self.place.output.clone(),
            swap,
        }
    }
}

fn damaged(release: &Kept, report: &VerifyReport) -> Problem {
    let message = format!(
        "the release {} is not what its manifest says: missing {:?}, changed {:?}, extra {:?}{}",
        release.id,
        report.missing,
        report.changed,
        report.extra,
        if report.card_matches { "" } else { ", another release.json" }
    );
    Problem::failed(message)
        .at(&release.dir)
        .hint("choose another release; `storebook releases --verify` tries them all")
}
