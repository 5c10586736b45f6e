//! How long each stage took: a table for people, a Chrome trace for tools.

use std::time::Duration;

use serde::Serialize;

use super::{Report, json_line, line};
use crate::base::timing::{TimedSpan, Timings};

impl Report {
    /// A row per stage, in the order of their first starts; stages of one name are added up.
    pub fn timings_table(&mut self, timings: &Timings) {
        let total = timings.total();
        let rows = stages(timings);
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max("total".len());
        for (name, time) in rows.into_iter().chain([("total", total)]) {
            let share = 100.0 * time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
            line(
                &mut self.text,
                format_args!("{name:<width$}  {:>9.3} ms  {share:>5.1} %", milliseconds(time)),
            );
        }
    }

    /// Chrome's trace event format: complete events, in microseconds since the start of the run.
    pub fn timings_trace(&mut self, timings: &Timings) {
        let lanes = lanes(timings);
        let events = lanes.iter().map(|(span, lane)| Event {
            name: span.name,
            ph: "X",
            ts: microseconds(span.start),
            dur: microseconds(span.duration),
            pid: 1,
            tid: lane + 1,
        });
        json_line(&mut self.data, &Trace { trace_events: events.collect(), display_time_unit: "ms" });
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace<'t> {
    trace_events: Vec<Event<'t>>,
    display_time_unit: &'static str,
}

#[derive(Serialize)]
struct Event<'t> {
    name: &'t str,
    ph: &'static str,
    ts: f64,
    dur: f64,
    pid: u32,
    tid: usize,
}

fn stages(timings: &Timings) -> Vec<(&'static str, Duration)> {
    let mut rows: Vec<(&'static str, Duration)> = Vec::new();
    for span in by_start(timings) {
        match rows.iter_mut().find(|(name, _)| *name == span.name) {
            Some((_, time)) => *time += span.duration,
            None => rows.push((span.name, span.duration)),
        }
    }
    rows
}

/// Spans by their starts, the longer first where two start together, so that a stage comes before its parts.
fn by_start(timings: &Timings) -> Vec<&TimedSpan> {
    let mut spans: Vec<&TimedSpan> = timings.spans.iter().collect();
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.duration)));
    spans
}

/// Puts each span on the first lane on which it lies wholly inside the span that is open there, or after all.
/// A viewer can nest spans on a lane, but not draw two that overlap, as those of two threads do.
pub(super) fn lanes(timings: &Timings) -> Vec<(&TimedSpan, usize)> {
    let mut open: Vec<Vec<Duration>> = Vec::new();
    let mut placed = Vec::new();
    for span in by_start(timings) {
        let end = span.start + span.duration;
        let fits = |ends: &mut Vec<Duration>| {
            while ends.last().is_some_and(|last| *last <= span.start) {
                ends.pop();
            }
            ends.last().is_none_or(|last| end <= *last)
        };
        let lane = open.iter_mut().position(fits).unwrap_or(open.len());
        if lane == open.len() {
            open.push(Vec::new());
        }
        open[lane].push(end);
        placed.push((span, lane));
    }
    placed
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn microseconds(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}
