//! The files of the checkout that a reload depends on or keeps in step: `package-ref-hashes.txt`, the source that
//! registers its keys, and the sources of built-ins.

use std::path::Path;

use super::outcome::Outcome;
use super::package_refs::{self, PackageRefs};
use super::settings::Settings;
use super::{Failure, Mode};
use crate::db::{Database, Watched, sealed};
use crate::diff::Plan;
use crate::discover::checkout::RefsPlace;
use crate::incremental::{BuiltinLookup, PackageSet};
use crate::state::Stamp;
use crate::state::around::Around;

pub struct CheckoutFiles {
    /// Where the file of package references is to be, if anywhere.
    refs_place: Option<RefsPlace>,
    /// What that file and its registry were before anything was read.
    watched: Watched,
    /// What the last reload remembered of the checkout; empty where that does not count.
    remembered: Around,
}

impl CheckoutFiles {
    pub fn look(settings: &Settings) -> Self {
        let refs_place = package_refs::place(settings);
        let watched = refs_place.iter().flat_map(|place| [&*place.file, &*place.registry]);
        let watched = Watched::look(watched);
        CheckoutFiles { refs_place, watched, remembered: Around::default() }
    }

    /// Returns the stamp of a store whose seal says that it is at `goal` and that these files are in step.
    pub fn sealed(&self, database: &Path, goal: &Stamp) -> Option<Stamp> {
        sealed(database, goal, &self.watched)
    }

    /// Takes over what the last reload remembered of the checkout, and returns whether built-ins came or went since.
    pub fn have_other_builtins(&mut self, database: &Database, lookup: &mut BuiltinLookup) -> bool {
        self.remembered = Around::decode(database.around());
        lookup.look(&self.remembered);
        lookup.changed().next().is_some()
    }

    /// Returns where the file of package references is, and what the last reload remembered of it; `None` where there is to be no such file.
    pub fn refs(&self) -> Option<(&RefsPlace, &Around)> {
        self.refs_place.as_ref().map(|place| (place, &self.remembered))
    }

    /// Ends a run that finds nothing to do: writes the file of package references if it is not in step, seals the
    /// store if nothing else has to be remembered, and closes it.
    pub fn keep(
        &self,
        stamp: &Stamp,
        mut database: Database,
        mut lookup: BuiltinLookup,
        mode: Mode,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let mut around = self.remembered.clone();
        outcome.note_lookup(&mut lookup);
        lookup.remember(&mut around, |_| true);
        if !mode.writes() {
            return Ok(database.close()?);
        }
        let refs = self.refs_place.as_ref().map(PackageRefs::read);
        if let Some(refs) = refs.filter(|refs| !refs.are_in_step(&around)) {
            refs.bring_up_to_date(&mut database, &around, outcome)?;
        } else if around != self.remembered {
            database.remember_around(&[], |_| (Some(around.encode()), ()))?;
        } else if around.builtins.is_empty() {
            outcome.timings.time("close", || database.seal(stamp, &self.watched));
            return Ok(());
        }
        Ok(database.close()?)
    }

    /// Returns what is to be remembered of the checkout once the plan is carried out.
    pub fn after(&self, plan: &Plan, set: &PackageSet) -> Around {
        let mut around = self.remembered.clone();
        // What the last reload kept in step stays so only if no item of the file changes.
        let refs = self.refs_place.as_ref().filter(|_| around.refs.is_some()).map(PackageRefs::read);
        if !refs.is_some_and(|refs| refs.are_in_step(&around) && !refs.are_touched_by(plan, &around)) {
            around.refs = None;
        }
        set.lookup.remember(&mut around, |name| set.tries_builtin(name));
        around
    }

    /// Writes the file of package references after the store, if it is not in step. `around` is what the store
    /// remembers of the checkout.
    pub fn follow(
        &self,
        around: &Around,
        database: &mut Database,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let refs = self.refs_place.as_ref().map(PackageRefs::read).filter(|refs| !refs.are_in_step(around));
        let Some(refs) = refs else { return Ok(()) };
        let mut timings = std::mem::take(&mut outcome.timings);
        timings.time("package refs", || refs.bring_up_to_date(database, around, outcome))?;
        outcome.timings = timings;
        Ok(())
    }

    /// Returns the first line of the file of package references that does not agree with the store.
    pub fn difference(&self, database: &Database) -> Result<Option<String>, Failure> {
        self.refs_place.as_ref().map_or(Ok(None), |place| PackageRefs::read(place).difference(database))
    }
}
