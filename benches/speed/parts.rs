//! Single stages, in this process and on one thread: lexer, parser, and loading from sidecars.

use std::path::Path;
use std::time::Duration;

use bumpalo::Bump;
use darkc::internals::base::parallel::{self, Threads};
use darkc::internals::base::text;
use darkc::internals::discover;
use darkc::internals::load::{self, Sidecars, TOOL_DIGEST};
use darkc::internals::syntax::{self, lexer};

use crate::common::clock::{compete, ratio, timed};
use crate::common::table::Table;
use crate::common::tree::{Tree, sources};

const MEGABYTE: f64 = 1_000_000.0;
const PARSER_MB: f64 = 180.0;
const SIDECARS_MS: f64 = 6.0;

pub fn parts(packages: &Path, rounds: usize, table: &mut Table) {
    parallel::on_large_stack(|| on_one_thread(packages, rounds, table)).expect("a thread");
}

fn on_one_thread(packages: &Path, rounds: usize, table: &mut Table) {
    let texts: Vec<String> = sources(packages).map(|(_, bytes)| text::decode(&bytes).into_owned()).collect();
    let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / MEGABYTE;
    let over_all = |work: &dyn Fn(&str)| timed(|| texts.iter().for_each(|text| work(text)));
    let [parsed, lexed, copied] = compete(
        rounds,
        [
            &mut |_| over_all(&|text| drop(std::hint::black_box(syntax::parse(text, &Bump::new())))),
            &mut |_| over_all(&|text| drop(std::hint::black_box(lexer::tokenize(text)))),
            &mut |_| over_all(&|text| drop(std::hint::black_box(text.to_owned()))),
        ],
    );
    let speed = |time: Duration| megabytes / time.as_secs_f64();
    let fast = speed(parsed.median());
    table.at_least(
        "parser alone (lexer, parser, validation), one core",
        PARSER_MB,
        " MB/s",
        fast,
        format!(
            "{fast:.0} MB/s (best {:.0}; {megabytes:.2} MB in {:.1} ms)",
            speed(parsed.best()),
            parsed.millis()
        ),
    );
    table.note(
        "lexer alone, one core",
        format!(
            "{:.0} MB/s ({:.0} % of the parser's time)",
            speed(lexed.median()),
            100.0 * ratio(&lexed, &parsed)
        ),
    );
    table.note("copying the same texts", format!("{:.0} MB/s", speed(copied.median())));

    let tree = Tree::new(packages, 1);
    tree.reload();
    let root = tree.packages();
    let found = || discover::sources(&root, Threads::OnePerProcessor).expect("sources");
    let load = |sidecars, threads| {
        let found = found();
        let sources: Vec<_> = found.iter().collect();
        timed(|| {
            let loaded = load::load(&root, &sources, load::Options { sidecars, threads, tool: TOOL_DIGEST });
            assert!(loaded.iter().all(|file| file.content.is_ok()));
        })
    };
    let [warm, warm_on_two, hashed, parsed] = compete(
        rounds,
        [
            &mut |_| load(Sidecars::ReadOnly, 1),
            &mut |_| load(Sidecars::ReadOnly, 2),
            &mut |_| timed(found),
            &mut |_| load(Sidecars::Verify, 1),
        ],
    );
    table.at_most(
        "all sidecars loaded and dropped, one thread",
        SIDECARS_MS,
        " ms",
        warm.millis(),
        format!(
            "{:.2} ms ({:.1} × finding and hashing the sources, {:.2} ms; on two threads {:.2} ms)",
            warm.millis(),
            ratio(&warm, &hashed),
            hashed.millis(),
            warm_on_two.millis()
        ),
    );
    table.note(
        "all sources parsed, lowered, encoded and compared with their sidecars, one thread",
        format!("{:.1} ms ({:.1} × loading the sidecars)", parsed.millis(), ratio(&parsed, &warm)),
    );
}
