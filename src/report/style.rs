//! How much is printed, and whether in colours.

use std::ffi::OsString;

/// How much is printed of what a run did. Errors, warnings and what was asked for are always printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volume {
    /// No line that says how the run ended.
    Quiet,
    #[default]
    Normal,
    /// Every file that was removed and every item that changed as well.
    Verbose,
}

/// When diagnostics are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// Decides as <https://bixense.com/clicolors/> and <https://no-color.org> ask for. An option counts for more than a
    /// variable, and a variable for more than what standard error is.
    pub fn is_styled(self, variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if is_set("NO_COLOR") => false,
            Color::Auto
                if variable("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") =>
            {
                true
            }
            Color::Auto => is_terminal && variable("TERM").is_none_or(|value| value != "dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Color;

    fn auto(variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        Color::Auto.is_styled(variable, is_terminal)
    }

    #[test]
    fn colours_are_for_terminals_that_can_show_them() {
        assert!(auto(&[], true));
        assert!(!auto(&[], false));
        assert!(!auto(&[("TERM", "dumb")], true));
        assert!(auto(&[("TERM", "xterm")], true));
    }

    #[test]
    fn variables_count_for_more_than_the_terminal() {
        assert!(!auto(&[("NO_COLOR", "1")], true));
        assert!(auto(&[("NO_COLOR", "")], true));
        assert!(auto(&[("CLICOLOR_FORCE", "1")], false));
        assert!(auto(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false));
        assert!(!auto(&[("CLICOLOR_FORCE", "0")], false));
        assert!(!auto(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true));
    }

    #[test]
    fn the_option_counts_for_more_than_variables() {
        let variable = |name: &str| (name == "NO_COLOR").then(|| "1".into());
        assert!(Color::Always.is_styled(variable, false));
        assert!(!Color::Never.is_styled(|_| Some("1".into()), true));
    }
}
