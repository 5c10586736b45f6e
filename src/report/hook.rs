//! What became of the pre-commit hook.

use super::{Report, line};
use crate::commands::hook::{HookDone, HookOutcome};

impl Report {
    /// One line, and warnings before it.
    pub fn hook(&mut self, outcome: &HookOutcome) {
        let file = outcome.file.display();
        if outcome.is_shared && matches!(outcome.done, HookDone::Installed { .. }) {
            line(
                &mut self.text,
                format_args!(
                    "warning: {file} lies outside of this repository (core.hooksPath), so other repositories run it too; \
                     it does nothing in those without such packages"
                ),
            );
        }
        let done = match outcome.done {
            HookDone::Installed { chained: false } => format!("installed: {file}"),
            HookDone::Installed { chained: true } => {
                format!("installed: {file}; the hook that was there runs first")
            }
            HookDone::Uninstalled { restored: false } => format!("uninstalled: {file}"),
            HookDone::Uninstalled { restored: true } => {
                format!("uninstalled: {file}; the hook that was there before is back")
            }
            HookDone::NothingToUninstall => {
                format!("nothing to uninstall: {file} is not a hook of darkc's")
            }
        };
        line(&mut self.text, format_args!("{done}"));
    }
}
