//! `darkc hook`: puts a pre-commit hook into the repository of the packages, and takes it away.

use std::path::{Path, PathBuf};

use super::Failure;
use super::settings::Settings;
use crate::discover::git::Repository;
use crate::discover::hooks::{Hook, HookPlace, MARK};

/// What the hook does before each commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookMode {
    /// Checks what is staged.
    Check,
    /// Makes and stages the sidecars of what is staged.
    Build,
}

/// What became of the hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookOutcome {
    pub file: PathBuf,
    pub done: HookDone,
    /// Whether other repositories may use the folder too.
    pub is_shared: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookDone {
    /// Whether a hook that was there before runs before it.
    Installed { chained: bool },
    /// Whether the hook that was there before is back.
    Uninstalled { restored: bool },
    /// There was none of darkc's.
    NothingToUninstall,
}

/// Puts the hook in its place. One that stands there already runs first.
///
/// # Errors
/// Where there is no repository, or the hook cannot be written.
pub fn install(settings: &Settings, mode: HookMode) -> Result<HookOutcome, Failure> {
    let repository = Repository::around(&settings.packages)?;
    let place = HookPlace::of(&repository)?;
    let folder = if repository.prefix().is_empty() { "." } else { repository.prefix().trim_end_matches('/') };
    let program = std::env::current_exe().unwrap_or_default();
    place
        .install(&script(folder, &program, mode))
        .map_err(|error| Failure::NotWritten(place.file.clone(), error))?;
    let done = HookDone::Installed { chained: place.has_kept() };
    Ok(HookOutcome { done, is_shared: place.is_shared, file: place.file })
}

/// Takes the hook away, and puts the one back that stood there before.
///
/// # Errors
/// Where there is no repository, or the hook cannot be removed.
pub fn uninstall(settings: &Settings) -> Result<HookOutcome, Failure> {
    let place = HookPlace::of(&Repository::around(&settings.packages)?)?;
    let unreadable = |error| Failure::Unreadable(place.file.clone(), error);
    let done = match place.hook().map_err(unreadable)? {
        Hook::Ours(_) => {
            let restored = place.uninstall();
            let restored = restored.map_err(|error| Failure::NotRemoved(place.file.clone(), error))?;
            HookDone::Uninstalled { restored }
        }
        Hook::None | Hook::Other => HookDone::NothingToUninstall,
    };
    Ok(HookOutcome { done, is_shared: place.is_shared, file: place.file })
}

/// The text of the hook. Git runs it at the root of the work tree.
fn script(folder: &str, program: &Path, mode: HookMode) -> String {
    let command = match mode {
        HookMode::Check => "build --check --staged",
        HookMode::Build => "build --staged",
    };
    let (folder, program) = (quoted(folder), quoted(&program.display().to_string()));
    format!(
        "#!/bin/sh\n\
         {MARK}\n\
         kept=\"$0.before-darkc\"\n\
         if [ -x \"$kept\" ]; then \"$kept\" \"$@\" || exit $?; fi\n\
         # Another repository may use this hook, or a branch may have no packages.\n\
         [ -d {folder} ] || exit 0\n\
         darkc=$(command -v darkc) || darkc={program}\n\
         if ! [ -x \"$darkc\" ]; then\n\
         \x20 echo \"darkc is not found, so this commit was not checked: install it, or remove $0\" >&2\n\
         \x20 exit 1\n\
         fi\n\
         exec \"$darkc\" {command} --packages {folder}\n"
    )
}

/// A word as the shell reads it back.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_reads_a_word_back() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
