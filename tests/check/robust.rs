//! What must not change the findings, and what must not take for ever.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::check_texts;
use crate::common::random::Random;

/// Far above what any of these takes, far below for ever.
const SOON: Duration = Duration::from_secs(20);

#[track_caller]
fn soon(text: &str) -> Vec<String> {
    let start = Instant::now();
    let lines = check_texts([text]).lines();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    lines
}

#[test]
fn ill_formed_types_are_unknown() {
    let text = "
module Test.Bad

type Self = Self
type Ping = Pong
type Pong = Ping
type Grow<'a> = Grow<List<'a>>
type Box<'a, 'b> = { one: 'a; other: 'b }
type Short = Box<Int64>
type Long = Box<Int64, Int64, Int64>
type Deep<'a> = { inner: Option<Deep<List<'a>>> }

let selfish (a: Self) (b: Ping) (c: Grow<Int64>) : Self = a
let few (box: Box<Int64>) : Int64 = box.other
let short (box: Short) : Int64 = box.one
let long (box: Long) : Int64 = box.other
let deep (deep: Deep<Int64>) : Deep<Int64> = deep
let none (unit: Unit) : Int64 = few 5L
";
    assert_eq!(
        soon(text),
        ["Test.Bad.none TYPE-ARGUMENT argument `box` of few: wanted Box<Int64, _>, found Int64"]
    );
}

/// Each alias mentions the one below twice: written out, the first has 2^60 parts.
#[test]
fn types_that_double_end() {
    let mut text = "module Test.Double\n\ntype A0 = Int64\n".to_owned();
    for level in 1..=60 {
        let _ = writeln!(text, "type A{level} = (A{0} * A{0})", level - 1);
    }
    let _ = writeln!(text, "let same (a: A60) : A60 = a");
    let _ = writeln!(text, "let other (a: A60) : A59 = a");
    let _ = writeln!(text, "let values (a: Int64) : String =");
    let _ = writeln!(text, "  let v0 = fun x -> x");
    for level in 1..=60 {
        let _ = writeln!(text, "  let v{level} = (v{0}, v{0})", level - 1);
    }
    let _ = writeln!(text, "  v60 == v60");
    soon(&text);
}

#[test]
fn large_items_take_time_in_proportion() {
    let mut cases = "module Test.Large\n\ntype Case =\n".to_owned();
    let mut fields = "type Record = {\n".to_owned();
    let mut branches = "let branches (c: Case) : Int64 =\n  match c with\n".to_owned();
    let mut record = "let record (n: Int64) : Record =\n  Record {\n".to_owned();
    let mut numbers = "let numbers (n: Int64) : String =\n  match n with\n".to_owned();
    for at in 0..10_000 {
        let _ = writeln!(cases, "  | Case{at} of Int64");
        let _ = writeln!(fields, "  field{at}: Int64");
        let _ = writeln!(branches, "  | Case{at} n -> n");
        let _ = writeln!(record, "    field{at} = n");
        let _ = writeln!(numbers, "  | {at}L -> \"{at}\"");
    }
    let _ = writeln!(numbers, "  | \"x\" -> \"x\"");
    let text = format!("{cases}\n{fields}}}\n\n{branches}\n{record}  }}\n\n{numbers}");
    assert_eq!(soon(&text), ["Test.Large.numbers TYPE-PATTERN the value is Int64, the pattern String"]);
}

#[test]
fn deep_nesting_and_long_chains() {
    let brackets = format!("{}1L{}", "[ ".repeat(190), " ]".repeat(190));
    let lambdas = format!("{}x", "fun x -> ".repeat(190));
    let calls = format!("{}1L{}", "same (".repeat(190), ")".repeat(190));
    let sum = vec!["1L"; 5000].join(" + ");
    let pipe = format!("1L{}", "\n  |> same".repeat(4000));
    let lets: String = (1..150).fold("  let v0 = 1L\n".to_owned(), |mut text, at| {
        let _ = writeln!(text, "  let v{at} = v{} + 1L", at - 1);
        text
    });
    let text = format!(
        "module Test.Deep\n\nlet same (a: 'a) : 'a = a\n\nlet brackets (n: Int64) : String = {brackets}\n\n\
         let lambdas (n: Int64) : Int64 = {lambdas}\n\nlet calls (n: Int64) : Int64 = {calls}\n\n\
         let sum (n: Int64) : Int64 = {sum}\n\nlet pipe (n: Int64) : Int64 =\n  {pipe}\n\n\
         let lets (n: Int64) : String =\n{lets}  v149\n"
    );
    let lines = soon(&text);
    let items: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(items, ["Test.Deep.brackets", "Test.Deep.lambdas", "Test.Deep.lets"]);
    assert!(lines.iter().all(|line| line.len() < 1000), "{lines:?}");
}

/// Applied to itself, a function has a type that cannot be written down.
#[test]
fn types_without_end_are_unknown() {
    let text = "
module Test.Endless

let twice (n: Int64) : Int64 =
  let selfish = fun f -> f f
  let list = fun l -> l == [ l ]
  selfish selfish
";
    assert_eq!(soon(text), Vec::<String>::new());
}

const CASES: &[(&str, &str)] = &[
    ("a + b", "Int64"),
    ("a ++ text", "String"),
    ("text", "Int64"),
    ("add a text", "Int64"),
    ("[ a; text ]", "List<Int64>"),
    ("if a then b else a", "Int64"),
    ("match thing with\n  | Thing n -> n\n  | Thong -> text", "Int64"),
    ("thing.field", "Int64"),
    ("add a b a", "Int64"),
    ("$\"{a}\"", "String"),
    ("(a, text)", "(Int64 * String)"),
    ("add (add a b) (add b a)", "Int64"),
];

/// The package of all cases: functions in the given order, locals by the given names, bodies wrapped or not.
fn cases(order: &[usize], names: [&str; 4], wrapped: bool) -> Vec<String> {
    let [a, b, text, thing] = names;
    let mut parts: Vec<String> = CASES
        .iter()
        .enumerate()
        .map(|(at, (body, result))| {
            let mut renamed = String::new();
            let mut rest = *body;
            while let Some(start) = rest.find(|c: char| c.is_alphabetic()) {
                let end = rest[start..].find(|c: char| !c.is_alphanumeric()).map_or(rest.len(), |end| start + end);
                renamed.push_str(&rest[..start]);
                renamed.push_str(match &rest[start..end] {
                    "a" => a,
                    "b" => b,
                    "text" => text,
                    "thing" => thing,
                    other => other,
                });
                rest = &rest[end..];
            }
            renamed.push_str(rest);
            let body = if wrapped { format!("let wrapped =\n    {}\n  wrapped", renamed.replace('\n', "\n  ")) } else { renamed };
            format!("let case{at} ({a}: Int64) ({b}: Int64) ({text}: String) ({thing}: Thing) : {result} =\n  {body}\n")
        })
        .collect();
    parts.push("type Thing =\n  | Thing of Int64\n  | Other\n".to_owned());
    parts.push("let add (left: Int64) (right: Int64) : Int64 = left + right\n".to_owned());
    let text: Vec<String> = order.iter().map(|at| parts[*at].clone()).collect();
    let found = check_texts([format!("module Test.Cases\n\n{}", text.join("\n")).as_str()]);
    found
        .by_item
        .into_iter()
        .flat_map(|(item, findings)| {
            findings.into_iter().map(move |finding| format!("{item} {}", finding.code.name()))
        })
        .collect()
}

#[test]
fn names_order_and_let_change_no_finding() {
    let names = ["a", "b", "text", "thing"];
    let mut order: Vec<usize> = (0..CASES.len() + 2).collect();
    let expected = cases(&order, names, false);
    assert_eq!(expected.len(), 10, "{expected:?}");
    // Names that are shadowed by nothing, and one that is a function's elsewhere.
    assert_eq!(cases(&order, ["alpha", "beta", "gamma", "delta"], false), expected);
    assert_eq!(cases(&order, ["case1", "case2", "case3", "case4"], false), expected);
    let mut random = Random::new(7);
    for _ in 0..5 {
        random.shuffle(&mut order);
        assert_eq!(cases(&order, names, false), expected, "{order:?}");
    }
    // Behind a `let` the same contradiction is found; what a branch contradicts may be another branch.
    let items = |lines: &[String]| -> Vec<String> {
        let items = lines.iter().filter_map(|line| line.split(' ').next().map(str::to_owned));
        items.collect::<BTreeSet<_>>().into_iter().collect()
    };
    assert_eq!(items(&cases(&order, names, true)), items(&expected));
}
