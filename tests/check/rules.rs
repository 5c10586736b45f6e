//! Every rule, both ways: what is reported, and what is like it and is not.

use darkc::internals::check::{Code, EXPLANATIONS, explain};

use super::check_texts;

/// What the cases may mention.
const AROUND: &str = "
module Darklang.Stdlib.Option

type Option<'a> =
  | Some of 'a
  | None

let withDefault (option: Option<'a>) (default: 'a) : 'a =
  match option with
  | Some value -> value
  | None -> default
";

const RESULT: &str = "
module Darklang.Stdlib.Result

type Result<'ok, 'err> =
  | Ok of 'ok
  | Error of 'err
";

const LIST: &str = "
module Darklang.Stdlib.List

let map (list: List<'a>) (f: 'a -> 'b) : List<'b> = []

let fold (list: List<'a>) (init: 'b) (f: 'b -> 'a -> 'b) : 'b = init

val empty = []
";

const SHOP: &str = "
module Test.Shop

type Price = Int64

type Item = { name: String; price: Price }

type Crate<'a> = { inside: 'a; label: String }

type Colour =
  | Red
  | Grey of Int64
  | Mixed of Colour * Colour

type Painted = Colour

type Handler = Item -> String

type Again<'a> = Option<'a>

let label (item: Item) : String = item.name

let add (left: Int64) (right: Int64) : Int64 = left + right

let same (value: 'a) : 'a = value

let pair (left: 'a) (right: 'a) : ('a * 'a) = (left, right)

let handle (handler: Handler) (item: Item) : String = handler item

let nothing (unit: Unit) : Unit = ()

val bread = Item { name = \"bread\"; price = 3L }

val none = Stdlib.Option.Option.None
";

/// Checks the body of a function `it (x: Int64) (s: String) (item: Item) : RESULT` of the shop.
fn body(result: &str, body: &str) -> Vec<String> {
    let indented: String = body.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "module Test.Shop\n\nlet it (x: Int64) (s: String) (item: Item) (any: 'any) (xs: List<Int64>) : {result} =\n{indented}"
    );
    let found = check_texts([AROUND, RESULT, LIST, SHOP, &text]);
    let lines = found.lines().into_iter();
    lines.map(|line| line.strip_prefix("Test.Shop.it ").unwrap_or(&line).to_owned()).collect()
}

#[track_caller]
fn wrong(result: &str, text: &str, expected: &[&str]) {
    assert_eq!(body(result, text), expected, "{text}");
}

#[track_caller]
fn right(result: &str, text: &str) {
    wrong(result, text, &[]);
}

#[test]
fn arguments() {
    wrong("Int64", "add x s", &["TYPE-ARGUMENT argument `right` of add: wanted Int64, found String"]);
    wrong(
        "String",
        "label \"bread\"",
        &["TYPE-ARGUMENT argument `item` of label: wanted Item, found String"],
    );
    wrong("String", "s |> label", &["TYPE-ARGUMENT argument `item` of label: wanted Item, found String"]);
    wrong(
        "(Int64 * Int64)",
        "pair 1L \"one\"",
        &["TYPE-ARGUMENT argument `right` of pair: wanted Int64, found String"],
    );
    wrong(
        "List<Int64>",
        "Stdlib.List.map [ \"a\" ] (fun a -> add a 1L)",
        &["TYPE-ARGUMENT argument `left` of add: wanted Int64, found String"],
    );
    wrong(
        "Int64",
        "Stdlib.List.fold xs 0L (fun sum each -> s)",
        &[
            "TYPE-ARGUMENT result of the function for argument `f` of Stdlib.List.fold: wanted Int64, found String",
        ],
    );
    wrong(
        "String",
        "Builtin.int64ToString s",
        &["TYPE-ARGUMENT argument 1 of Builtin.int64ToString: wanted Int64, found String"],
    );
    wrong(
        "String",
        "let f = fun a -> a ++ \"!\"\nf x",
        &["TYPE-ARGUMENT argument 1 of f: wanted String, found Int64"],
    );
    wrong(
        "Int64",
        "it<String> (add x) s item any xs",
        &["TYPE-ARGUMENT argument `x` of it: wanted Int64, found (Int64 -> Int64)"],
    );
    wrong("Int64", "same<Int64> s", &["TYPE-ARGUMENT argument `value` of same: wanted Int64, found String"]);
    right("Int64", "add x 1L");
    right("String", "item |> label");
    right("String", "handle (fun i -> i.name) item");
    right("String", "handle label bread");
    right("Int64", "Builtin.unknownThing s x");
    right("Int64", "add any (same any)");
    right("List<String>", "Stdlib.List.map xs (fun a -> Builtin.int64ToString a)");
    right("(List<Int64> * List<String>)", "(Stdlib.List.map Stdlib.List.empty (add 1L), Stdlib.List.empty)");
}

#[test]
fn results() {
    wrong("Int64", "s", &["TYPE-RESULT result of it: wanted Int64, found String"]);
    wrong("Int64", "let y = x + 1L\ns", &["TYPE-RESULT result of it: wanted Int64, found String"]);
    wrong("Int64", "if true then x else s", &["TYPE-RESULT result of it: wanted Int64, found String"]);
    wrong("List<String>", "xs", &["TYPE-RESULT result of it: wanted List<String>, found List<Int64>"]);
    wrong("Option<Int64>", "x", &["TYPE-RESULT result of it: wanted Option<Int64>, found Int64"]);
    wrong("Int", "x", &["TYPE-RESULT result of it: wanted Int, found Int64"]);
    // Ten branches that contradict one declaration have one cause.
    wrong(
        "Int64",
        "match x with\n| 1L -> \"one\"\n| 2L -> \"two\"\n| _ -> \"many\"",
        &["TYPE-RESULT result of it: wanted Int64, found String"],
    );
    right("'r", "s");
    right("Option<Int64>", "Some x");
    right("Option<Int64>", "none");
    right("Again<Int64>", "Some x");
    right("Price", "x");
    right("Result<Int64, String>", "if true then Ok x else Error s");
    right("Int64 -> Int64", "add x");
    right("'any", "x");
}

#[test]
fn numbers_and_operators() {
    wrong("Int64", "x + 1", &["TYPE-OPERATOR `+` takes two operands of one type, found Int64 and Int"]);
    wrong("Float", "1.5 + 1L", &["TYPE-OPERATOR `+` takes two operands of one type, found Float and Int64"]);
    wrong("String", "s + s", &["TYPE-OPERATOR `+` takes numbers, found String"]);
    wrong("Bool", "s < s", &["TYPE-OPERATOR `<` takes numbers, found String"]);
    wrong("Bool", "x == s", &["TYPE-OPERATOR `==` takes two operands of one type, found Int64 and String"]);
    wrong("String", "s ++ x", &["TYPE-OPERATOR operand of `++`: wanted String, found Int64"]);
    wrong("Bool", "x && true", &["TYPE-OPERATOR operand of `&&`: wanted Bool, found Int64"]);
    wrong(
        "Bool",
        "(true || x) && s",
        &[
            "TYPE-OPERATOR operand of `||`: wanted Bool, found Int64",
            "TYPE-OPERATOR operand of `&&`: wanted Bool, found String",
        ],
    );
    // Of the parameters of a lambda the operator's other operand tells.
    wrong(
        "Int64",
        "(fun a -> a + 1L) s",
        &["TYPE-ARGUMENT argument 1 of the function: wanted Int64, found String"],
    );
    wrong(
        "List<String>",
        "Stdlib.List.map [ s ] (fun a -> a * a)",
        &["TYPE-OPERATOR `*` takes numbers, found String"],
    );
    right("Int64", "x + 1L");
    right("Bool", "any == s");
    right("Int8", "1y + 2y");
    right("Bool", "Stdlib.List.empty == xs");
    right("Int64", "any + any");
    right("Bool", "item == bread");
    let types = ["y", "uy", "s", "us", "l", "ul", "L", "UL", "Q", "Z", "", ".0"];
    for (at, one) in types.iter().enumerate() {
        for (other_at, other) in types.iter().enumerate() {
            let found = body("Bool", &format!("1{one} < 2{other}"));
            assert_eq!(found.is_empty(), at == other_at, "1{one} < 2{other}: {found:?}");
        }
    }
}

#[test]
fn conditions_branches_and_statements() {
    wrong("Int64", "if x then 1L else 2L", &["TYPE-CONDITION condition: wanted Bool, found Int64"]);
    wrong(
        "Int64",
        "match x with\n| n when n -> 1L\n| _ -> 2L",
        &["TYPE-CONDITION guard: wanted Bool, found Int64"],
    );
    wrong("'r", "if true then x else s", &["TYPE-BRANCHES branch: wanted Int64, found String"]);
    wrong(
        "'r",
        "match x with\n| 1L -> s\n| 2L -> x\n| _ -> s",
        &["TYPE-BRANCHES branch: wanted String, found Int64"],
    );
    wrong(
        "Unit",
        "if true then\n  x\nnothing ()",
        &["TYPE-BRANCHES an `if` without `else` must give Unit, found Int64"],
    );
    wrong("Int64", "add x 1L\nx", &["TYPE-STATEMENT statement: wanted Unit, found Int64"]);
    right("Int64", "nothing ()\nif true then\n  nothing ()\nx");
    right("'r", "if true then any else s");
    right("Int64", "let _ = add x 1L\nx");
    right("'r", "if true then none else Some x");
}

#[test]
fn lists_and_dicts() {
    wrong("'r", "[ 1L; \"two\"; \"three\" ]", &["TYPE-LIST list element: wanted Int64, found String"]);
    wrong("'r", "Dict { a = 1L; b = s }", &["TYPE-LIST dict value: wanted Int64, found String"]);
    wrong(
        "'r",
        "[ (1L, 2L); (1L, 2L, 3L) ]",
        &["TYPE-LIST list element: wanted (Int64 * Int64), found (Int64 * Int64 * Int64)"],
    );
    wrong(
        "List<String>",
        "[ 1L; 2L ]",
        &["TYPE-RESULT result of it: wanted List<String>, found List<Int64>"],
    );
    wrong("'r", "[ [ 1L ]; [ s ] ]", &["TYPE-LIST list element: wanted List<Int64>, found List<String>"]);
    right("List<Int64>", "[ 1L; x; any ]");
    right("'r", "[ []; [ 1L ]; [] ]");
    right("'r", "[ (fun a -> a); add 1L ]");
    right("Dict<Int64>", "Dict { a = 1L; b = x }");
}

#[test]
fn records() {
    wrong(
        "Item",
        "Item { name = x; price = x }",
        &["TYPE-FIELD field `name` of Item: wanted String, found Int64"],
    );
    wrong(
        "Item",
        "{ item with price = s }",
        &["TYPE-FIELD field `price` of Item: wanted Int64, found String"],
    );
    wrong("String", "item.nam", &["FIELD-UNKNOWN Item has no field `nam`"]);
    wrong("Item", "Item { nam = s; price = x }", &["FIELD-UNKNOWN Item has no field `nam`"]);
    wrong("Item", "{ item with nam = s }", &["FIELD-UNKNOWN Item has no field `nam`"]);
    wrong("String", "s.name", &["FIELD-UNKNOWN String is no record, so it has no field `name`"]);
    wrong("Item", "Item { name = s }", &["FIELD-MISSING Item lacks the field `price`"]);
    wrong("Colour", "Colour { name = s }", &["FIELD-UNKNOWN Colour is no record"]);
    wrong(
        "Int64",
        "(Crate { inside = s; label = s }).inside",
        &["TYPE-RESULT result of it: wanted Int64, found String"],
    );
    wrong(
        "List<String>",
        "Stdlib.List.map [ item ] (fun i -> i.cost)",
        &["FIELD-UNKNOWN Item has no field `cost`"],
    );
    // The parameter's type is known only after the lambda.
    wrong(
        "Int64",
        "let apply = fun f a -> f a\napply (fun i -> i.cost) item",
        &["FIELD-UNKNOWN Item has no field `cost`"],
    );
    right("String", "item.name");
    right("Item", "Item { name = s; price = x }");
    right("Item", "{ item with price = 2L }");
    right("String", "any.name");
    right("Int64", "(Crate { inside = x; label = s }).inside");
    right("Crate<Int64>", "Crate<Int64> { inside = x; label = s }");
    right("List<String>", "Stdlib.List.map [ item ] (fun i -> i.name)");
    right("(String * Int64)", "let first = fun i -> i.name\n(first item, x)");
}

#[test]
fn enums() {
    wrong("Colour", "Colour.Blue", &["CASE-UNKNOWN Colour has no case `Blue`"]);
    wrong("Colour", "Colour.Grey", &["CASE-FIELDS Colour.Grey has 1 field, not 0"]);
    wrong("Colour", "Colour.Red x", &["CASE-FIELDS Colour.Red has 0 fields, not 1"]);
    wrong("Colour", "Colour.Grey s", &["TYPE-FIELD field 1 of Colour.Grey: wanted Int64, found String"]);
    wrong("Colour", "s |> Colour.Grey", &["TYPE-FIELD field 1 of Colour.Grey: wanted Int64, found String"]);
    wrong("Item", "Item.Red", &["CASE-UNKNOWN Item is no enum"]);
    right("Colour", "Colour.Grey 5L");
    right("Colour", "x |> Colour.Grey");
    right("Painted", "Painted.Mixed(Colour.Red, Painted.Grey 1L)");
    right("Option<Option<Int64>>", "Some (Some x)");
}

#[test]
fn patterns() {
    wrong(
        "Int64",
        "match x with\n| \"one\" -> 1L\n| _ -> 2L",
        &["TYPE-PATTERN the value is Int64, the pattern String"],
    );
    wrong(
        "Int64",
        "match Colour.Red with\n| Rad -> 1L\n| _ -> 2L",
        &["CASE-UNKNOWN Colour has no case `Rad`"],
    );
    wrong(
        "Int64",
        "match Colour.Red with\n| Grey -> 1L\n| _ -> 2L",
        &["CASE-FIELDS Colour.Grey has 1 field, not 0"],
    );
    wrong(
        "Int64",
        "match item with\n| Red -> 1L\n| _ -> 2L",
        &["TYPE-PATTERN the value is Item, the pattern the case `Red` of an enum"],
    );
    wrong(
        "String",
        "match Colour.Red with\n| Grey n -> n\n| _ -> s",
        &["TYPE-RESULT result of it: wanted String, found Int64"],
    );
    wrong("Int64", "let (a, b) = x\na", &["TYPE-PATTERN the value is Int64, the pattern (_ * _)"]);
    wrong("Int64", "let () = x\nx", &["TYPE-PATTERN the value is Int64, the pattern Unit"]);
    wrong(
        "Int64",
        "match xs with\n| [ \"a\" ] -> 1L\n| \"b\" :: rest -> 2L\n| _ -> 3L",
        &[
            "TYPE-PATTERN the value is Int64, the pattern String",
            "TYPE-PATTERN the value is Int64, the pattern String",
        ],
    );
    wrong(
        "Int64",
        "match (x, s) with\n| (a, b, c) -> 1L\n| _ -> 2L",
        &["TYPE-PATTERN the value is (Int64 * String), the pattern (_ * _ * _)"],
    );
    right("Int64", "match Colour.Red with\n| Red -> 1L\n| Grey n -> n\n| Mixed(Grey n, _) -> n\n| _ -> x");
    right(
        "Int64",
        "match xs with\n| [] -> 0L\n| [ one ] -> one\n| first :: rest -> add first (it first s item any rest)",
    );
    right("Int64", "match any with\n| \"a\" -> 1L\n| 2L -> 2L\n| Some 3L -> 3L\n| _ -> 4L");
    right("Int64", "match x with\n| 1L | 2L -> 1L\n| n -> n");
    right("Int64", "let (a, (b, _)) = (x, (x, s))\nadd a b");
}

#[test]
fn interpolations() {
    wrong(
        "String",
        "$\"{x} pieces\"",
        &["TYPE-INTERPOLATION interpolated expression: wanted String, found Int64"],
    );
    right("String", "$\"{s} {any} {label item}\"");
}

#[test]
fn calls_are_curried() {
    wrong(
        "Int64",
        "add x 1L 2L",
        &["ARGUMENTS-TOO-MANY add is given 3 arguments; it takes 2 arguments and returns Int64"],
    );
    wrong("Int64", "let y = x\ny 1L", &["ARGUMENTS-TOO-MANY y is no function but Int64"]);
    wrong("Int64", "add x", &["TYPE-RESULT result of it: wanted Int64, found (Int64 -> Int64)"]);
    right("Int64", "(add x) 1L");
    right("List<Int64>", "Stdlib.List.map xs (add 1L)");
    right("Int64", "let plus = fun a -> fun b -> a + b\nplus 1L 2L");
    right("Int64", "same add x 1L");
}

#[test]
fn what_let_binds_may_be_of_several_types() {
    right("(Int64 * String)", "let twice = fun a -> same (same a)\n(twice x, twice s)");
    right("(List<Int64> * List<String>)", "let nobody = []\n(nobody, nobody)");
    right("(Option<Int64> * Option<String>)", "(none, none)");
    // A parameter of a lambda has one type.
    wrong(
        "'r",
        "let both = fun f -> (f x, f s)\nboth same",
        &["TYPE-ARGUMENT argument 1 of f: wanted Int64, found String"],
    );
}

#[test]
fn types_of_equal_content_are_one() {
    let text = "
module Test.Twins

type Left = { name: String; next: List<Int> }
type Right = { name: String; next: List<Int> }
type Other = { name: String; next: List<String> }
type Loop = { next: List<Loop>; of': Left }
type Ring = { next: List<Ring>; of': Right }

let left (left: Left) : Right = left
let ring (loop: Loop) : Ring = loop
let other (left: Left) : Other = left
";
    assert_eq!(
        check_texts([text]).lines(),
        ["Test.Twins.other TYPE-RESULT result of other: wanted Other, found Left"]
    );
}

#[test]
fn values_are_checked_and_have_types() {
    let text = "
module Test.Values

val one = 1L
val two = one + 1L
val three = two ++ \"!\"
val loop = pool
val pool = loop
val list = [ one; \"one\" ]

let text (unit: Unit) : String = two
let any (unit: Unit) : String = loop
";
    assert_eq!(
        check_texts([text]).lines(),
        [
            "Test.Values.list TYPE-LIST list element: wanted Int64, found String",
            "Test.Values.text TYPE-RESULT result of text: wanted String, found Int64",
            "Test.Values.three TYPE-OPERATOR operand of `++`: wanted String, found Int64",
        ]
    );
}

#[test]
fn hints_and_suggestions() {
    let hint = |result: &str, body: &str| {
        let text = format!(
            "module Test.Shop\n\nlet it (x: Int64) (s: String) (item: Item) : {result} =\n  {body}\n"
        );
        let mut found = check_texts([AROUND, RESULT, LIST, SHOP, &text]).by_item;
        let finding =
            found.remove("Test.Shop.it").and_then(|mut findings| findings.pop()).expect("a finding");
        (finding.hint.unwrap_or_default(), finding.suggestions, finding.note.unwrap_or_default())
    };
    assert_eq!(hint("Int64", "add x 5").0, "write `5L`");
    assert_eq!(hint("Int8", "5").0, "write `5y`");
    assert_eq!(hint("Int8", "500").0, "");
    assert_eq!(hint("Float", "5").0, "write `5.0`");
    assert_eq!(hint("Option<Int64>", "x").0, "wrap it: `Some (…)`");
    assert_eq!(hint("Result<Int64, String>", "x").0, "wrap it: `Ok (…)`");
    assert_eq!(hint("Option<String>", "x").0, "");
    assert_eq!(hint("String", "s + s").0, "`++` joins strings");
    assert_eq!(hint("String", "item.nmae").1, ["name"]);
    assert_eq!(hint("Colour", "Colour.Gray 1L").1, ["Grey"]);
    assert_eq!(hint("String", "item.zzField").1, Vec::<String>::new());
    assert_eq!(hint("(String * (Int64 * Item))", "(s, (s, item))").2, "they differ in Int64 and String");
}

/// Each code is explained, and the explanation's own examples are one with the check.
#[test]
fn explanations_are_true() {
    for (code, explanation) in Code::ALL.into_iter().zip(&EXPLANATIONS) {
        assert_eq!(explanation.code, code);
        assert_eq!(explain(code.name()), Some(explanation));
        let codes: Vec<Code> = check_texts([explanation.wrong])
            .by_item
            .into_values()
            .flatten()
            .map(|finding| finding.code)
            .collect();
        assert_eq!(codes, [code], "{}", explanation.wrong);
        assert_eq!(check_texts([explanation.right]).lines(), Vec::<String>::new());
    }
    assert_eq!(explain("TYPE-NOTHING"), None);
}

#[test]
fn the_document_holds_every_explanation() {
    let document = include_str!("../../docs/check.md");
    let (_, codes) = document.split_once("## Codes").expect("a chapter of codes");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sections: Vec<String> = codes.split("\n### ").skip(1).map(words).collect();
    let expected = EXPLANATIONS.iter().map(|explanation| {
        let (name, text) = (explanation.code.name(), explanation.text);
        let example = |text: &str| format!("```fsharp {}```", words(text) + " ");
        let (wrong, right) = (example(explanation.wrong), example(explanation.right));
        words(&format!("`{name}` {text} Wrong: {wrong} Right: {right}"))
    });
    assert_eq!(sections, expected.collect::<Vec<_>>());
}
