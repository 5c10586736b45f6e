//! `--watch`: its options, how signals end it, and what is printed of each run.

use std::io;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{Ended, Exit};
use crate::base::diagnostic::FileDiagnostics;
use crate::commands::outcome::Outcome;
use crate::commands::watch::{Job, Note, Ran, Stopper, Watch, WatchSettings};
use crate::commands::{self, CheckOutcome, Checks, Failure, Mode, Remembered, Settings};
use crate::report::{Heard, Report};

#[derive(Debug, Default, Args)]
pub struct Watching {
    /// Stay, and do it again after each change, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// With --watch: look for changes every so many milliseconds (1000 if none are given) instead of having the system
    /// tell of them, which it does not on some bind mounts and network drives
    #[arg(
        long,
        value_name = "MS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1000",
        requires = "watch",
        value_parser = clap::value_parser!(u64).range(10..=3_600_000)
    )]
    pub poll: Option<u64>,
}

/// A run that is still busy so long after the first signal is broken off, which leaves the store as it was.
const GRACE: Duration = Duration::from_secs(3);
/// The exit code after a second Ctrl-C, as shells have it.
const INTERRUPTED: i32 = 128 + SIGINT;

/// Ends the watch at SIGINT and SIGTERM: after the run that is under way, or at once at the second of them.
fn stop_on_signals(stopper: Stopper) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let listen = move || {
        for count in signals.forever().enumerate().map(|(count, _)| count) {
            if count > 0 {
                process::exit(INTERRUPTED);
            }
            stopper.stop();
            thread::spawn(|| {
                thread::sleep(GRACE);
                process::exit(Exit::Done as i32);
            });
        }
    };
    thread::Builder::new().spawn(listen).map(|_| ())
}

fn run_watch<J: Job + Ending>(settings: WatchSettings, job: &mut J) -> Ended {
    let (watch, note) = Watch::new(settings);
    stop_on_signals(watch.stopper())?;
    if note.is_none_or(|note| job.note(&note)) {
        watch.run(job);
    }
    job.end()
}

trait Ending {
    /// How the watch ended.
    fn end(&mut self) -> Ended;
}

/// The end of a watch, for good or because of the first run.
#[derive(Default)]
struct End {
    fatal: Option<Failure>,
    heard: Option<Heard>,
}

impl End {
    /// Writes what was gathered. Returns false if the output is closed.
    fn flush(&mut self, report: &mut Report) -> bool {
        let heard = report.flush();
        self.heard = Some(heard);
        heard == Heard::Yes
    }

    fn end(&mut self) -> Ended {
        match (self.fatal.take(), self.heard) {
            (Some(failure), _) => Err(failure.into()),
            (None, Some(Heard::Failed)) => Ok(Exit::Failed),
            _ => Ok(Exit::Done),
        }
    }
}

/// What was wrong, to tell whether the same is wrong again.
fn summary_of(files: &[FileDiagnostics]) -> String {
    let messages = files.iter().flat_map(|file| {
        file.diagnostics.iter().map(|one| format!("{} {:?} {}\n", file.path, one.start, one.message))
    });
    messages.collect()
}

/// What `darkc reload` prints beside the lines of each run.
pub struct ReloadWords<'w> {
    /// Prints the outcome of the first run.
    pub first: &'w dyn Fn(&Outcome, Mode, &mut Report),
    pub json: bool,
}

struct ReloadJob<'w> {
    settings: Settings,
    words: ReloadWords<'w>,
    report: &'w mut Report,
    remembered: Remembered,
    is_first: bool,
    last: Option<Result<Outcome, Failure>>,
    /// Of the last run.
    took: Duration,
    since_hint: bool,
    /// What was said to be wrong last; empty where nothing is.
    wrong: String,
    /// How many names and findings elsewhere were told of last.
    elsewhere: [usize; 2],
    end: End,
}

/// `darkc reload --watch`.
pub fn reload(
    settings: Settings,
    watching: &Watching,
    exec: Option<String>,
    words: ReloadWords<'_>,
    report: &mut Report,
) -> Ended {
    let watch = WatchSettings {
        packages: settings.packages.clone(),
        store: Some(settings.database.clone()),
        poll: watching.poll.map(Duration::from_millis),
        exec,
        data_only: words.json,
    };
    let mut job = ReloadJob {
        settings,
        words,
        report,
        remembered: Remembered::default(),
        is_first: true,
        last: None,
        took: Duration::ZERO,
        since_hint: false,
        wrong: String::new(),
        elsewhere: [0; 2],
        end: End::default(),
    };
    run_watch(watch, &mut job)
}

impl Job for ReloadJob<'_> {
    fn run(&mut self, since: Option<Instant>) -> Ran {
        let started = since.unwrap_or_else(Instant::now);
        let remembered = std::mem::take(&mut self.remembered);
        let announce = &mut |wait: &_| self.report.announce(wait);
        let reloaded = commands::reload_announcing(&self.settings, remembered, announce);
        self.took = started.elapsed();
        self.since_hint = since.is_some();
        let result = reloaded.map(|(outcome, remembered)| {
            self.remembered = remembered;
            outcome
        });
        let ran = match &result {
            Err(_) if self.is_first => Ran::Done,
            Err(_) => Ran::Broken,
            Ok(outcome) if !outcome.failures.is_empty() => Ran::Broken,
            Ok(outcome) => {
                let counts = &outcome.counts;
                match counts.rows_written + counts.own_rows_written + counts.package_refs_changed {
                    0 if self.is_first || !self.wrong.is_empty() => Ran::Done,
                    0 => Ran::Idle,
                    _ => Ran::Applied,
                }
            }
        };
        self.last = Some(result);
        ran
    }

    fn tell(&mut self) -> bool {
        let is_first = std::mem::take(&mut self.is_first);
        let outcome = match self.last.take() {
            None => return true,
            Some(Err(failure)) if is_first => {
                self.end.fatal = Some(failure);
                return false;
            }
            Some(Err(failure)) => {
                if !self.is_news(failure.to_string()) {
                    return true;
                }
                match self.words.json {
                    true => self.report.failure_json("reload", &failure),
                    false => self.report.failure(&failure),
                }
                return self.end.flush(self.report);
            }
            Some(Ok(outcome)) => outcome,
        };
        if !self.is_news(summary_of(&outcome.failures)) {
            return true;
        }
        let mode = self.settings.mode;
        // Everything is compared once.
        self.settings.mode = Mode::Apply;
        if self.words.json {
            self.report.reload_json(&outcome, mode, self.took);
            return self.end.flush(self.report);
        }
        let elsewhere = [outcome.unresolved_elsewhere, outcome.findings_elsewhere];
        if is_first {
            (self.words.first)(&outcome, mode, self.report);
            self.report.watching(&self.settings.packages);
        } else {
            let [names, findings] =
                elsewhere.map(|count| if elsewhere == self.elsewhere { 0 } else { count });
            self.report.reloaded_again(
                &outcome,
                [names, findings],
                self.settings.check,
                self.took,
                self.since_hint,
            );
        }
        self.elsewhere = elsewhere;
        self.end.flush(self.report)
    }

    fn note(&mut self, note: &Note) -> bool {
        if let Note::Gone(_) = note {
            self.wrong = format!("{note:?}");
        }
        self.report.watch_note(note);
        self.end.flush(self.report)
    }
}

impl ReloadJob<'_> {
    /// Whether this has not been said yet, or somebody has just saved a file to see what is said.
    fn is_news(&mut self, wrong: String) -> bool {
        let is_same = !wrong.is_empty() && self.wrong == wrong;
        self.wrong = wrong;
        !is_same || self.since_hint
    }
}

impl Ending for ReloadJob<'_> {
    fn end(&mut self) -> Ended {
        self.end.end()
    }
}

struct CheckJob<'w> {
    settings: Settings,
    checks: Checks,
    say: &'w dyn Fn(&CheckOutcome, &mut Report),
    report: &'w mut Report,
    is_first: bool,
    last: Option<Result<CheckOutcome, Failure>>,
    /// What was said last, and the sources that it was about.
    said: String,
    sources: Option<commands::SourcesDigest>,
    since_hint: bool,
    end: End,
}

/// `darkc check --watch`; `say` says all of one check.
pub fn check(
    settings: Settings,
    checks: Checks,
    watching: &Watching,
    say: &dyn Fn(&CheckOutcome, &mut Report),
    report: &mut Report,
) -> Ended {
    let watch = WatchSettings {
        packages: settings.packages.clone(),
        store: None,
        poll: watching.poll.map(Duration::from_millis),
        exec: None,
        data_only: true,
    };
    let mut job = CheckJob {
        settings,
        checks,
        say,
        report,
        is_first: true,
        last: None,
        said: String::new(),
        sources: None,
        since_hint: false,
        end: End::default(),
    };
    run_watch(watch, &mut job)
}

impl Job for CheckJob<'_> {
    fn run(&mut self, since: Option<Instant>) -> Ran {
        self.since_hint = since.is_some();
        self.sources = commands::sources_digest(&self.settings);
        let checked = commands::check(&self.settings, &self.checks);
        let is_broken = match &checked {
            Err(_) => !self.is_first,
            Ok(outcome) => !outcome.failures.is_empty(),
        };
        self.last = Some(checked);
        if is_broken { Ran::Broken } else { Ran::Done }
    }

    fn tell(&mut self) -> bool {
        let is_first = std::mem::take(&mut self.is_first);
        let outcome = match self.last.take() {
            None => return true,
            Some(Err(failure)) if is_first => {
                self.end.fatal = Some(failure);
                return false;
            }
            Some(Err(failure)) => {
                let words = failure.to_string();
                if self.said != words {
                    self.report.failure(&failure);
                    self.said = words;
                }
                return self.end.flush(self.report);
            }
            Some(Ok(outcome)) => outcome,
        };
        let words = format!("checked\n{}{}", summary_of(&outcome.failures), summary_of(&outcome.findings));
        if self.said == words && !self.since_hint {
            return true;
        }
        self.said = words;
        (self.say)(&outcome, self.report);
        if is_first {
            self.report.watching(&self.settings.packages);
        }
        self.end.flush(self.report)
    }

    fn may_be_due(&mut self) -> bool {
        self.sources != commands::sources_digest(&self.settings)
    }

    fn note(&mut self, note: &Note) -> bool {
        if let Note::Gone(_) = note {
            self.said = format!("{note:?}");
        }
        self.report.watch_note(note);
        self.end.flush(self.report)
    }
}

impl Ending for CheckJob<'_> {
    fn end(&mut self) -> Ended {
        self.end.end()
    }
}
