//! Finds the package references that `PackageRefs.fs` registers.
//!
//! The source nests modules. In each, a function `p` adds the names of package modules in front, and a binding
//! calls it with further modules and a name:
//!
//! ```text
//! module Type =
//!   module Stdlib =
//!     let private p addl = p ("Stdlib" :: addl)
//!     let option = p [ "Option" ] "Option"
//! ```
//!
//! registers `type/Stdlib.Option.Option` as `Type.Stdlib.option`. Which module a line belongs to follows from its
//! indentation. (`darklang/dark backend/src/LibExecution/PackageRefs.fs`)

use super::fsharp::{Kind, Token, tokens};

/// A list for checkouts without a readable `PackageRefs.fs`.
const COMPILED: &str = include_str!("package_refs.txt");

/// A reference of the F# code to a package item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageRef {
    /// As the file of hashes names it: `type/` or `fn/`, then modules and name, dotted, without the owner
    /// Darklang.
    pub key: String,
    /// As F# code names it inside the module `PackageRefs`, such as `Type.Stdlib.option`.
    pub path: String,
}

/// Returns the keys of the compiled list, sorted.
pub fn compiled_keys() -> impl Iterator<Item = &'static str> {
    COMPILED.lines().filter(|line| !line.starts_with('#'))
}

/// Returns what a source registers, in order of its text; nothing where it has another form.
pub fn registered(source: &str) -> Vec<PackageRef> {
    let mut scanner = Scanner { tokens: &tokens(source), modules: Vec::new(), found: Vec::new() };
    for at in 0..scanner.tokens.len() {
        if scanner.tokens[at].leads {
            scanner.line(at);
        }
    }
    scanner.found
}

/// A module of the F# source that is open at some line.
struct Module<'s> {
    column: usize,
    name: &'s str,
    /// The package modules that its `p` puts in front.
    prefix: Vec<&'s str>,
}

struct Scanner<'t, 's> {
    tokens: &'t [Token<'s>],
    /// From the outermost to the innermost.
    modules: Vec<Module<'s>>,
    found: Vec<PackageRef>,
}

impl<'s> Scanner<'_, 's> {
    /// Looks at the declaration that begins with the line whose first token is at `at`.
    fn line(&mut self, at: usize) {
        let Token { column, .. } = self.tokens[at];
        let is_module = self.tokens[at].is_word("module");
        if !is_module && !self.tokens[at].is_word("let") {
            return;
        }
        self.modules.retain(|module| module.column < column);
        let mut at = at + 1;
        while self.token(at).is_some_and(|token| token.is_word("private") || token.is_word("rec")) {
            at += 1;
        }
        let Some(Token { kind: Kind::Word, text: name, .. }) = self.token(at) else { return };
        if is_module && self.is_symbol(at + 1, "=") {
            let prefix = self.prefix().to_vec();
            self.modules.push(Module { column, name, prefix });
        } else if is_module {
        } else if name == "p" {
            self.prefixing(at + 1);
        } else if self.is_symbol(at + 1, "=") && self.token(at + 2).is_some_and(|token| token.is_word("p")) {
            self.registration(name, at + 3);
        }
    }

    /// `addl = p ("A" :: "B" :: addl)`.
    fn prefixing(&mut self, at: usize) {
        let calls_outer = self.is_symbol(at + 1, "=")
            && self.token(at + 2).is_some_and(|token| token.is_word("p"))
            && self.is_symbol(at + 3, "(");
        if calls_outer {
            let added = self.texts(at + 4, ")").0;
            if let Some(module) = self.modules.last_mut() {
                module.prefix.extend(added);
            }
        }
    }

    /// `[ "A"; "B" ] "name"`.
    fn registration(&mut self, binding: &str, at: usize) {
        if !self.is_symbol(at, "[") {
            return;
        }
        let (modules, end) = self.texts(at + 1, "]");
        let Some(Token { kind: Kind::Text, text: name, .. }) = self.token(end + 1) else { return };
        let kind = match self.modules.first().map(|module| module.name) {
            Some("Type") => "type",
            Some("Fn") => "fn",
            _ => return,
        };
        let location: Vec<&str> = self.prefix().iter().copied().chain(modules).chain([name]).collect();
        let path: Vec<&str> = self.modules.iter().map(|module| module.name).chain([binding]).collect();
        self.found.push(PackageRef { key: format!("{kind}/{}", location.join(".")), path: path.join(".") });
    }

    /// The strings up to the symbol `end`, and where that is.
    fn texts(&self, from: usize, end: &str) -> (Vec<&'s str>, usize) {
        let mut texts = Vec::new();
        let mut at = from;
        while let Some(token) = self.token(at).filter(|token| !token.is_symbol(end)) {
            if token.kind == Kind::Text {
                texts.push(token.text);
            }
            at += 1;
        }
        (texts, at)
    }

    fn prefix(&self) -> &[&'s str] {
        self.modules.last().map_or(&[], |module| &module.prefix)
    }

    fn token(&self, at: usize) -> Option<Token<'s>> {
        self.tokens.get(at).copied()
    }

    fn is_symbol(&self, at: usize, symbol: &str) -> bool {
        self.token(at).is_some_and(|token| token.is_symbol(symbol))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(source: &str) -> Vec<String> {
        registered(source).into_iter().map(|found| found.key).collect()
    }

    const SMALL: &str = r#"module Garden.PackageRefs
module Type =
  let mutable _lookup : Map<string list * string, string> = Map []
  /// let shed = p [ "Shed" ] "Shed"
  let private p modules name : (unit -> string) =
    let key = $"""type/{String.concat "." modules}"""
    fun () -> key

  module Plants =
    let private p addl = p ("Plants" :: addl)
    let rose = p [ "Rose" ] "Rose"

    module Trees =
      let private p addl = p ("Big" :: "Trees" :: addl)
      let oak = p [] "Oak"
    module Weeds =
      let nettle =
        p
          [ "Weeds"
            "Old" ]
          "Nettle"
    // back in Plants
    let fern = p [] "Fern"
  let root = p [] "Root"

module Fn =
  let private p modules name = fun () -> ""
  module Tools =
    let dig = p [ "Tools" ] "dig"
"#;

    #[test]
    fn modules_follow_from_indentation() {
        assert_eq!(
            keys(SMALL),
            [
                "type/Plants.Rose.Rose",
                "type/Plants.Big.Trees.Oak",
                "type/Plants.Weeds.Old.Nettle",
                "type/Plants.Fern",
                "type/Root",
                "fn/Tools.dig"
            ]
        );
        let paths: Vec<String> = registered(SMALL).into_iter().map(|found| found.path).collect();
        assert_eq!(paths[1], "Type.Plants.Trees.oak");
        assert_eq!(paths[5], "Fn.Tools.dig");
    }

    #[test]
    fn nonsense_registers_nothing() {
        for source in
            ["", "let", "module", "let x = p [", "module Type =\n  let x = p [ \"A\" ", "\0\u{fffd}"]
        {
            assert_eq!(keys(source), Vec::<String>::new(), "{source:?}");
        }
    }

    #[test]
    fn the_compiled_list_is_sorted() {
        let keys: Vec<&str> = compiled_keys().collect();
        assert!(keys.is_sorted() && keys.len() == 197, "{}", keys.len());
    }
}
