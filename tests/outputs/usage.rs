//! All that is printed for `--help` and for command lines that are wrong.

use snapbox::str;

use super::prints;
use crate::common::Tree;

#[test]
fn what_is_typed_wrong_is_answered_with_usage() {
    let tree = Tree::empty();
    prints(
        &tree,
        &["relaod"],
        2,
        str![[r#"
exit code 2
--- stderr
error: unrecognized subcommand 'relaod'

  tip: a similar subcommand exists: 'reload'

Usage: darkc [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]],
    );
    prints(
        &tree,
        &["reload", "--dryrun"],
        2,
        str![[r#"
exit code 2
--- stderr
error: unexpected argument '--dryrun' found

  tip: a similar argument exists: '--dry-run'

Usage: darkc reload --dry-run

For more information, try '--help'.

"#]],
    );
    prints(
        &tree,
        &["inspect"],
        2,
        str![[r#"
exit code 2
--- stderr
error: the following required arguments were not provided:
  <PATH|NAME>...

Usage: darkc inspect <PATH|NAME>...

For more information, try '--help'.

"#]],
    );
    prints(
        &tree,
        &["items", "--packages", "nowhere"],
        2,
        str![[r#"
exit code 2
--- stderr
error: nowhere is not a folder; give the folder of packages

"#]],
    );
}

#[test]
fn help_lists_the_options() {
    let tree = Tree::empty();
    prints(
        &tree,
        &["build", "--help"],
        0,
        str![[r#"
exit code 0
--- stdout
Bring the sidecars (`foo.darkc` beside `foo.dark`) up to date

Usage: darkc build [OPTIONS]

Options:
      --packages <DIR>    The folder of packages [default: the nearest `packages` in this directory
                          or above]
      --check             Write nothing; list the sidecars that are stale, missing or orphaned, and
                          exit with 1 if there are any
      --staged            Take the index of the git repository, which the next commit will hold, for
                          the work tree: make the sidecars of its sources and put them into it, or
                          with --check judge it
      --format <FORMAT>   How --check says what it finds: snippets and a list, one line a finding,
                          one JSON object a finding, or annotations of GitHub's [default: text]
                          [possible values: text, short, json, github]
      --timings[=<FORM>]  Show how long each stage took, as a table or as a Chrome trace (JSON on
                          standard output) [possible values: table, trace]
  -h, --help              Print help

Options of every command:
  -C <DIR>            Run as if started in this directory
  -q, --quiet         Print errors, warnings and what was asked for, but not how the run ended
  -v, --verbose       List what was done as well: files that were removed, items that changed
      --color <WHEN>  Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE,
                      TERM=dumb and whether standard error is a terminal [default: auto] [possible
                      values: auto, always, never]

"#]],
    );
    prints(
        &tree,
        &["reload", "--help"],
        0,
        str![[r#"
exit code 0
--- stdout
Bring the database up to date with the sources

Usage: darkc reload [OPTIONS]

Options:
      --packages <DIR>          The folder of packages [default: the nearest `packages` in this
                                directory or above]
      --db <FILE>               The database, created if missing [default:
                                $DARK_CONFIG_RUNDIR/$DARK_CONFIG_DB_NAME, else rundir/data.db beside
                                the packages]
      --refs <FILE>             The file of package hashes that Darklang's F# code reads, or `none`
                                to leave it alone [default:
                                backend/src/LibExecution/package-ref-hashes.txt beside the packages,
                                if that folder exists]
      --builtins <FILE>         A table of built-ins that darkc does not know: kind (`fn` or
                                `value`), name and version, separated by tabs [default: the F#
                                sources in backend/src/Builtins beside the packages, if that folder
                                exists]
      --node-ids <MODE>         How the nodes of a program are numbered: `derived` for use, `zero`
                                to compare databases [default: derived] [possible values: derived,
                                zero]
      --allow-removals          Carry out a load that removes more than half of what the database
                                holds
      --lock-timeout <SECONDS>  How long to wait for another darkc, or for another process that has
                                locked the database [default: 60]
      --full                    Compare everything with the database, even if nothing seems to have
                                changed
      --dry-run                 Write nothing; list what would be added (+), changed (~), amended
                                (.) and removed (-)
      --verify                  Write nothing; rebuild everything in memory, compare it with the
                                sidecars and the database, and exit with 1 at the first difference
      --explain                 List for every file where its content came from, and for every item
                                why it was looked at
      --no-check                Do not check the types of what the edit touched
      --stats                   Print the amounts of work as lines of `name: N`
      --watch                   Stay, and do it again after each change, until Ctrl-C
      --poll[=<MS>]             With --watch: look for changes every so many milliseconds (1000 if
                                none are given) instead of having the system tell of them, which it
                                does not on some bind mounts and network drives
      --exec <CMD>              With --watch: run this, through the shell, after each change that
                                was applied
      --format <FORMAT>         Text for people, or one JSON object a reload [default: text]
                                [possible values: text, json]
      --timings[=<FORM>]        Show how long each stage took, as a table or as a Chrome trace (JSON
                                on standard output) [possible values: table, trace]
  -h, --help                    Print help

Options of every command:
  -C <DIR>            Run as if started in this directory
  -q, --quiet         Print errors, warnings and what was asked for, but not how the run ended
  -v, --verbose       List what was done as well: files that were removed, items that changed
      --color <WHEN>  Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE,
                      TERM=dumb and whether standard error is a terminal [default: auto] [possible
                      values: auto, always, never]

"#]],
    );
    prints(
        &tree,
        &["clean", "--help"],
        0,
        str![[r#"
exit code 0
--- stdout
Remove the sidecars and the temporary files of interrupted runs

A file is removed only if it begins as a sidecar does; anything else of that name is left alone.

Usage: darkc clean [OPTIONS]

Options:
      --packages <DIR>
          The folder of packages [default: the nearest `packages` in this directory or above]

      --dry-run
          Remove nothing; list what would be removed

  -h, --help
          Print help (see a summary with '-h')

Options of every command:
  -C <DIR>
          Run as if started in this directory

  -q, --quiet
          Print errors, warnings and what was asked for, but not how the run ended

  -v, --verbose
          List what was done as well: files that were removed, items that changed

      --color <WHEN>
          Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE, TERM=dumb and
          whether standard error is a terminal
          
          [default: auto]
          [possible values: auto, always, never]

"#]],
    );
    prints(
        &tree,
        &["check", "--help"],
        0,
        str![[r#"
exit code 0
--- stdout
Report calls, fields and branches of the wrong type; touches no database

Findings are warnings, with exit code 0 unless --deny or --baseline says otherwise. `docs/check.md`
explains each code.

Usage: darkc check [OPTIONS] [PATH|NAME]...

Arguments:
  [PATH|NAME]...
          Report these alone and what mentions them: files or folders of packages, names of items or
          modules

Options:
      --packages <DIR>
          The folder of packages [default: the nearest `packages` in this directory or above]

      --builtins <FILE>
          A table of built-ins that darkc does not know: kind (`fn` or `value`), name and version,
          separated by tabs [default: the F# sources in backend/src/Builtins beside the packages, if
          that folder exists]

      --deny <CODE>
          Exit with 1 if there are findings of this code, of names that mean nothing with
          `unresolved`, or of any code with `warnings`

      --allow <CODE>
          Leave findings of this code out

      --baseline <FILE>
          Accept the findings that this file lists, and exit with 1 if there are others; made if
          missing

      --format <FORMAT>
          Snippets, one line a finding, one JSON object a finding, or annotations of GitHub's
          
          [default: text]
          [possible values: text, short, json, github]

      --watch
          Stay, and do it again after each change, until Ctrl-C

      --poll[=<MS>]
          With --watch: look for changes every so many milliseconds (1000 if none are given) instead
          of having the system tell of them, which it does not on some bind mounts and network
          drives

      --timings[=<FORM>]
          Show how long each stage took, as a table or as a Chrome trace (JSON on standard output)
          
          [possible values: table, trace]

  -h, --help
          Print help (see a summary with '-h')

Options of every command:
  -C <DIR>
          Run as if started in this directory

  -q, --quiet
          Print errors, warnings and what was asked for, but not how the run ended

  -v, --verbose
          List what was done as well: files that were removed, items that changed

      --color <WHEN>
          Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE, TERM=dumb and
          whether standard error is a terminal
          
          [default: auto]
          [possible values: auto, always, never]

"#]],
    );
    prints(
        &tree,
        &["items", "--help"],
        0,
        str![[r#"
exit code 0
--- stdout
List every item with its content hash; touches no database

Usage: darkc items [OPTIONS]

Options:
      --packages <DIR>   The folder of packages [default: the nearest `packages` in this directory
                         or above]
      --format <FORMAT>  Lines of `kind TAB name TAB hash`, or one JSON object a line [default: tsv]
                         [possible values: tsv, json]
      --builtins <FILE>  A table of built-ins that darkc does not know: kind (`fn` or `value`), name
                         and version, separated by tabs [default: the F# sources in
                         backend/src/Builtins beside the packages, if that folder exists]
  -h, --help             Print help

Options of every command:
  -C <DIR>            Run as if started in this directory
  -q, --quiet         Print errors, warnings and what was asked for, but not how the run ended
  -v, --verbose       List what was done as well: files that were removed, items that changed
      --color <WHEN>  Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE,
                      TERM=dumb and whether standard error is a terminal [default: auto] [possible
                      values: auto, always, never]

"#]],
    );
    prints(
        &tree,
        &["inspect", "--help"],
        0,
        str![[r#"
exit code 0
--- stdout
Show what single files hold: sources (.dark) or sidecars (.darkc)

A source is taken alone, as if it were the whole package set: names that it does not define itself
may stay unresolved. With --canonical, items of the package set can be named too.

Usage: darkc inspect [OPTIONS] <PATH|NAME>...

Arguments:
  <PATH|NAME>...
          Files ending in .dark or .darkc; with --canonical also names of items and modules

Options:
      --canonical
          Print the canonical form of each item, which its hash covers: one node a line, with the
          offset of its bytes. A file is taken alone, an item that is named is linked with the whole
          package set

      --format <FORMAT>
          Text for people, or one JSON object a line and path
          
          [default: text]
          [possible values: text, json]

      --packages <DIR>
          The folder of packages [default: the nearest `packages` in this directory or above]

      --builtins <FILE>
          A table of built-ins that darkc does not know: kind (`fn` or `value`), name and version,
          separated by tabs [default: the F# sources in backend/src/Builtins beside the packages, if
          that folder exists]

  -h, --help
          Print help (see a summary with '-h')

Options of every command:
  -C <DIR>
          Run as if started in this directory

  -q, --quiet
          Print errors, warnings and what was asked for, but not how the run ended

  -v, --verbose
          List what was done as well: files that were removed, items that changed

      --color <WHEN>
          Whether diagnostics are coloured; `auto` heeds NO_COLOR, CLICOLOR_FORCE, TERM=dumb and
          whether standard error is a terminal
          
          [default: auto]
          [possible values: auto, always, never]

"#]],
    );
}
