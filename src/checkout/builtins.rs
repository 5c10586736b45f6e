//! Finds the built-in functions and values that a checkout defines: in its F# sources or in a table.
//!
//! F# defines a built-in by a record that starts with `name = fn "intAdd" 0` or `name = value "blobEmpty" 0`
//! (`darklang/dark backend/src/Builtins`). In a table each line is `fn` or `value`, a name and a version,
//! separated by tabs; further columns are left alone, and so are lines that start with `#`.

use super::fsharp::{Kind, Token, tokens};
use super::signatures::{self, Signature};
use crate::base::location::ItemKind;

/// A built-in. Those of F# test sources are among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builtin {
    pub kind: ItemKind,
    pub name: String,
    pub version: u32,
    /// `None` where it is in no form that can be read.
    pub signature: Option<Signature>,
}

/// Returns the built-ins that an F# source defines, in order of its text. `type_of` returns the package type that a
/// reference such as `PackageRefs.Type.Stdlib.option` means, fully qualified.
pub fn of_source(source: &str, type_of: &impl Fn(&str) -> Option<String>) -> Vec<Builtin> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let starts: Vec<(usize, ItemKind)> =
        (0..tokens.len()).filter_map(|at| Some((at, definition(&tokens[at..])?))).collect();
    for (index, &(at, kind)) in starts.iter().enumerate() {
        let Ok(version) = tokens[at + 2].text.parse() else { continue };
        let end = starts.get(index + 1).map_or(tokens.len(), |(next, _)| *next);
        let name = tokens[at + 1].text;
        let signature = signatures::read(kind, &tokens, at + 3..end, type_of);
        found.push(Builtin { kind, name: name.to_owned(), version, signature });
    }
    found
}

/// Whether a definition starts here: `fn "name" 0`, by whatever path the function `fn` is named.
fn definition(tokens: &[Token<'_>]) -> Option<ItemKind> {
    let [function, name, version, ..] = tokens else { return None };
    if function.kind != Kind::Word || name.kind != Kind::Text || version.kind != Kind::Word {
        return None;
    }
    if !version.text.bytes().all(|byte| byte.is_ascii_digit()) || !is_name(name.text) {
        return None;
    }
    match function.text.rsplit('.').next() {
        Some("fn") => Some(ItemKind::Fn),
        Some("value") => Some(ItemKind::Value),
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns the built-ins of a table, and the number of lines that are none.
pub fn of_table(text: &str) -> (Vec<Builtin>, usize) {
    let mut found = Vec::new();
    let mut unreadable = 0;
    let lines = text.trim_start_matches('\u{feff}').lines();
    for line in lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        match of_line(line) {
            Some(builtin) => found.push(builtin),
            None => unreadable += 1,
        }
    }
    (found, unreadable)
}

fn of_line(line: &str) -> Option<Builtin> {
    let mut fields = line.split('\t');
    let kind = match fields.next()? {
        "fn" => ItemKind::Fn,
        "value" => ItemKind::Value,
        _ => return None,
    };
    let name = fields.next().filter(|name| is_name(name))?.to_owned();
    let version = fields.next()?.trim().parse().ok()?;
    Some(Builtin { kind, name, version, signature: Signature::of_fields(fields) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_source(source: &str) -> Vec<String> {
        let type_of = |path: &str| match path {
            "Type.Garden.bed" => Some("Darklang.Garden.Bed".to_owned()),
            _ => None,
        };
        of_source(source, &type_of).into_iter().map(shown).collect()
    }

    fn shown(builtin: Builtin) -> String {
        let signature = match builtin.signature {
            None => "?".to_owned(),
            Some(signature) => format!(
                "<{}>({}) {}",
                signature.type_parameters.join(","),
                signature.parameters.join("; "),
                signature.result
            ),
        };
        format!("{:?} {} {} {signature}", builtin.kind, builtin.name, builtin.version)
    }

    #[test]
    fn records_are_found_with_their_types() {
        let source = r#"
let varA = TVariable "a"
let bedType () = TCustomType(NR.ok (FQTypeName.fqPackage (PackageRefs.Type.Garden.bed ())), [])
let values = [ { name = value "gardenBed" 0
                 typ = bedType ()
                 description = "" } ]
let fns () =
  [ { name = fn "gardenWater" 0
      typeParams = [ "a"; "b" ]
      parameters =
        [ Param.make "days" TInt64 "how long"
          Param.makeWithArgs "each" (TFn(NEList.singleton varA, TVariable "b")) "" [ "x" ]; Param.make "u" TUnit "" ]
      returnType = TypeReference.result (TTuple(TBool, varA, [ TChar ])) (TList(bedType ()))
      fn = (function | _ -> incorrectArgs ())
      deprecated = NotDeprecated }

    // { name = fn "gardenOld" 0
    { name = LibExecution.Builtin.Shortcuts.fn "gardenDig" 2
      typeParams = []
      parameters = [ Param.make "unit" TUnit "" ]
      returnType =
        let deep = TDict varA
        TypeReference.option deep
      fn = fun _ -> TBool }
    { name = fn "gardenOdd" 0
      parameters = [ Param.make "x" (Elsewhere.typ ()) "" ]
      returnType = TUnit } ]
"#;
        assert_eq!(
            in_source(source),
            [
                "Value gardenBed 0 <>() Darklang.Garden.Bed",
                "Fn gardenWater 0 <a,b>(Int64; ('a -> 'b); Unit) Darklang.Stdlib.Result.Result<(Bool * 'a * Char), \
                 List<Darklang.Garden.Bed>>",
                "Fn gardenDig 2 <>(Unit) Darklang.Stdlib.Option.Option<Dict<'a>>",
                "Fn gardenOdd 0 ?",
            ]
        );
    }

    #[test]
    fn what_only_looks_like_a_definition_is_none() {
        for source in [
            "fn \"Http\" \"respond\" 0",
            "fn \"a b\" 0",
            "call \"a\" 0",
            "fn \"a\" x",
            "fn \"a\" -1",
            "fn \"a\"",
        ] {
            assert_eq!(in_source(source), Vec::<String>::new(), "{source}");
        }
        assert_eq!(in_source("fn \"a\" 99999999999"), Vec::<String>::new());
    }

    #[test]
    fn names_that_lead_in_circles_end() {
        let mut source = String::from("let a0 = TBool\n");
        for at in 0..200 {
            source += &format!("let a{} = TTuple(a{at}, a{at}, [])\n", at + 1);
        }
        source += "let b = c\nlet c = b\n{ name = value \"deep\" 0\n  typ = a200\n}\n{ name = value \"circle\" 0\n  typ = b }";
        let nested = format!("{{ name = value \"nested\" 0\n  typ = {}", "(".repeat(100_000));
        assert_eq!(in_source(&source), ["Value deep 0 ?", "Value circle 0 ?"]);
        assert_eq!(in_source(&nested), ["Value nested 0 ?"]);
    }

    #[test]
    fn a_table_may_have_signatures_or_not() {
        let (found, unreadable) =
            of_table("# kind\tname\n\nfn\tintAdd\t0\t2\r\nfn\tx\t1\ta,b\tInt; Bool\tUnit\nno\tx\t0\nfn\tx\n");
        let found: Vec<String> = found.into_iter().map(shown).collect();
        assert_eq!(found, ["Fn intAdd 0 ?", "Fn x 1 <a,b>(Int; Bool) Unit"]);
        assert_eq!(unreadable, 2);
    }
}
