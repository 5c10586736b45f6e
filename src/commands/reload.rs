//! `darkc reload`: brings the database up to date with the sources, in the ten steps of ARCHITECTURE.md.

use super::checkout_files::CheckoutFiles;
use super::outcome::Outcome;
use super::prepared::Prepared;
use super::settings::{Mode, NodeIdMode, Settings};
use super::{Failure, changes, load_options, proof, unless_passing};
use crate::base::parallel::{self, HandOver};
use crate::db::{Database, Millis};
use crate::diff::Plan;
use crate::discover::{self, Found};
use crate::incremental::planning::{self, Stored};
use crate::incremental::{Basis, PackageSet, Reach, STATE_DIGEST, Sources};
use crate::incremental::{next_files, stored_forms, values};
use crate::state::around::Around;
use crate::state::{Remembered, Stamp};

/// One try to bring the database up to date.
pub struct Run<'s> {
    pub(super) settings: &'s Settings,
    /// The stamp that the store is to have. How many items there are is known only after the plan.
    pub(super) goal: Stamp,
    pub(super) checkout: CheckoutFiles,
    pub(super) outcome: Outcome,
}

impl<'s> Run<'s> {
    /// Looks at the sources, and at the database from outside. Where a seal tells that there is nothing to do, the
    /// stamp of the store is returned too.
    pub fn start(settings: &'s Settings) -> Result<(Self, Found, Option<Stamp>), Failure> {
        let mut outcome = Outcome::default();
        // 1. Discover: find and hash the sources.
        let find = || discover::find(&settings.packages, settings.threads);
        let found = outcome.timings.time("discover", find)?;
        outcome.left_out = found.left_out;
        let (sources, zero_ids) = (found.digest(), settings.node_ids == NodeIdMode::Zero);
        let goal = Stamp { tool: STATE_DIGEST, sources, untouched: true, zero_ids, ..Stamp::default() };
        let checkout = CheckoutFiles::look(settings);
        let sealed = || checkout.sealed(&settings.database, &goal);
        let sealed = if settings.mode.is_full() { None } else { outcome.timings.time("seal", sealed) };
        Ok((Run { settings, goal, checkout, outcome }, found, sealed))
    }

    /// Opens the database and does what there is to do.
    pub fn finish(mut self, found: Found, known: Remembered) -> Result<(Outcome, Remembered), Failure> {
        let (settings, sources) = (self.settings, self.goal.sources);
        let timings = &mut self.outcome.timings;
        let mut database = timings.time("open", || match settings.mode.writes() {
            true => Database::open_in(&settings.database, settings.make_folder),
            false => Database::open_read_only(&settings.database, settings.make_folder),
        })?;
        // 2. Decide how much of the last reload's result counts.
        let (basis, mut lookup) = self.decide(&mut database, known)?;
        let (before, trusted) = match basis {
            Basis::Unchanged(stamp, remembered) => {
                self.checkout.keep(&stamp, database, lookup, settings.mode, &mut self.outcome)?;
                return Ok((self.outcome.unchanged(found.sources, &stamp, settings.explain), remembered));
            }
            Basis::Trusted(remembered) => (remembered, true),
            Basis::Untrusted(reason) => {
                self.outcome.untrusted = Some(reason);
                (Remembered::default(), false)
            }
        };
        if settings.mode.is_full() {
            lookup.read_all();
        }
        let options = load_options(settings, settings.mode.sidecars());
        let mut set =
            PackageSet::new(Sources::new(settings.packages.clone(), found, options), before, lookup);
        let prepare = |give: HandOver<_>| {
            let planned = self.plan(&mut set, &mut database, trusted);
            self.hand_over(planned, set, database, give)
        };
        let (outcome, remembered) =
            parallel::hand_over(prepare, |prepared| carry_out(prepared?)).map_err(Failure::Thread)?;
        let outcome = outcome?;
        unless_passing(settings, sources, &outcome.failures)?;
        Ok((outcome, remembered))
    }

    /// Returns the rows that must change.
    fn plan(
        &mut self,
        set: &mut PackageSet,
        database: &mut Database,
        trusted: bool,
    ) -> Result<Plan, Failure> {
        let (settings, outcome) = (self.settings, &mut self.outcome);
        if settings.mode == Mode::Verify {
            outcome.difference = outcome.timings.time("integrity", || database.damage())?;
        }
        // 3. Load the files whose sources are not those of the last reload.
        outcome.timings.time("load", || set.load_stale())?;
        // 4. Declare: take the declarations from what was loaded and from what is remembered.
        outcome.timings.time("inventory", || set.declare());
        // 5. Link changed items, and those with a name whose meaning may have changed.
        let changed = outcome.timings.time("link", || set.link())?;
        // 6. Hash that, and level by level whatever mentions an item whose hash changed. Then check the types that
        // the edit can have made wrong.
        let moved = outcome.timings.time("hash", || set.hash_changed(&changed))?;
        let found = outcome.timings.time("check", || set.check_edit(&changed, &moved, settings.check));
        outcome.note_findings(found);
        // 7. Collect the content hashes at which anything may differ.
        let reach = outcome.timings.time("compare items", || Reach::of(set, changed, moved));
        // 8. Compile the items of those hashes.
        let due = reach.to_compile(set);
        outcome.timings.time("look into", || set.look_into(&due))?;
        let mut compiled = outcome.timings.time("compile", || set.compile(&due, settings.node_ids));
        let mut forms = stored_forms(&compiled);
        changes::note_names(set, outcome)?;
        set.sources.check_unchanged()?;
        // 9. Evaluate the values that are new, and plan the rows that must change.
        let read = || Stored::read(database, &reach.affected, &compiled, settings.node_ids);
        let mut stored = if trusted { None } else { outcome.timings.time("compare", read)? };
        let actual = stored.as_ref().map(|stored| &stored.actual);
        let evaluate = || values::evaluate(set, &mut compiled, &reach, actual, database, settings.node_ids);
        let values = outcome.timings.time("evaluate", evaluate)?;
        let other_result = values.differing;
        outcome.note_values(values);
        let plan = || planning::plan(set, &reach, compiled, stored.as_mut(), &mut forms, database);
        let (mut plan, work) = outcome.timings.time("diff", plan)?;
        let actual = stored.as_ref().map(|stored| &stored.actual);
        let live = set.inventory.live().count();
        proof::prove(database, actual, &plan, other_result, live, &mut outcome.notes)?;
        set.next = outcome.timings.time("own rows", || next_files(set, &forms));
        let unchecked_is_same = settings.mode == Mode::Verify;
        let before = set.inventory.before();
        planning::plan_own_rows(&mut plan, before, stored.as_ref(), &set.next, unchecked_is_same);
        plan.changed_items = changes::note_changes(set, actual, &work.others, &forms, &reach, outcome);
        outcome.older_uses = changes::older_uses(&plan, &work);
        changes::judge(&plan, &set.sources, database, settings, &self.checkout, outcome)?;
        Ok(plan)
    }
}

/// 10. Carries out the plan, in one transaction.
fn carry_out(prepared: Prepared) -> Result<Outcome, Failure> {
    let Prepared { mut database, mut outcome, write } = prepared;
    if let Some((plan, state, checkout)) = write {
        let applied = outcome.timings.time("apply", || database.apply(&plan, &state, Millis::now()))?;
        outcome.note_applied(&applied);
        checkout.follow(&Around::decode(&state.around), &mut database, &mut outcome)?;
    }
    outcome.warnings.extend(database.take_warnings());
    // The last connection moves what was written from the log into the database.
    outcome.timings.time("close", || database.close())?;
    Ok(outcome)
}
