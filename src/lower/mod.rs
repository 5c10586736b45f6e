//! From syntax tree to unlinked items: scopes are settled, names are collected for the linker.
//!
//! The rules are those of `darklang/dark backend/src/LibParser/WrittenTypesToProgramTypes.fs` and `Package.fs`,
//! cut where they start to ask which other names exist.

mod expressions;
mod patterns;
mod places;
mod pipes;
mod scope;
mod sites;
mod texts;
mod types;
mod uses;

use bumpalo::Bump;
use darkc_cache_format::model::{
    Code, Definition, Function, Item, ItemKind, Namespace, Parameter, SiteId, Text, UnlinkedFile,
};

use crate::base::diagnostic::Diagnostic;
use crate::base::text::{LineIndex, Span};
use crate::syntax::ast::{self, Declaration};
pub use places::{Places, Range, places};
use scope::Scope;
use sites::Sites;
pub use texts::{ItemText, texts};
pub use uses::{Use, UseRule, uses};

/// Lowers one item's code; holds what its walk needs.
struct Lowering<'t, 'a> {
    arena: &'a Bump,
    sites: Sites<'a>,
    scope: Scope<'t>,
    lines: &'t LineIndex<'t>,
    /// Filled for [`places()`] alone.
    nodes: Option<places::Nodes>,
    /// Filled for [`uses()`] alone.
    uses: Option<Vec<Use>>,
}

/// Lowers a file that parsed without diagnostics. All that the result holds is in the arena, so that neither the
/// tree nor the text has to be kept.
///
/// # Errors
/// The declarations that a package file cannot hold. Darklang gives these no code.
pub fn file<'a>(
    text: &str,
    file: &ast::SourceFile<'_>,
    arena: &'a Bump,
) -> Result<UnlinkedFile<'a>, Vec<Diagnostic>> {
    let lines = LineIndex::new(text);
    let lowering = Lowering::new(arena, &lines);
    let mut collector = Collector::new(lowering);
    collector.declarations("", file.declarations);
    for expr in file.expressions {
        collector.refuse(expr.span, NO_EXPRESSIONS.to_owned());
    }
    if !collector.errors.is_empty() {
        return Err(collector.errors);
    }
    let items = [collector.types, collector.values, collector.fns].concat();
    Ok(UnlinkedFile { items: arena.alloc_slice_copy(&items) })
}

/// The dotted path of what a module in `path` declares.
fn inside(path: &str, module: &ast::ModuleDecl<'_>) -> String {
    let mut inner = path.to_owned();
    let parts = module.path.iter().flat_map(|part| part.name.split('.'));
    for part in parts.filter(|part| !part.is_empty()) {
        if !inner.is_empty() {
            inner.push('.');
        }
        inner.push_str(part);
    }
    inner
}

const NO_EXPRESSIONS: &str = "expressions are not allowed in package files";

/// Gathers the declarations of a file, kind by kind, with the path of the modules around them.
struct Collector<'t, 'a> {
    lowering: Lowering<'t, 'a>,
    types: Vec<Item<'a>>,
    values: Vec<Item<'a>>,
    fns: Vec<Item<'a>>,
    errors: Vec<Diagnostic>,
    /// The uses of names of each item, by kind of item; for [`uses()`] alone.
    uses: [Vec<Vec<Use>>; 3],
}

impl<'t, 'a: 't> Collector<'t, 'a> {
    fn new(lowering: Lowering<'t, 'a>) -> Self {
        let uses = [const { Vec::new() }; 3];
        Collector { lowering, types: vec![], values: vec![], fns: vec![], errors: vec![], uses }
    }

    fn declarations(&mut self, path: &str, declarations: &'t [Declaration<'t>]) {
        for declaration in declarations {
            match declaration {
                Declaration::Module(module) => {
                    let inner = inside(path, module);
                    self.declarations(&inner, module.declarations);
                }
                Declaration::Fn(decl) => {
                    if self.has_owner(path, "function", decl.name, decl.span) {
                        let item = self.item(path, ItemKind::Fn, decl.name, decl.description, |lowering| {
                            lowering.function(decl)
                        });
                        self.fns.push(item);
                    }
                }
                Declaration::Type(decl) => {
                    if self.has_owner(path, "type", decl.name, decl.span) {
                        let item = self.item(path, ItemKind::Type, decl.name, decl.description, |lowering| {
                            Definition::Type(lowering.type_definition(decl))
                        });
                        self.types.push(item);
                    }
                }
                Declaration::Value(decl) => {
                    if self.has_owner(path, "value", decl.name, decl.span) {
                        let item =
                            self.item(path, ItemKind::Value, decl.name, decl.description, |lowering| {
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

    fn has_owner(&mut self, path: &str, kind: &str, name: ast::Identifier<'t>, span: Span) -> bool {
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
        let lines = self.lowering.lines;
        let (start, end) = (lines.position(span.start), lines.position(span.end));
        self.errors.push(Diagnostic::error("", start, end, message));
    }

    fn item(
        &mut self,
        path: &str,
        kind: ItemKind,
        name: ast::Identifier<'t>,
        description: &str,
        lower: impl FnOnce(&mut Lowering<'t, 'a>) -> Definition<'a>,
    ) -> Item<'a> {
        let lowering = &mut self.lowering;
        lowering.scope.clear();
        let definition = lower(lowering);
        if let Some(uses) = &mut lowering.uses {
            self.uses[kind as usize].push(std::mem::take(uses));
        }
        let (sites, site_positions) = lowering.sites.take(lowering.arena);
        Item {
            kind,
            location: lowering.text(&format!("{path}.{}", name.name)),
            code: Code { sites, definition },
            description: lowering.text(description),
            position: sites::source_position(lowering.lines, name.span),
            site_positions,
        }
    }
}

impl<'t, 'a: 't> Lowering<'t, 'a> {
    fn new(arena: &'a Bump, lines: &'t LineIndex<'t>) -> Self {
        Lowering { arena, sites: Sites::default(), scope: Scope::default(), lines, nodes: None, uses: None }
    }

    fn text(&self, text: &str) -> Text<'a> {
        self.arena.alloc_str(text)
    }

    fn site(&mut self, namespace: Namespace, written: &[&str], span: Span) -> SiteId {
        let lines = self.lines;
        self.sites.add(self.arena, namespace, written, || sites::source_position(lines, span))
    }

    fn function(&mut self, decl: &'t ast::FnDecl<'t>) -> Definition<'a> {
        let arena = self.arena;
        let params = decl.params.iter().map(|param| match param {
            ast::FnParam::Unit(_) => types::UNIT_PARAMETER,
            ast::FnParam::Normal { name, typ, .. } => {
                Parameter { name: self.text(name.name), typ: self.type_ref(typ) }
            }
        });
        let params: &[Parameter<'a>] = match arena.alloc_slice_fill_iter(params) {
            [] => &[types::UNIT_PARAMETER],
            params => params,
        };
        let return_type = self.type_ref(&decl.return_type);
        self.scope.enter_function(decl.name.name, params.iter().map(|param| param.name));
        let body = self.expr(&decl.body);

        let mut type_params = self.names(decl.type_params).to_vec();
        let mut mentioned = Vec::new();
        for typ in params.iter().map(|param| &param.typ).chain([&return_type]) {
            types::collect_variables(typ, &mut mentioned);
        }
        mentioned.retain(|name| !type_params.contains(name));
        type_params.append(&mut mentioned);
        let type_params = arena.alloc_slice_copy(&type_params);
        Definition::Fn(Function { type_params, params, return_type, body })
    }
}
