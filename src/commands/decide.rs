//! Decides how much of the last reload's result counts.

use super::reload::Run;
use super::{Failure, builtin_sources, proof};
use crate::db::Database;
use crate::incremental::planning::Work;
use crate::incremental::{Basis, BuiltinLookup};
use crate::state::Remembered;

impl Run<'_> {
    /// Decides from the stamp, and looks for what there is to do though no source changed: built-ins that came or went
    /// since the last reload, and content retained for others who no longer reach it.
    pub fn decide(
        &mut self,
        database: &mut Database,
        known: Remembered,
    ) -> Result<(Basis, BuiltinLookup), Failure> {
        let full = proof::is_due(database)? || self.settings.mode.is_full();
        let mut lookup = BuiltinLookup::new(builtin_sources(self.settings));
        let is_due = |database: &Database| {
            Ok(self.checkout.have_other_builtins(database, &mut lookup) || Work::is_outlived(database)?)
        };
        let timings = &mut self.outcome.timings;
        let basis = Basis::decide(database, &self.goal, full, known, timings, is_due)?;
        Ok((basis, lookup))
    }
}
