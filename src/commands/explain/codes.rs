//! What each code of a diagnostic means, with an example that is wrong and the same made right.

use crate::check::EXPLANATIONS;

/// The explanation of a code. The examples are whole package files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeExplanation {
    pub code: &'static str,
    /// One or more sentences.
    pub text: &'static str,
    /// `None` for a code that no package file gives.
    pub examples: Option<Examples>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples {
    /// Has a finding of this code and no other.
    pub wrong: &'static str,
    /// Has no finding.
    pub right: &'static str,
}

/// Returns the explanation of every code: of names, of types, of the parser, of what a package file may hold.
pub fn explanations() -> Vec<CodeExplanation> {
    let types = EXPLANATIONS.iter().map(|found| CodeExplanation {
        code: found.code.name(),
        text: found.text,
        examples: Some(Examples { wrong: found.wrong, right: found.right }),
    });
    NAMES.into_iter().chain(types).chain(SYNTAX).chain(VALIDATION).collect()
}

const fn explained(
    code: &'static str,
    text: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> CodeExplanation {
    CodeExplanation { code, text, examples: Some(Examples { wrong, right }) }
}

const fn never_given(code: &'static str, text: &'static str) -> CodeExplanation {
    CodeExplanation { code, text, examples: None }
}

const NAMES: [CodeExplanation; 4] = [
    explained(
        "NAME-UNRESOLVED",
        "Nothing has this name: neither in the modules around the item that uses it, nor as a whole name. For a type \
         it is an error, as in Darklang. For a function or a value it is a warning: Darklang loads the item, and fails \
         when it runs.",
        "module Docs.Shop\n\nlet price (n: Int64) : Int64 = n * 2L\n\nlet total (n: Int64) : Int64 = Shop.prise n\n",
        "module Docs.Shop\n\nlet price (n: Int64) : Int64 = n * 2L\n\nlet total (n: Int64) : Int64 = Shop.price n\n",
    ),
    explained(
        "NAME-UNBOUND",
        "No parameter, variable, function or value has this name. Darklang takes it for a variable that nothing binds, \
         and fails when it runs.",
        "module Docs\n\nlet double (number: Int64) : Int64 = nubmer * 2L\n",
        "module Docs\n\nlet double (number: Int64) : Int64 = number * 2L\n",
    ),
    explained(
        "NAME-BUILTIN",
        "There is no built-in function or value of this name and version, neither in darkc's own list nor in the \
         checkout of Darklang. A version other than 0 stands behind the name, as in `Builtin.name_v1`.",
        "module Docs\n\nlet size (text: String) : Int = Builtin.stringLenght text\n",
        "module Docs\n\nlet size (text: String) : Int = Builtin.stringLength text\n",
    ),
    explained(
        "NAME-DUPLICATE",
        "One name is declared more than once, in one file or in several. The last declaration in load order has the \
         name, as in Darklang, and the others leave nothing in the store.",
        "module Docs\n\nlet double (n: Int64) : Int64 = n + n\n\nlet double (n: Int64) : Int64 = n * 2L\n",
        "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n",
    ),
];

/// Codes of Darklang's parser (`darklang/dark backend/src/LibParser/GRAMMAR.md`), and one of darkc's.
const SYNTAX: [CodeExplanation; 12] = [
    explained(
        "LEX",
        "The text cannot be cut into words: a string or a comment has no end, a number does not fit its type, or a \
         character is none that Darklang knows.",
        "module Docs\n\nval small = 300y\n",
        "module Docs\n\nval small = 100y\n",
    ),
    explained(
        "LEX-NONCHARACTER",
        "A text holds U+FFFE, which Unicode sets aside. Darklang's own parser breaks off at it; darkc says where it is.",
        "module Docs\n\nval name = \"bread\u{fffe}\"\n",
        "module Docs\n\nval name = \"bread\"\n",
    ),
    explained(
        "PARSE-EXPECTED",
        "Something is missing: the message says what must stand here and what was found in its place.",
        "module Docs\n\nlet double (n: Int64) : Int64 n * 2L\n",
        "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n",
    ),
    explained(
        "PARSE-UNEXPECTED",
        "Something stands where it is not allowed. Often a value is declared with `let`, which is for functions, or \
         has a type written behind its name.",
        "module Docs\n\nval price: Int64 = 3L\n",
        "module Docs\n\nval price = 3L\n",
    ),
    explained(
        "PARSE-UNCLOSED",
        "A bracket is not closed before the next declaration, the next line that ends its block, or the end of the \
         file. The message says where it opens.",
        "module Docs\n\nval numbers = [ 1L; 2L\n\nval more = 3L\n",
        "module Docs\n\nval numbers = [ 1L; 2L ]\n\nval more = 3L\n",
    ),
    explained(
        "PARSE-ESCAPE",
        "A backslash in a string or a character is followed by something that is no escape. A backslash itself is \
         written `\\\\`.",
        "module Docs\n\nval path = \"C:\\data\"\n",
        "module Docs\n\nval path = \"C:\\\\data\"\n",
    ),
    explained(
        "PARSE-INT-RANGE",
        "A number cannot be represented: the smallest integer of a type without its minus sign, or an exponent of more \
         than 400.",
        "module Docs\n\nval smallest = 128y\n",
        "module Docs\n\nval smallest = -128y\n",
    ),
    explained(
        "PARSE-INTERPOLATION",
        "What stands between the braces of an interpolated string must be exactly one expression.",
        "module Docs\n\nlet greet (name: String) : String = $\"Hello {}\"\n",
        "module Docs\n\nlet greet (name: String) : String = $\"Hello {name}\"\n",
    ),
    explained(
        "PARSE-PATTERN",
        "A pattern is not allowed here: a case is named with its type in front, or a parameter has no name.",
        "module Docs\n\ntype Answer =\n  | Yes\n  | No\n\nlet isYes (answer: Answer) : Bool =\n  match answer with\n  \
         | Answer.Yes -> true\n  | No -> false\n",
        "module Docs\n\ntype Answer =\n  | Yes\n  | No\n\nlet isYes (answer: Answer) : Bool =\n  match answer with\n  \
         | Yes -> true\n  | No -> false\n",
    ),
    explained(
        "PARSE-PIPE-SEGMENT",
        "What a pipe passes its value to must be a function, a lambda, a case of an enum or an operator with its right \
         operand.",
        "module Docs\n\nlet twice (n: Int64) : Int64 =\n  n\n  |> 2L\n",
        "module Docs\n\nlet twice (n: Int64) : Int64 =\n  n\n  |> (*) 2L\n",
    ),
    explained(
        "PARSE-TOO-DEEP",
        "Brackets, blocks or interpolations are nested more than 200 levels deep (64 for interpolations), or a chain \
         of operators is too long. Name some of the parts.",
        include_str!("too_deep.dark"),
        "module Docs\n\nval inner = [ 1L ]\n\nval outer = [ inner ]\n",
    ),
    never_given(
        "PARSE-INTERNAL-LOOP",
        "The parser did not get on. No text is known that leads to this; if one does, it is a fault of darkc.",
    ),
];

/// Codes of what a package file may not hold (`darklang/dark backend/src/LibParser/Validation.fs`).
const VALIDATION: [CodeExplanation; 12] = [
    explained(
        "VALIDATION-DUPLICATE-BINDER",
        "One name is bound twice in a pattern, or two parameters have it.",
        "module Docs\n\nlet add (n: Int64) (n: Int64) : Int64 = n + n\n",
        "module Docs\n\nlet add (n: Int64) (m: Int64) : Int64 = n + m\n",
    ),
    explained(
        "VALIDATION-OR-BINDINGS",
        "The branches of a pattern with `|` bind different names, so that the body cannot use them.",
        "module Docs\n\nlet pick (pair: (Int64 * Int64)) : Int64 =\n  match pair with\n  | (1L, n)\n  | (n, m) -> n\n",
        "module Docs\n\nlet pick (pair: (Int64 * Int64)) : Int64 =\n  match pair with\n  | (1L, n)\n  | (n, _) -> n\n",
    ),
    explained(
        "VALIDATION-PACKAGE-EXPR",
        "An expression stands by itself. A package file holds only declarations.",
        "module Docs\n\n1L + 2L\n",
        "module Docs\n\nval three = 1L + 2L\n",
    ),
    explained(
        "VALIDATION-DB-MODE",
        "A database is declared. Only Darklang's test files may hold one.",
        "module Docs\n\n[<DB>]\ntype Items = String\n",
        "module Docs\n\ntype Items = String\n",
    ),
    explained(
        "VALIDATION-TEST-MODE",
        "An equation stands by itself, as in Darklang's test files. In a package file it is a declaration without its \
         `let` or `val`.",
        "module Docs\n\ndouble 2L = 4L\n",
        "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n",
    ),
    never_given("VALIDATION-DB-SHAPE", PARSED_FIRST),
    never_given("VALIDATION-OR-PATTERN", PARSED_FIRST),
    never_given("VALIDATION-RECOVERY-HOLE", PARSED_FIRST),
    never_given("VALIDATION-LAMBDA", PARSED_FIRST),
    never_given("VALIDATION-MATCH", PARSED_FIRST),
    never_given("VALIDATION-ANONYMOUS-RECORD", PARSED_FIRST),
    never_given("VALIDATION-RECORD-UPDATE", PARSED_FIRST),
];

const PARSED_FIRST: &str = "Darklang checks for this once more after it has parsed a file. What breaks the rule is \
                            refused before, with PARSE-EXPECTED, so that no package file gives this code.";
