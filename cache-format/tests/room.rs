//! The loan of a file's memory: to one borrower in all, whichever thread asks.
//!
//! Small enough for Miri, which checks what the `unsafe` of the module claims:
//! `cargo +nightly miri test -p darkc-cache-format --test room`.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use darkc_cache_format::Room;

#[test]
fn a_room_is_lent_once_however_many_ask() {
    for _ in 0..if cfg!(miri) { 4 } else { 200 } {
        let (room, lent) = (Room::default(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for asker in 0..4 {
                let (room, lent) = (&room, &lent);
                scope.spawn(move || {
                    let Some(memory) = room.borrow() else { return };
                    lent.fetch_add(1, Ordering::Relaxed);
                    let text = memory.arena().alloc_str(&format!("asker {asker}"));
                    assert_eq!(&*text, format!("asker {asker}").as_str());
                });
            }
        });
        assert_eq!(lent.into_inner(), 1);
        assert!(room.borrow().is_none(), "nor is it lent again");
    }
}

#[test]
fn what_one_thread_fills_another_reads_and_frees() {
    let room = Box::new(Room::default());
    let room = thread::spawn(move || {
        let memory = room.borrow().unwrap();
        (0..1000_u64).for_each(|number| assert_eq!(*memory.arena().alloc(number), number));
        room
    });
    let room = room.join().unwrap();
    thread::spawn(move || drop(room)).join().unwrap();
}
