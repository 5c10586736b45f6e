//! What each code means, with an example that is wrong and the same made right.

use super::finding::Code;

/// The explanation of a code. The examples are whole package files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub code: Code,
    /// One or more sentences.
    pub text: &'static str,
    pub wrong: &'static str,
    pub right: &'static str,
}

/// The explanation of a code by its name.
pub fn explain(name: &str) -> Option<&'static Explanation> {
    EXPLANATIONS.iter().find(|explanation| explanation.code.name() == name)
}

/// One explanation for each code, in the order of [`Code::ALL`].
pub const EXPLANATIONS: [Explanation; 15] = [
    Explanation {
        code: Code::Argument,
        text: "An argument is not of the type that the parameter declares. The value that a pipe passes on is the \
               first argument. If a lambda is passed, its result may be what is wrong.",
        wrong: "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n\nlet twice (n: Int64) : Int64 = double \"2\"\n",
        right: "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n\nlet twice (n: Int64) : Int64 = double 2L\n",
    },
    Explanation {
        code: Code::Result,
        text: "A function's body is not of the type that the function declares. The finding is at the branch that \
               gives the value.",
        wrong: "module Docs\n\nlet name (n: Int64) : String = n\n",
        right: "module Docs\n\nlet name (n: Int64) : Int64 = n\n",
    },
    Explanation {
        code: Code::Operator,
        text: "An operand is not of the type that the operator takes. Arithmetic and comparisons by size take two \
               numbers of one type; `==` and `!=` take two values of one type; `++` takes strings; `&&` and `||` \
               take booleans. Each of the twelve number types is only itself: `1` is an Int, `1L` an Int64.",
        wrong: "module Docs\n\nlet next (n: Int64) : Int64 = n + 1\n",
        right: "module Docs\n\nlet next (n: Int64) : Int64 = n + 1L\n",
    },
    Explanation {
        code: Code::Condition,
        text: "The condition of an `if`, or the guard of a `match` case, is not a Bool.",
        wrong: "module Docs\n\nlet sign (n: Int64) : String = if n then \"some\" else \"none\"\n",
        right: "module Docs\n\nlet sign (n: Int64) : String = if n > 0L then \"some\" else \"none\"\n",
    },
    Explanation {
        code: Code::Branches,
        text: "The branches of an `if` or `match` are of different types, so that what it gives has no type. An \
               `if` without `else` gives Unit, and so must its only branch.",
        wrong: "module Docs\n\nlet both (n: Int64) : 'a = if n > 0L then n else \"none\"\n",
        right: "module Docs\n\nlet both (n: Int64) : 'a = if n > 0L then n else 0L\n",
    },
    Explanation {
        code: Code::List,
        text: "The elements of a list, or the values of a dict, are of different types. The first one that has a \
               known type decides.",
        wrong: "module Docs\n\nval numbers = [ 1L; 2L; \"three\" ]\n",
        right: "module Docs\n\nval numbers = [ 1L; 2L; 3L ]\n",
    },
    Explanation {
        code: Code::Field,
        text: "A value given to a record's field, or to a field of an enum's case, is not of the type that the \
               declaration states.",
        wrong: "module Docs\n\ntype Item = { name: String; price: Int64 }\n\nval bread = Item { name = \"bread\"; price = \"3\" }\n",
        right: "module Docs\n\ntype Item = { name: String; price: Int64 }\n\nval bread = Item { name = \"bread\"; price = 3L }\n",
    },
    Explanation {
        code: Code::FieldUnknown,
        text: "The record has no field of this name, or the value is no record.",
        wrong: "module Docs\n\ntype Item = { name: String; price: Int64 }\n\nlet cost (item: Item) : Int64 = item.prise\n",
        right: "module Docs\n\ntype Item = { name: String; price: Int64 }\n\nlet cost (item: Item) : Int64 = item.price\n",
    },
    Explanation {
        code: Code::FieldMissing,
        text: "A record is made without one of its fields. All of them must be given.",
        wrong: "module Docs\n\ntype Item = { name: String; price: Int64 }\n\nval bread = Item { name = \"bread\" }\n",
        right: "module Docs\n\ntype Item = { name: String; price: Int64 }\n\nval bread = Item { name = \"bread\"; price = 3L }\n",
    },
    Explanation {
        code: Code::CaseUnknown,
        text: "The enum has no case of this name, or the type is no enum. A pattern of such a case never matches.",
        wrong: "module Docs\n\ntype Answer =\n  | Yes\n  | No\n\nval sure = Answer.Yess\n",
        right: "module Docs\n\ntype Answer =\n  | Yes\n  | No\n\nval sure = Answer.Yes\n",
    },
    Explanation {
        code: Code::CaseFields,
        text: "A case is given more or fewer fields than it declares. A pattern with another number of fields \
               never matches.",
        wrong: "module Docs\n\ntype Shape =\n  | Square of Int64\n  | Dot\n\nval small = Shape.Square\n",
        right: "module Docs\n\ntype Shape =\n  | Square of Int64\n  | Dot\n\nval small = Shape.Square 1L\n",
    },
    Explanation {
        code: Code::Pattern,
        text: "A pattern is of another type than the value, so that it never matches. In a `let` it fails when it \
               runs.",
        wrong: "module Docs\n\nlet name (n: Int64) : String =\n  match n with\n  | \"1\" -> \"one\"\n  | _ -> \"many\"\n",
        right: "module Docs\n\nlet name (n: Int64) : String =\n  match n with\n  | 1L -> \"one\"\n  | _ -> \"many\"\n",
    },
    Explanation {
        code: Code::Statement,
        text: "An expression that another one follows must give Unit. If its value is not wanted, bind it to `_`.",
        wrong: "module Docs\n\nlet check (n: Int64) : Int64 =\n  n + 1L\n  n\n",
        right: "module Docs\n\nlet check (n: Int64) : Int64 =\n  let _ = n + 1L\n  n\n",
    },
    Explanation {
        code: Code::Interpolation,
        text: "What stands in an interpolated string must be a String.",
        wrong: "module Docs\n\nlet show (n: Int64) : String = $\"{n} items\"\n",
        right: "module Docs\n\nlet show (n: String) : String = $\"{n} items\"\n",
    },
    Explanation {
        code: Code::TooManyArguments,
        text: "A function is given more arguments than it takes, and its result is no function; or what is called \
               is no function.",
        wrong: "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n\nlet twice (n: Int64) : Int64 = double n 2L\n",
        right: "module Docs\n\nlet double (n: Int64) : Int64 = n * 2L\n\nlet twice (n: Int64) : Int64 = double n\n",
    },
];
