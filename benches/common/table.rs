//! The table that a benchmark prints: what is to be reached, what was measured, and how far the one is from the other.

/// One line; ratios and times are compared with what they should reach.
#[derive(Debug)]
pub struct Line {
    what: String,
    reach: String,
    measured: String,
    verdict: String,
}

#[derive(Debug, Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// A line with nothing to reach.
    pub fn note(&mut self, what: impl Into<String>, measured: impl Into<String>) {
        self.push(what.into(), String::new(), measured.into(), String::new());
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
        self.push(what.into(), format!("≤ {limit}{unit}"), measured.into(), verdict(value / limit));
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
        self.push(what.into(), format!("≥ {limit}{unit}"), measured.into(), verdict(limit / value));
    }

    fn push(&mut self, what: String, reach: String, measured: String, verdict: String) {
        // A long benchmark says at once what it has.
        eprintln!("{what}: {measured} {verdict}");
        self.0.push(Line { what, reach, measured, verdict });
    }

    /// Prints it as Markdown.
    pub fn print(&self) {
        println!("| what | reach | measured | measured / reach |\n|---|---|---|---|");
        for Line { what, reach, measured, verdict } in &self.0 {
            println!("| {what} | {reach} | {measured} | {verdict} |");
        }
    }
}

/// How many times too slow or too large it is; up to 1 the line is reached.
fn verdict(times: f64) -> String {
    format!("{times:.2}{}", if times <= 1.0 { "" } else { ", **missed**" })
}
