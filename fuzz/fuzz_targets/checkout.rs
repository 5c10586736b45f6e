#![no_main]

use darkc::internals::checkout::{builtins, package_refs, refs_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let _ = builtins::of_source(&text, |_, _, _| true, &|_| None);
    let _ = builtins::of_table(&text);
    let _ = package_refs::registered(&text);
    let _ = text.lines().filter_map(refs_file::item_name).count();
});
