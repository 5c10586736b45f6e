//! The table that a benchmark prints: what was asked for, what was measured.

/// One line; ratios and times are compared with what they should reach.
#[derive(Debug)]
pub struct Line {
    what: String,
    reach: String,
    measured: String,
    verdict: &'static str,
}

#[derive(Debug, Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// A line with nothing to reach.
    pub fn note(&mut self, what: impl Into<String>, measured: impl Into<String>) {
        self.push(what.into(), String::new(), measured.into(), "");
    }

    /// A line whose `value` should be at most `limit`.
    pub fn at_most(
        &mut self,
        what: impl Into<String>,
        limit: f64,
        unit: &str,
        value: f64,
        measured: impl Into<String>,
    ) {
        let verdict = if value <= limit { "yes" } else { "no" };
        self.push(what.into(), format!("≤ {limit}{unit}"), measured.into(), verdict);
    }

    /// A line whose `value` should be at least `limit`.
    pub fn at_least(
        &mut self,
        what: impl Into<String>,
        limit: f64,
        unit: &str,
        value: f64,
        measured: impl Into<String>,
    ) {
        let verdict = if value >= limit { "yes" } else { "no" };
        self.push(what.into(), format!("≥ {limit}{unit}"), measured.into(), verdict);
    }

    fn push(&mut self, what: String, reach: String, measured: String, verdict: &'static str) {
        // A long benchmark says at once what it has.
        eprintln!("{what}: {measured}");
        self.0.push(Line { what, reach, measured, verdict });
    }

    /// Prints it as Markdown.
    pub fn print(&self) {
        println!("| what | reach | measured | reached |\n|---|---|---|---|");
        for Line { what, reach, measured, verdict } in &self.0 {
            println!("| {what} | {reach} | {measured} | {verdict} |");
        }
    }
}
