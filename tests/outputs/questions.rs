//! All that `items`, `inspect` and `check` print.

use snapbox::str;

use super::{BROKEN, ILL_TYPED, garden, prints};

#[test]
fn items_lists_each_item_with_its_hash() {
    let tree = garden();
    prints(
        &tree,
        &["items"],
        0,
        str![[r#"
exit code 0
--- stdout
fn	Garden.Bed.isEven	41c64baafafc0e12ad4f04c781c77d8b3533913794009b79ef6fd7ba55b49450
fn	Garden.Bed.isOdd	4934ca6b679fadb9188fe6b2112ff3f015e3a577f0c1315896f41911e6a2f43a
fn	Garden.Bed.water	48ca85a1874ea51a11e4572b55c75b61a4a6b2efe7ff8558a7c4e7a6a138f338
fn	Garden.Path.walk	a6217ca69b7df63fd11a3c98b9e6f886df08ab10858ad4e50fabc79ca8f0833b
value	Garden.Path.width	10839954eec87c8fb2e6131a69cb18b9c0730f74406eaf6126cd630ca26745a7

"#]],
    );
    prints(
        &tree,
        &["items", "--format", "json"],
        0,
        str![[r#"
exit code 0
--- stdout
{"kind":"fn","name":"Garden.Bed.isEven","hash":"41c64baafafc0e12ad4f04c781c77d8b3533913794009b79ef6fd7ba55b49450"}
{"kind":"fn","name":"Garden.Bed.isOdd","hash":"4934ca6b679fadb9188fe6b2112ff3f015e3a577f0c1315896f41911e6a2f43a"}
{"kind":"fn","name":"Garden.Bed.water","hash":"48ca85a1874ea51a11e4572b55c75b61a4a6b2efe7ff8558a7c4e7a6a138f338"}
{"kind":"fn","name":"Garden.Path.walk","hash":"a6217ca69b7df63fd11a3c98b9e6f886df08ab10858ad4e50fabc79ca8f0833b"}
{"kind":"value","name":"Garden.Path.width","hash":"10839954eec87c8fb2e6131a69cb18b9c0730f74406eaf6126cd630ca26745a7"}

"#]],
    );
    tree.write("garden/path.dark", BROKEN.as_bytes());
    prints(
        &tree,
        &["items"],
        1,
        str![[r#"
exit code 1
--- stderr
error[PARSE-UNCLOSED]: expected ')' to close the '(' at line 4:13, found end of file
 --> packages/garden/path.dark:5:1
  |
5 |
  | ^

not listed: 2 files, 1 failed

"#]],
    );
}

#[test]
fn inspect_shows_files_and_sidecars() {
    let tree = garden();
    prints(
        &tree,
        &["inspect", "packages/garden/bed.dark"],
        0,
        str![[r#"
exit code 0
--- stdout
packages/garden/bed.dark: ok, 3 items
  fn    Garden.Bed.water  48ca85a1874e
  fn    Garden.Bed.isEven  2a4f775af030
  fn    Garden.Bed.isOdd  f610eb33a8d2

"#]],
    );
    prints(
        &tree,
        &["inspect", "--format", "json", "packages/garden/path.dark"],
        0,
        str![[r#"
exit code 0
--- stdout
{"path":"packages/garden/path.dark","verdict":"ok","items":[{"kind":"value","name":"Garden.Path.width","hash":"10839954eec87c8fb2e6131a69cb18b9c0730f74406eaf6126cd630ca26745a7"},{"kind":"fn","name":"Garden.Path.walk","hash":"2c919f0c5333d240c6f48df7892a52e61d2e8b031771dafdfee04d32ebfa2743"}],"diagnostics":[]}

"#]],
    );
    tree.write("garden/path.dark", BROKEN.as_bytes());
    prints(
        &tree,
        &["inspect", "packages/garden/path.dark"],
        1,
        str![[r#"
exit code 1
--- stdout
packages/garden/path.dark: error, 0 items
error[PARSE-UNCLOSED]: expected ')' to close the '(' at line 4:13, found end of file
 --> packages/garden/path.dark:5:1
  |
5 |
  | ^


"#]],
    );
    prints(
        &tree,
        &["inspect", "packages/garden/path.darkc", "packages/none.dark"],
        2,
        str![[r#"
exit code 2
--- stderr
error: packages/garden/path.darkc cannot be read: No such file or directory (os error 2)
error: packages/none.dark cannot be read: No such file or directory (os error 2)

"#]],
    );
}

#[test]
fn canonical_forms_of_files_and_of_named_items() {
    let tree = garden();
    prints(
        &tree,
        &["inspect", "--canonical", "packages/garden/path.dark"],
        0,
        str![[r#"
exit code 0
--- stdout
value Garden.Path.width 10839954eec87c8fb2e6131a69cb18b9c0730f74406eaf6126cd630ca26745a7
     0  value
     1    int64 3
fn Garden.Path.walk 2c919f0c5333d240c6f48df7892a52e61d2e8b031771dafdfee04d32ebfa2743
     0  fn
     1    apply
     2      value name unresolved not found
     5      [0]
     6      arg 0
    11      [0]
    12    [0]
    13    int64
    14    [0]
    15    int64

"#]],
    );
    prints(
        &tree,
        &["inspect", "--canonical", "Path.walk"],
        0,
        str![[r#"
exit code 0
--- stdout
fn Garden.Path.walk a6217ca69b7df63fd11a3c98b9e6f886df08ab10858ad4e50fabc79ca8f0833b
     0  fn
     1    apply
     2      fn name Garden.Bed.water 48ca85a1874ea51a11e4572b55c75b61a4a6b2efe7ff8558a7c4e7a6a138f338
    70      [0]
    71      arg 0
    76      [0]
    77    [0]
    78    int64
    79    [0]
    80    int64

"#]],
    );
    // Two functions that call each other are one group: a mention inside it is hashed by name.
    prints(
        &tree,
        &["inspect", "--canonical", "Garden.Bed.isOdd"],
        0,
        str![[r#"
exit code 0
--- stdout
fn Garden.Bed.isOdd 4934ca6b679fadb9188fe6b2112ff3f015e3a577f0c1315896f41911e6a2f43a
     0  fn
     1    if
     2      infix ==
     5        arg 0
    10        int64 0
    19      bool false
    21      true
    22      apply
    23        fn name Garden.Bed.isEven (in this group)
    44        [0]
    45        arg 0
    50        [0]
    51    [0]
    52    int64
    53    [0]
    54    bool

"#]],
    );
    prints(
        &tree,
        &["inspect", "--canonical", "Garden.Pth"],
        2,
        str![[r#"
exit code 2
--- stderr
error: no item and no module is called `Garden.Pth`; did you mean `Garden.Path`?

"#]],
    );
    prints(
        &tree,
        &["inspect", "Garden.Path"],
        2,
        str![[r#"
exit code 2
--- stderr
error: Garden.Path cannot be read: No such file or directory (os error 2)

"#]],
    );
}

#[test]
fn check_reports_what_is_wrong() {
    let tree = garden();
    prints(
        &tree,
        &["check"],
        0,
        str![[r#"
exit code 0
--- stderr
checked: 2 files, 5 bodies, 0 findings, TIME

"#]],
    );
    tree.write("garden/path.dark", ILL_TYPED.as_bytes());
    prints(
        &tree,
        &["check", "--deny", "TYPE-ARGUMENT"],
        1,
        str![[r#"
exit code 1
--- stdout
warning[TYPE-ARGUMENT]: argument `beds` of Bed.water: wanted Int64, found Bool
 --> packages/garden/path.dark:4:13
  |
4 |   Bed.water true
  |             ^^^^
  |
 ::: packages/garden/bed.dark:4:11
  |
4 | let water (beds: Int64) : Int64 =
  |           ------------- the parameter is declared here

--- stderr
checked: 2 files, 4 bodies, 1 finding, TIME

"#]],
    );
    prints(
        &tree,
        &["check", "--format", "short"],
        0,
        str![[r#"
exit code 0
--- stdout
packages/garden/path.dark:4:13: warning[TYPE-ARGUMENT]: argument `beds` of Bed.water: wanted Int64, found Bool
--- stderr
checked: 2 files, 4 bodies, 1 finding, TIME

"#]],
    );
    prints(
        &tree,
        &["check", "--format", "json"],
        0,
        str![[r#"
exit code 0
--- stdout
{"path":"packages/garden/path.dark","code":"TYPE-ARGUMENT","level":"warning","message":"argument `beds` of Bed.water: wanted Int64, found Bool","start":[4,13],"end":[4,17],"bytes":[65,69],"utf16":[13,17],"item":"Garden.Path.walk","suggestions":[]}
--- stderr
checked: 2 files, 4 bodies, 1 finding, TIME

"#]],
    );
    prints(
        &tree,
        &["check", "--format", "github"],
        0,
        str![[r#"
exit code 0
--- stdout
::warning file=packages/garden/path.dark,line=4,col=13,endLine=4,endColumn=17,title=TYPE-ARGUMENT::argument `beds` of Bed.water: wanted Int64, found Bool
--- stderr
checked: 2 files, 4 bodies, 1 finding, TIME

"#]],
    );
    prints(
        &tree,
        &["check", "--deny", "NONE"],
        2,
        str![[r#"
exit code 2
--- stderr
error: no finding has the code `NONE`; docs/check.md lists the codes

"#]],
    );
    prints(
        &tree,
        &["check", "Garden.Pth"],
        2,
        str![[r#"
exit code 2
--- stderr
error: no item and no module is called `Garden.Pth`; did you mean `Garden.Path`?; there is no package file or folder of this path either

"#]],
    );
}
