#![no_main]

use darkc::internals::state::codec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for item in codec::decode_items(bytes).unwrap_or_default() {
        if let Some(known) = item.known {
            let _ = (known.facts(), known.dependencies().count());
        }
    }
    let _ = codec::decode_manifest(bytes);
});
