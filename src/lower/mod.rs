//! From syntax tree to unlinked items: scopes are settled, names are collected for the linker.
//!
//! The rules are those of `darklang/dark backend/src/LibParser/WrittenTypesToProgramTypes.fs` and `Package.fs`,
//! cut where they start to ask which other names exist.

mod expressions;
mod patterns;
mod pipes;
mod scope;
mod sites;
mod types;

use std::borrow::Cow;

use darkc_cache_format::model::{Code, Definition, Function, Item, ItemKind, Parameter, Text, UnlinkedFile};

use crate::base::diagnostic::Diagnostic;
use crate::base::text::{LineIndex, Span};
use crate::syntax::ast::{self, Declaration};
use scope::Scope;
use sites::Sites;

/// Lowers one item's code; holds what its walk needs.
struct Lowering<'t, 's> {
    sites: Sites<'s>,
    scope: Scope<'s>,
    lines: &'t LineIndex<'s>,
}

/// Lowers a file that parsed without diagnostics.
///
/// # Errors
/// The declarations that a package file cannot hold. Darklang gives these no code.
pub fn file<'s>(text: &'s str, file: &ast::SourceFile<'s>) -> Result<UnlinkedFile<'s>, Vec<Diagnostic>> {
    let lines = LineIndex::new(text);
    let mut collector =
        Collector { lines: &lines, types: vec![], values: vec![], fns: vec![], errors: vec![] };
    collector.declarations("", &file.declarations);
    for expr in &file.expressions {
        collector.refuse(expr.span, NO_EXPRESSIONS.to_owned());
    }
    if !collector.errors.is_empty() {
        return Err(collector.errors);
    }
    let mut items = collector.types;
    items.append(&mut collector.values);
    items.append(&mut collector.fns);
    Ok(UnlinkedFile { items })
}

const NO_EXPRESSIONS: &str = "expressions are not allowed in package files";

/// Gathers the declarations of a file, kind by kind, with the path of the modules around them.
struct Collector<'t, 's> {
    lines: &'t LineIndex<'s>,
    types: Vec<Item<'s>>,
    values: Vec<Item<'s>>,
    fns: Vec<Item<'s>>,
    errors: Vec<Diagnostic>,
}

impl<'s> Collector<'_, 's> {
    fn declarations(&mut self, path: &str, declarations: &[Declaration<'s>]) {
        for declaration in declarations {
            match declaration {
                Declaration::Module(module) => {
                    let mut inner = path.to_owned();
                    let parts = module.path.iter().flat_map(|part| part.name.split('.'));
                    for part in parts.filter(|part| !part.is_empty()) {
                        if !inner.is_empty() {
                            inner.push('.');
                        }
                        inner.push_str(part);
                    }
                    self.declarations(&inner, &module.declarations);
                }
                Declaration::Fn(decl) => {
                    if self.has_owner(path, "function", decl.name, decl.span) {
                        let item = self.item(path, ItemKind::Fn, decl.name, &decl.description, |lowering| {
                            lowering.function(decl)
                        });
                        self.fns.push(item);
                    }
                }
                Declaration::Type(decl) => {
                    if self.has_owner(path, "type", decl.name, decl.span) {
                        let item =
                            self.item(path, ItemKind::Type, decl.name, &decl.description, |lowering| {
                                Definition::Type(lowering.type_definition(decl))
                            });
                        self.types.push(item);
                    }
                }
                Declaration::Value(decl) => {
                    if self.has_owner(path, "value", decl.name, decl.span) {
                        let item =
                            self.item(path, ItemKind::Value, decl.name, &decl.description, |lowering| {
                                Definition::Value(lowering.expr(&decl.body))
                            });
                        self.values.push(item);
                    }
                }
                Declaration::Expr(expr) => self.refuse(expr.span, NO_EXPRESSIONS.to_owned()),
                Declaration::Db(decl) => {
                    let message = "[<DB>] declarations are not allowed in package files";
                    self.refuse(decl.span, message.to_owned());
                }
                Declaration::Test(test) => {
                    self.refuse(test.span, "test assertions are not allowed in package files".to_owned());
                }
            }
        }
    }

    fn has_owner(&mut self, path: &str, kind: &str, name: ast::Identifier<'s>, span: Span) -> bool {
        if path.is_empty() {
            let name = name.name;
            // The wording is Darklang's: tools compare it.
            self.refuse(
                span,
                format!(
                    "{kind} '{name}' is outside any 'module Owner.…' — package declarations must live inside an \
                     owner module"
                ),
            );
        }
        !path.is_empty()
    }

    fn refuse(&mut self, span: Span, message: String) {
        let (start, end) = (self.lines.position(span.start), self.lines.position(span.end));
        self.errors.push(Diagnostic::error("", start, end, message));
    }

    fn item(
        &self,
        path: &str,
        kind: ItemKind,
        name: ast::Identifier<'s>,
        description: &Text<'s>,
        lower: impl FnOnce(&mut Lowering<'_, 's>) -> Definition<'s>,
    ) -> Item<'s> {
        let mut lowering = Lowering { sites: Sites::default(), scope: Scope::default(), lines: self.lines };
        let definition = lower(&mut lowering);
        let (sites, site_positions) = lowering.sites.finish();
        Item {
            kind,
            location: Cow::Owned(format!("{path}.{}", name.name)),
            code: Code { sites, definition },
            description: description.clone(),
            position: sites::source_position(self.lines, name.span),
            site_positions,
        }
    }
}

impl<'s> Lowering<'_, 's> {
    fn function(&mut self, decl: &ast::FnDecl<'s>) -> Definition<'s> {
        let mut params: Vec<Parameter<'s>> = decl
            .params
            .iter()
            .map(|param| match param {
                ast::FnParam::Unit(_) => types::unit_parameter(),
                ast::FnParam::Normal { name, typ, .. } => {
                    Parameter { name: Cow::Borrowed(name.name), typ: self.type_ref(typ) }
                }
            })
            .collect();
        if params.is_empty() {
            params.push(types::unit_parameter());
        }
        let return_type = self.type_ref(&decl.return_type);
        self.scope.enter_function(decl.name.name, &params);
        let body = self.expr(&decl.body);

        let explicit: Vec<Text<'s>> = types::names(&decl.type_params);
        let mut mentioned = Vec::new();
        for typ in params.iter().map(|param| &param.typ).chain([&return_type]) {
            types::collect_variables(typ, &mut mentioned);
        }
        mentioned.retain(|name| !explicit.contains(name));
        let type_params = [explicit, mentioned].concat();
        Definition::Fn(Function { type_params, params, return_type, body })
    }
}
