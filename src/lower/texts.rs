//! The source of each item of a file, for showing how it changed.

use std::collections::HashMap;

use super::inside;
use crate::base::text::Span;
use crate::syntax::ast::{Declaration, SourceFile};

/// The source of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemText {
    /// Whole lines, from the comment that describes the item on.
    pub whole: String,
    /// The body of a function or a value.
    pub body: Option<String>,
}

/// Returns the source of all items of a file by fully qualified name; of two of one name, the last one's.
pub fn texts(text: &str, file: &SourceFile<'_>) -> HashMap<String, ItemText> {
    let mut found = HashMap::new();
    collect(text, "", file.declarations, &mut found);
    found
}

fn collect(text: &str, path: &str, declarations: &[Declaration<'_>], found: &mut HashMap<String, ItemText>) {
    for declaration in declarations {
        let (name, span, body) = match declaration {
            Declaration::Module(module) => {
                collect(text, &inside(path, module), module.declarations, found);
                continue;
            }
            Declaration::Fn(decl) => (decl.name.name, decl.span, Some(decl.body.span)),
            Declaration::Value(decl) => (decl.name.name, decl.span, Some(decl.body.span)),
            Declaration::Type(decl) => (decl.name.name, decl.span, None),
            Declaration::Expr(_) | Declaration::Db(_) | Declaration::Test(_) => continue,
        };
        let slice = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let start = with_description(text, span.start as usize);
        let whole = text.get(start..span.end as usize).unwrap_or_default().trim_end();
        let body = body.map(|span| slice(span).to_owned());
        found.insert(format!("{path}.{name}"), ItemText { whole: whole.to_owned(), body });
    }
}

/// Returns where the line of a declaration begins, or the first of the `///` lines right above it.
fn with_description(text: &str, declaration: usize) -> usize {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let mut start = line_start(declaration);
    while start > 0 {
        let above = line_start(start - 1);
        if !text[above..start].trim_start().starts_with("///") {
            break;
        }
        start = above;
    }
    start
}
