//! What a file or a module holds: declarations and expressions, told apart by how they start.

use smallvec::smallvec;

use super::errors::code;
use super::{ItemScope, List, Parser};
use crate::syntax::ast::{Declaration, Expr, ModuleDecl, Test, TestExpected, TypeDefinition};
use crate::syntax::token::TokenKind;

/// The declarations and the expressions of one scope.
pub(super) type Items<'s> = (Vec<Declaration<'s>>, Vec<Expr<'s>>);

/// How many tokens `[<DB>]` takes.
const DB_ATTRIBUTE: usize = 5;

impl<'s> Parser<'_, 's> {
    /// Parses items until one starts left of `min_column`.
    pub(super) fn items(&mut self, scope: ItemScope, min_column: u32) -> Items<'s> {
        let outer = self.declaration_column;
        let items = self.with_elements(|parser| {
            let mut items = (Vec::new(), Vec::new());
            while parser.kind() != TokenKind::EndOfFile && parser.column(parser.at) >= min_column {
                let start = parser.at;
                parser.start_element();
                parser.declaration_column = Some(parser.column(start));
                if parser.item(scope, min_column, &mut items) == Rest::Taken {
                    break;
                }
                if parser.at == start {
                    parser.at += 1;
                }
            }
            items
        });
        self.declaration_column = outer;
        items
    }

    fn item(&mut self, scope: ItemScope, min_column: u32, items: &mut Items<'s>) -> Rest {
        match (self.kind(), self.ahead(1)) {
            (TokenKind::LeftBracket, TokenKind::Less) if self.is_db_declaration() => {
                items.0.push(self.db_declaration());
            }
            (TokenKind::Val, TokenKind::Identifier) => items.0.push(self.val_declaration()),
            (TokenKind::Let, TokenKind::Identifier) => self.let_item(scope, items),
            (TokenKind::Type, TokenKind::Identifier) => {
                let declaration = self.type_declaration();
                items.0.push(Declaration::Type(self.node(declaration)));
            }
            (TokenKind::Identifier, TokenKind::Identifier) if self.is_name(self.at, "module") => {
                return self.module(min_column, items);
            }
            _ => self.expression_or_test(items),
        }
        Rest::Follows
    }

    fn is_db_declaration(&self) -> bool {
        self.is_name(self.at + 2, "DB")
            && self.ahead(3) == TokenKind::Greater
            && self.ahead(4) == TokenKind::RightBracket
            && self.ahead(DB_ATTRIBUTE) == TokenKind::Type
    }

    fn db_declaration(&mut self) -> Declaration<'s> {
        self.at += DB_ATTRIBUTE;
        let keyword = self.at;
        let declaration = self.type_declaration();
        if !matches!(declaration.definition, TypeDefinition::Alias(_)) {
            self.report(code::EXPECTED, keyword, "[<DB>] type must be a type alias");
        }
        Declaration::Db(self.node(declaration))
    }

    fn val_declaration(&mut self) -> Declaration<'s> {
        let keyword = self.at;
        let declaration = self.fn_or_value();
        if matches!(declaration, Declaration::Fn(_)) {
            let message = "'val' declares a value and cannot have function parameters";
            self.report(code::EXPECTED, keyword, message);
        }
        declaration
    }

    /// A function; or, without parameters, an expression in a script and wherever `in` follows, and else a value
    /// with the wrong keyword.
    fn let_item(&mut self, scope: ItemScope, items: &mut Items<'s>) {
        let keyword = self.at;
        let before = self.diagnostics.len();
        if scope == ItemScope::Script && !self.declares_function() {
            items.1.push(self.let_expression_again(keyword, before));
            return;
        }
        let declaration = self.fn_or_value();
        if matches!(declaration, Declaration::Value(_)) {
            if self.kind() == TokenKind::In {
                items.1.push(self.let_expression_again(keyword, before));
                return;
            }
            if scope == ItemScope::Module {
                let message = "Module value declarations must use 'val'; 'let' is reserved for functions and local \
                               bindings";
                self.report_always(code::UNEXPECTED, keyword, message);
            }
        }
        items.0.push(declaration);
    }

    /// Whether parameters follow the heading of a `let`. Darklang reads the whole declaration to find out, which
    /// doubles the work with every nested interpolation.
    fn declares_function(&mut self) -> bool {
        let (start, before) = (self.at, self.diagnostics.len());
        self.at += 2;
        self.type_params();
        let has_params = self.kind() == TokenKind::LeftParen;
        self.at = start;
        self.diagnostics.truncate(before);
        has_params
    }

    /// Reads a `let` as an expression, without the diagnostics of reading it as a declaration.
    fn let_expression_again(&mut self, keyword: usize, before: usize) -> Expr<'s> {
        self.diagnostics.truncate(before);
        self.at = keyword;
        self.expr()
    }

    /// `module A.B =` with an indented body, or `module A.B` with the rest of the scope for its body. Expressions
    /// at its end belong to the module.
    fn module(&mut self, min_column: u32, items: &mut Items<'s>) -> Rest {
        let keyword = self.at;
        let mut path: List<_> = smallvec![self.identifier_at(keyword + 1)];
        self.at += 2;
        while self.kind() == TokenKind::Dot && self.ahead(1) == TokenKind::Identifier {
            path.push(self.identifier_at(self.at + 1));
            self.at += 2;
        }
        let has_body = self.kind() == TokenKind::Equals;
        let inner_column = if has_body { self.column(keyword) + 1 } else { min_column };
        if has_body {
            self.at += 1;
        }
        let body = self.at;
        let (mut declarations, expressions) = self.items(ItemScope::Module, inner_column);
        declarations.extend(expressions.into_iter().map(Declaration::Expr));
        if has_body && declarations.is_empty() {
            self.expected(body, "an indented module body");
        }
        let span = self.span(keyword).to(self.span(self.at - 1));
        let (path, declarations) = (self.list_of(&path), self.list_of(&declarations));
        items.0.push(Declaration::Module(self.node(ModuleDecl { span, path, declarations })));
        if has_body { Rest::Follows } else { Rest::Taken }
    }

    fn expression_or_test(&mut self, items: &mut Items<'s>) {
        let actual = self.expr();
        if self.kind() != TokenKind::Equals {
            items.1.push(actual);
            return;
        }
        self.at += 1;
        let expected = self.test_expected();
        let span = actual.span.to(self.span(self.at - 1));
        items.0.push(Declaration::Test(self.node(Test { span, actual, expected })));
    }

    /// `error="…"`, `error "…"`, the same with `sqlerror`, or an expression.
    fn test_expected(&mut self) -> TestExpected<'s> {
        let start = self.at;
        let is_sql = self.is_name(start, "sqlerror");
        if is_sql || self.is_name(start, "error") {
            let text = start + if self.ahead(1) == TokenKind::Equals { 2 } else { 1 };
            if self.kind_at(text) == TokenKind::String {
                self.at = text + 1;
                let message = self.text_value(text);
                return if is_sql { TestExpected::SqlError(message) } else { TestExpected::Error(message) };
            }
        }
        TestExpected::Expr(self.expr())
    }
}

/// What an item leaves to the scope it stands in.
#[derive(PartialEq, Eq)]
enum Rest {
    Follows,
    /// A module without `=` has taken all that was left.
    Taken,
}
