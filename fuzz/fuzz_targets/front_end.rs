#![no_main]

use bumpalo::Bump;
use darkc::internals::base::{parallel, text};
use darkc::internals::{lower, syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = text::decode(bytes);
    let checked = parallel::on_large_stack(|| {
        let arena = Bump::new();
        let parsed = syntax::parse(&text, &arena);
        if parsed.diagnostics.is_empty() {
            let _ = lower::file(&text, &parsed.file, &arena);
        }
    });
    checked.expect("a thread");
});
