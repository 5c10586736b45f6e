//! Whether all that darkc needs is there: a list with the fixes, or one JSON object.

use serde::Serialize;

use super::{Report, json_line, line};
use crate::commands::doctor::{DoctorOutcome, Health, Precondition};

/// The version of the JSON shape.
const VERSION: u32 = 1;

impl Report {
    /// One line a precondition, and a line below it with the fix where it does not hold.
    pub fn doctor_text(&mut self, outcome: &DoctorOutcome) {
        let is_plain = !shows_unicode(|name| std::env::var(name).ok());
        for Precondition { name, state, found, fix } in &outcome.preconditions {
            line(&mut self.data, format_args!("{} {name}: {found}", mark(*state, is_plain)));
            if let Some(fix) = fix {
                line(&mut self.data, format_args!("    fix: {fix}"));
            }
        }
    }

    /// One object (docs/json.md).
    pub fn doctor_json(&mut self, outcome: &DoctorOutcome) {
        let checks = outcome.preconditions.iter().map(|one| JsonCheck {
            name: one.name,
            state: state_name(one.state),
            found: &one.found,
            fix: one.fix.as_deref(),
        });
        let object = JsonDoctor {
            version: VERSION,
            darkc: env!("CARGO_PKG_VERSION"),
            tool_digest: &outcome.binary.tool_digest,
            state_digest: &outcome.binary.state_digest,
            sqlite: outcome.binary.sqlite,
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            healthy: outcome.is_healthy(),
            checks: checks.collect(),
        };
        json_line(&mut self.data, &object);
    }
}

#[derive(Serialize)]
struct JsonDoctor<'o> {
    version: u32,
    darkc: &'static str,
    tool_digest: &'o str,
    state_digest: &'o str,
    sqlite: &'o str,
    os: &'static str,
    arch: &'static str,
    healthy: bool,
    checks: Vec<JsonCheck<'o>>,
}

#[derive(Serialize)]
struct JsonCheck<'o> {
    name: &'o str,
    state: &'static str,
    found: &'o str,
    fix: Option<&'o str>,
}

fn mark(state: Health, is_plain: bool) -> &'static str {
    match (state, is_plain) {
        (Health::Good, false) => "✓",
        (Health::Bad, false) => "✗",
        (Health::NotApplicable, false) => "–",
        (Health::Good, true) => "ok  ",
        (Health::Bad, true) => "FAIL",
        (Health::NotApplicable, true) => "-   ",
    }
}

fn state_name(state: Health) -> &'static str {
    match state {
        Health::Good => "ok",
        Health::Bad => "failed",
        Health::NotApplicable => "not-applicable",
    }
}

/// Whether the terminal shows more than ASCII, by its kind and by the locale (`locale(7)`): the first variable that is
/// set counts.
fn shows_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    if variable("TERM").is_some_and(|term| term == "dumb") {
        return false;
    }
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::shows_unicode;

    #[test]
    fn the_locale_and_the_terminal_decide() {
        let shown = |variables: &[(&str, &str)]| {
            let variables: Vec<(String, String)> =
                variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            shows_unicode(|name| Some(variables.iter().find(|(one, _)| one == name)?.1.clone()))
        };
        assert!(shown(&[("LANG", "en_GB.UTF-8")]));
        assert!(shown(&[("LANG", "C"), ("LC_CTYPE", "C.utf8"), ("LC_ALL", "")]));
        assert!(!shown(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]));
        assert!(!shown(&[("LANG", "en_GB.UTF-8"), ("TERM", "dumb")]));
        assert!(!shown(&[]));
    }
}
