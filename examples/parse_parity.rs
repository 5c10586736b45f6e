//! Compares the diagnostics of the parser with those that Darklang's own parser gave for the same files.
//!
//! Reads the ground truth from `$DARKC_ORACLE` or `../shared/darklang`. With `-v`, prints every file that differs;
//! with `--speed`, only times lexer and parser over the whole package set.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use darkc::base::limits::STACK_BYTES;
use darkc::base::text::decode;
use darkc::syntax;

/// How often the package set is timed.
const ROUNDS: usize = 10;

fn main() {
    let walk = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(compare_all);
    walk.expect("a thread for the comparison").join().expect("the comparison");
}

fn compare_all() {
    let root = std::env::var("DARKC_ORACLE").unwrap_or_else(|_| "../shared/darklang".to_owned());
    let has_flag = |flag: &str| std::env::args().any(|argument| argument == flag);
    let verbose = has_flag("-v");
    let packages = Path::new(&root).join("packages");
    if has_flag("--speed") {
        return measure(&packages);
    }
    for set in ["mutations", "snippets"] {
        compare_set(&Path::new(&root).join(set), verbose);
    }
    check_packages(&packages, verbose);
}

/// The diagnostics of a file as the verdicts write them: `CODE@row:column-row:column message`, one-based.
fn diagnostics(text: &str) -> Vec<String> {
    let parsed = syntax::parse(text);
    let line = |diagnostic: &darkc::base::diagnostic::Diagnostic| {
        let (start, end) = (diagnostic.start, diagnostic.end);
        let message = diagnostic.message.replace('\\', "\\\\").replace('\t', "\\t").replace('\r', "\\r");
        format!(
            "{}@{}:{}-{}:{} {}",
            diagnostic.code,
            start.row + 1,
            start.column + 1,
            end.row + 1,
            end.column + 1,
            message
        )
    };
    parsed.diagnostics.iter().map(line).collect()
}

fn compare_set(set: &Path, verbose: bool) {
    let verdicts = fs::read_to_string(set.join("verdicts.tsv")).expect("verdicts.tsv");
    let cases = if set.join("cases").is_dir() { set.join("cases") } else { set.to_owned() };
    let (mut total, mut same_verdict, mut same_first, mut same_all) = (0, 0, 0, 0);
    for line in verdicts.lines() {
        let mut cells = line.split('\t');
        let (name, verdict) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        let expected: Vec<&str> = if verdict == "error" { cells.collect() } else { vec![] };
        let bytes = fs::read(cases.join(name)).expect(name);
        let found = diagnostics(&decode(&bytes));
        let place = |text: &str| text.split(' ').next().unwrap_or("").to_owned();
        total += 1;
        let verdict_agrees = expected.is_empty() == found.is_empty();
        let first_agrees = expected.first().map(|text| place(text)) == found.first().map(|text| place(text));
        let all_agree = expected == found;
        same_verdict += usize::from(verdict_agrees);
        same_first += usize::from(first_agrees);
        same_all += usize::from(all_agree);
        if verbose && !all_agree {
            println!("--- {name}\n  darklang: {expected:#?}\n  darkc:    {found:#?}");
        }
    }
    println!(
        "{}: of {total} files, same verdict {same_verdict}, same first place {same_first}, same diagnostics \
         {same_all}",
        set.display()
    );
}

/// All sources under a folder whose path holds no `_`, which Darklang does not load.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "dark") {
            found.push(path);
        }
    }
}

fn check_packages(packages: &Path, verbose: bool) {
    let mut paths = vec![];
    sources(packages, &mut paths);
    paths.retain(|path| path.strip_prefix(packages).is_ok_and(|path| !path.to_string_lossy().contains('_')));
    paths.sort();
    let mut clean = 0;
    for path in &paths {
        let found = diagnostics(&decode(&fs::read(path).expect("a readable file")));
        clean += usize::from(found.is_empty());
        if verbose && !found.is_empty() {
            println!("--- {}: {found:#?}", path.display());
        }
    }
    println!("{}: {clean} of {} files without diagnostics", packages.display(), paths.len());
}

fn measure(packages: &Path) {
    let mut paths = vec![];
    sources(packages, &mut paths);
    let texts: Vec<String> =
        paths.iter().map(|path| decode(&fs::read(path).expect("a readable file")).into_owned()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let rate = |elapsed: f64| bytes as f64 / elapsed / 1e6;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let tokens: Vec<_> = texts.iter().map(|text| syntax::lexer::tokenize(text)).collect();
        let lexed = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let trees: Vec<_> =
            texts.iter().zip(&tokens).map(|(text, tokens)| syntax::parser::parse(text, tokens)).collect();
        let parsed = start.elapsed().as_secs_f64();
        let start = Instant::now();
        drop(trees);
        let dropped = start.elapsed().as_secs_f64();
        drop(tokens);
        let start = Instant::now();
        for text in &texts {
            std::hint::black_box(syntax::parse(text));
        }
        let all = start.elapsed().as_secs_f64();
        println!(
            "lexer {:.0}, parser {:.0}, dropping the trees {:.0}, all with validation {:.0} MB/s",
            rate(lexed),
            rate(parsed),
            rate(dropped),
            rate(all)
        );
    }
}
