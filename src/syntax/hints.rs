//! Diagnostics for people: one for each place, with a hint at what was most likely meant.
//!
//! Darklang reports every rule that a place breaks. Verdicts are compared with its list, so the list itself is not
//! changed; this module derives from it what is shown to the user.

use crate::base::diagnostic::Diagnostic;

/// The keywords that a line of a declaration or an expression starts with.
const KEYWORDS: [&str; 7] = ["let", "val", "type", "module", "match", "if", "fun"];
const LEX: &str = "LEX";
const UNCLOSED_STRING: &str = "unterminated string literal";

/// Keeps one diagnostic for each place, and adds hints.
pub fn for_people(text: &str, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut shown: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        if !shown.iter().any(|earlier| earlier.start == diagnostic.start) {
            shown.push(diagnostic.clone());
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut hinted = None;
    for diagnostic in &mut shown {
        let row = diagnostic.start.row as usize;
        let Some(line) = lines.get(row).filter(|_| hinted != Some(row)) else { continue };
        if let Some(hint) = misspelled_keyword(line).filter(|_| diagnostic.code.starts_with("PARSE-")) {
            hinted = Some(row);
            diagnostic.notes.push(hint);
        }
        if diagnostic.code == LEX && diagnostic.message == UNCLOSED_STRING {
            diagnostic.notes.extend(open_string(&lines[..row]));
        }
    }
    shown
}

/// A line that starts with a word which is a keyword but for one slip.
fn misspelled_keyword(line: &str) -> Option<String> {
    let (word, rest) = line.trim_start().split_once(' ')?;
    let is_name = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    // What is applied or bound to nothing else starts with a name as well.
    if !is_name || rest.is_empty() || KEYWORDS.contains(&word) {
        return None;
    }
    let keyword = KEYWORDS.iter().find(|keyword| strsim::osa_distance(word, keyword) == 1)?;
    Some(format!("`{word}` is no keyword; did you mean `{keyword}`?"))
}

/// The last row before an unclosed string in which a quote is left over: a string that goes on over line ends takes
/// the quote which opens the next one for its own end, and the last one is then left without an end.
fn open_string(before: &[&str]) -> Option<String> {
    let is_odd = |line: &&str| {
        let unescaped = line.replace("\\\\", "").replace("\\\"", "");
        unescaped.matches('"').count() % 2 == 1
    };
    let row = before.iter().position(is_odd)?;
    Some(format!("the string that opens in line {} has no end in that line", row + 1))
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::for_people;
    use crate::syntax::parse;

    /// (row and column from one, message, notes) of what is shown of a text.
    fn shown(text: &str) -> Vec<(u32, u32, String, Vec<String>)> {
        let arena = Bump::new();
        let all = parse(text, &arena).diagnostics;
        let found = for_people(text, &all).into_iter();
        found.map(|one| (one.start.row + 1, one.start.column + 1, one.message, one.notes)).collect()
    }

    #[test]
    fn a_place_is_reported_once() {
        let text = "module A.B\n\nlet f (n: Int) : Int =\n  (let x\n";
        let arena = Bump::new();
        let all = parse(text, &arena).diagnostics;
        let mut places: Vec<_> = all.iter().map(|one| one.start).collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() < all.len(), "Darklang says something twice: {all:?}");
        let mut once: Vec<_> = shown(text).into_iter().map(|(row, column, ..)| (row, column)).collect();
        once.sort_unstable();
        assert_eq!(once, places.iter().map(|at| (at.row + 1, at.column + 1)).collect::<Vec<_>>());
    }

    #[test]
    fn a_misspelled_keyword_is_named() {
        for (word, keyword) in [("lett", "let"), ("vall", "val"), ("typ", "type"), ("mtach", "match")] {
            let found = shown(&format!("module A.B\n\n{word} f (n: Int) : Int = n\n"));
            let note = format!("`{word}` is no keyword; did you mean `{keyword}`?");
            assert_eq!(found[0].3, [note], "{found:?}");
            assert!(found[1..].iter().all(|one| one.3.is_empty()), "it is said once: {found:?}");
        }
        let found = shown("module A.B\n\nfoo f (n: Int) : Int = n\n");
        assert!(found.iter().all(|one| one.3.is_empty()), "{found:?}");
    }

    #[test]
    fn an_unclosed_string_is_reported_where_it_opens() {
        let found = shown("module A.B\n\nval s = \"abc\n\nval t = 1L\n");
        assert_eq!(found, [(3, 9, "unterminated string literal".to_owned(), vec![])]);
        // The next quote closes it, and the last one of the file is left over.
        let found = shown("module A.B\n\nval s = \"abc\n\nval t = \"def\"\n");
        let last = found.iter().find(|one| one.2 == "unterminated string literal").expect("a finding");
        assert_eq!(last.3, ["the string that opens in line 3 has no end in that line"]);
    }
}
