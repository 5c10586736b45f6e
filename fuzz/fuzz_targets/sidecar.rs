#![no_main]

use bumpalo::Bump;
use darkc::internals::base::parallel;
use darkc_cache_format::SidecarBytes;
use libfuzzer_sys::fuzz_target;
use xxhash_rust::xxh3::xxh3_128;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    // As every encoder ends a sidecar: without it nothing else would be reached.
    bytes.extend_from_slice(&xxh3_128(&bytes).to_le_bytes());
    let decoded = parallel::on_large_stack(|| {
        let arena = Bump::new();
        if let Ok(sidecar) = SidecarBytes::new(&bytes) {
            let _ = sidecar.decode(&arena);
        }
    });
    decoded.expect("a thread");
});
