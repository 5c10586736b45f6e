//! A run of which only the writing is left.

use super::checkout_files::CheckoutFiles;
use super::outcome::Outcome;
use super::reload::Run;
use super::{Failure, changes, proof};
use crate::base::parallel::HandOver;
use crate::db::{Database, NewState};
use crate::diff::Plan;
use crate::incremental::PackageSet;
use crate::incremental::planning;
use crate::state::Remembered;

pub struct Prepared {
    pub database: Database,
    pub outcome: Outcome,
    /// What is to be written, if anything, and the files that follow the store.
    pub write: Option<(Plan, NewState, CheckoutFiles)>,
}

impl Run<'_> {
    /// Hands over what has to be written. After that, while it is written, frees what was loaded and returns what is
    /// remembered.
    pub fn hand_over(
        mut self,
        planned: Result<Plan, Failure>,
        mut set: PackageSet,
        database: Database,
        give: HandOver<Result<Prepared, Failure>>,
    ) -> Remembered {
        changes::note_work(&mut set, self.settings.explain, &mut self.outcome);
        let plan = match planned {
            Ok(plan) => Some(plan).filter(|_| self.settings.mode.writes()),
            Err(Failure::Sources(failures)) => {
                self.outcome.failures = failures;
                None
            }
            Err(failure) => {
                give.give(Err(failure));
                return Remembered::default();
            }
        };
        (self.goal.items, self.goal.unresolved) = (self.outcome.counts.items, self.outcome.unresolved);
        self.goal.findings = self.outcome.counts.findings;
        let next = plan.is_some().then(|| std::mem::take(&mut set.next));
        let write = plan.map(|plan| {
            let (around, proof) = (self.checkout.after(&plan, &set), proof::of(&database, self.goal.items));
            let files = next.as_deref().unwrap_or_default();
            (plan, planning::new_state(&self.goal, files, around.encode(), proof), self.checkout)
        });
        give.give(Ok(Prepared { database, outcome: self.outcome, write }));
        set.remember(self.goal, next)
    }
}
