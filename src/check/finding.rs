//! What the check says, in terms of items and nodes: a finding stays true wherever its file's lines move.

use crate::program::tree::NodeIndex;

/// The kinds of findings. [`super::explain()`] says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Argument,
    Result,
    Operator,
    Condition,
    Branches,
    List,
    Field,
    FieldUnknown,
    FieldMissing,
    CaseUnknown,
    CaseFields,
    Pattern,
    Statement,
    Interpolation,
    TooManyArguments,
}

impl Code {
    pub const ALL: [Code; 15] = [
        Code::Argument,
        Code::Result,
        Code::Operator,
        Code::Condition,
        Code::Branches,
        Code::List,
        Code::Field,
        Code::FieldUnknown,
        Code::FieldMissing,
        Code::CaseUnknown,
        Code::CaseFields,
        Code::Pattern,
        Code::Statement,
        Code::Interpolation,
        Code::TooManyArguments,
    ];

    /// The stable name, as diagnostics print it and `--allow` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Code::Argument => "TYPE-ARGUMENT",
            Code::Result => "TYPE-RESULT",
            Code::Operator => "TYPE-OPERATOR",
            Code::Condition => "TYPE-CONDITION",
            Code::Branches => "TYPE-BRANCHES",
            Code::List => "TYPE-LIST",
            Code::Field => "TYPE-FIELD",
            Code::FieldUnknown => "FIELD-UNKNOWN",
            Code::FieldMissing => "FIELD-MISSING",
            Code::CaseUnknown => "CASE-UNKNOWN",
            Code::CaseFields => "CASE-FIELDS",
            Code::Pattern => "TYPE-PATTERN",
            Code::Statement => "TYPE-STATEMENT",
            Code::Interpolation => "TYPE-INTERPOLATION",
            Code::TooManyArguments => "ARGUMENTS-TOO-MANY",
        }
    }
}

/// One contradiction of two known types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    /// The expression or pattern that is wrong, or at least one of two that contradict each other.
    pub node: NodeIndex,
    pub spot: Spot,
    pub message: String,
    /// The place that asks for something else.
    pub asked: Option<Asked>,
    /// Where in two large types the contradiction lies.
    pub note: Option<String>,
    /// What to do, where that is certain.
    pub hint: Option<String>,
    /// Names that may have been meant, the nearest first.
    pub suggestions: Vec<String>,
}

/// What of a node a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Whole,
    /// The name of the field or case that it mentions.
    Name,
    /// The name of the field that it is the value of.
    Label,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub place: Place,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of the same item.
    Node(NodeIndex),
    /// Of the item of this fully qualified name.
    Declared(String, Part),
}

/// A part of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Name,
    Parameter(u32),
    Result,
    /// A record's field or an enum's case.
    Member(u32),
}
