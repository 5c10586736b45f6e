//! Runs a program and stops it at its system calls, to let them fail, to kill it, or to act beside it.
//!
//! A seccomp filter stops every thread at the chosen calls and nowhere else; ptrace reports each stop. Calls are
//! counted over all threads, in the order in which they are stopped. Calls that bypass the C library are seen too.
#![expect(unsafe_code, reason = "ptrace, seccomp and waiting have no safe form")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The calls by which a program reaches files and other processes, with what to call them.
pub const CALLS: [(&str, i64); 48] = [
    ("open", libc::SYS_open),
    ("openat", libc::SYS_openat),
    ("openat2", libc::SYS_openat2),
    ("creat", libc::SYS_creat),
    ("read", libc::SYS_read),
    ("pread64", libc::SYS_pread64),
    ("readv", libc::SYS_readv),
    ("preadv2", libc::SYS_preadv2),
    ("write", libc::SYS_write),
    ("pwrite64", libc::SYS_pwrite64),
    ("writev", libc::SYS_writev),
    ("copy_file_range", libc::SYS_copy_file_range),
    ("sendfile", libc::SYS_sendfile),
    ("fsync", libc::SYS_fsync),
    ("fdatasync", libc::SYS_fdatasync),
    ("truncate", libc::SYS_truncate),
    ("ftruncate", libc::SYS_ftruncate),
    ("fallocate", libc::SYS_fallocate),
    ("rename", libc::SYS_rename),
    ("renameat", libc::SYS_renameat),
    ("renameat2", libc::SYS_renameat2),
    ("unlink", libc::SYS_unlink),
    ("unlinkat", libc::SYS_unlinkat),
    ("link", libc::SYS_link),
    ("linkat", libc::SYS_linkat),
    ("symlink", libc::SYS_symlink),
    ("mkdir", libc::SYS_mkdir),
    ("mkdirat", libc::SYS_mkdirat),
    ("rmdir", libc::SYS_rmdir),
    ("chmod", libc::SYS_chmod),
    ("fchmod", libc::SYS_fchmod),
    ("fchown", libc::SYS_fchown),
    ("stat", libc::SYS_stat),
    ("lstat", libc::SYS_lstat),
    ("fstat", libc::SYS_fstat),
    ("newfstatat", libc::SYS_newfstatat),
    ("statx", libc::SYS_statx),
    ("statfs", libc::SYS_statfs),
    ("fstatfs", libc::SYS_fstatfs),
    ("access", libc::SYS_access),
    ("faccessat", libc::SYS_faccessat),
    ("getdents64", libc::SYS_getdents64),
    ("readlink", libc::SYS_readlink),
    ("fcntl", libc::SYS_fcntl),
    ("flock", libc::SYS_flock),
    ("getcwd", libc::SYS_getcwd),
    ("getrandom", libc::SYS_getrandom),
    ("clone3", libc::SYS_clone3),
];

/// A call that a thread is about to make.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// How many came before it, over all threads.
    pub index: usize,
    pub name: &'static str,
    pub arguments: [u64; 6],
    thread: libc::pid_t,
}

impl Call {
    /// The text that an argument points to; empty where it points to none.
    pub fn text(&self, argument: usize) -> String {
        let mut bytes = [0; 512];
        let memory = File::open(format!("/proc/{}/mem", self.thread));
        let read = memory.and_then(|memory| memory.read_at(&mut bytes, self.arguments[argument]));
        let text = &bytes[..read.unwrap_or(0)];
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(0);
        String::from_utf8_lossy(&text[..end]).into_owned()
    }

    /// The file that a descriptor stands for.
    pub fn file(&self, argument: usize) -> Option<PathBuf> {
        let descriptor = self.arguments[argument] as libc::c_int;
        std::fs::read_link(format!("/proc/{}/fd/{descriptor}", self.thread)).ok()
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Proceed,
    /// It is not made and fails with this error number.
    Fail(i32),
    /// A call that takes a length in its third argument gets half of it.
    Halve,
    /// The program is killed before the call.
    Kill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Code(i32),
    Signal(i32),
}

#[derive(Debug)]
pub struct Traced {
    pub end: End,
    /// How many calls were stopped.
    pub calls: usize,
    pub stderr: String,
}

/// Runs the command to its end and asks `each` what shall become of every call. The thread that made the call
/// waits meanwhile; the program's others run on.
pub fn run(command: &mut Command, mut each: impl FnMut(&Call) -> Act) -> io::Result<Traced> {
    let mut stderr = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr.try_clone()?);
    let filter = filter();
    // SAFETY: what runs between fork and exec makes system calls alone and allocates nothing.
    unsafe { command.pre_exec(move || be_traced(&filter)) };
    let child = command.spawn()?;
    let leader = child.id() as libc::pid_t;
    let mut threads = BTreeSet::new();
    let mut calls = 0;
    let end = loop {
        let mut status = 0;
        // SAFETY: `status` outlives the call. Other threads of the test wait for their own children.
        let thread = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        if thread < 0 {
            return Err(io::Error::last_os_error());
        }
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            threads.remove(&thread);
            if thread != leader {
                continue;
            }
            break match libc::WIFEXITED(status) {
                true => End::Code(libc::WEXITSTATUS(status)),
                false => End::Signal(libc::WTERMSIG(status)),
            };
        }
        let is_new = threads.insert(thread);
        let signal = libc::WSTOPSIG(status);
        let pass_on = match status >> 16 {
            libc::PTRACE_EVENT_SECCOMP => {
                stopped(thread, leader, &mut calls, &mut each)?;
                0
            }
            0 if thread == leader && is_new => {
                follow_threads(thread)?;
                0
            }
            // A new thread starts stopped.
            0 if is_new && signal == libc::SIGSTOP => 0,
            0 if signal != libc::SIGTRAP => signal,
            _ => 0,
        };
        // SAFETY: takes no pointers. It fails where the thread was killed meanwhile, which the next wait reports.
        unsafe { libc::ptrace(libc::PTRACE_CONT, thread, 0, pass_on) };
    };
    Ok(Traced { end, calls, stderr: text_of(&mut stderr)? })
}

fn text_of(file: &mut File) -> io::Result<String> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn stopped(
    thread: libc::pid_t,
    leader: libc::pid_t,
    calls: &mut usize,
    each: &mut impl FnMut(&Call) -> Act,
) -> io::Result<()> {
    // SAFETY: a struct of integers, which the call fills.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    // SAFETY: `registers` is what this request writes to.
    if unsafe { libc::ptrace(libc::PTRACE_GETREGS, thread, 0, &raw mut registers) } != 0 {
        // Killed meanwhile.
        return Ok(());
    }
    let number = registers.orig_rax as i64;
    let name = CALLS.iter().find(|(_, call)| *call == number).map_or("?", |(name, _)| name);
    let arguments = [registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9];
    let call = Call { index: *calls, name, arguments, thread };
    *calls += 1;
    match each(&call) {
        Act::Proceed => return Ok(()),
        Act::Kill => {
            // SAFETY: takes no pointers; the child is ours and not yet waited for.
            unsafe { libc::kill(leader, libc::SIGKILL) };
            return Ok(());
        }
        Act::Fail(error) => {
            // The number of no call: the kernel skips it and returns what the register of the result holds.
            registers.orig_rax = u64::MAX;
            registers.rax = i64::from(-error) as u64;
        }
        Act::Halve => registers.rdx /= 2,
    }
    // SAFETY: `registers` is what this request reads.
    unsafe { libc::ptrace(libc::PTRACE_SETREGS, thread, 0, &raw mut registers) };
    Ok(())
}

fn follow_threads(leader: libc::pid_t) -> io::Result<()> {
    let options = libc::PTRACE_O_TRACESECCOMP | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_EXITKILL;
    // SAFETY: takes no pointers.
    let set = unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, leader, 0, options) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Stops at [`CALLS`] and lets all others pass.
fn filter() -> Vec<libc::sock_filter> {
    const LOAD_NUMBER: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const JUMP_IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, k| libc::sock_filter { code, jt, jf: 0, k };
    let mut steps = vec![step(LOAD_NUMBER, 0, 0)];
    let count = CALLS.len();
    for (at, (_, number)) in CALLS.iter().enumerate() {
        // To the last step, past the other comparisons and the step that lets pass.
        steps.push(step(JUMP_IF_EQUAL, (count - at) as u8, *number as u32));
    }
    steps.push(step(RETURN, 0, libc::SECCOMP_RET_ALLOW));
    steps.push(step(RETURN, 0, libc::SECCOMP_RET_TRACE));
    steps
}

fn be_traced(filter: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: `program` points to as many steps as it says, for as long as the calls take.
    let done = unsafe {
        libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}
