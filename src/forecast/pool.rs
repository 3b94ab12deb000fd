//! Work spread over threads inside one backend.
//!
//! The threads see plain data and never call PostgreSQL; all signals are blocked in them, so the
//! backend's handlers run where they belong. The backend itself looks for a cancel request while
//! it waits. Whatever happens, no thread outlives the call.

use pgrx::check_for_interrupts;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Builder};
use std::time::Duration;

/// How long a cancel request may go unnoticed. A single fit takes milliseconds.
const POLL: Duration = Duration::from_millis(20);

/// Fewer jobs than this are not worth a thread of their own.
const JOBS_PER_THREAD: usize = 8;

/// The answer of `work` to every job, in job order; `None` where it panicked.
pub fn map<J: Sync, R: Send>(
    jobs: &[J],
    threads: usize,
    work: impl Fn(&J) -> R + Sync,
) -> Vec<Option<R>> {
    let guarded = |job: &J| catch_unwind(AssertUnwindSafe(|| work(job))).ok();
    let threads = threads.min(jobs.len().div_ceil(JOBS_PER_THREAD));
    if threads <= 1 {
        return in_this_thread(jobs, guarded);
    }
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let mut answers: Vec<Option<R>> = Vec::new();
    answers.resize_with(jobs.len(), || None);
    let collected = thread::scope(|scope| {
        // A cancel request unwinds through here: the flag must be up before the scope joins.
        let _stop = StopOnDrop(&stopped);
        let worker = || {
            let mut done = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(index) else { break };
                done.push((index, guarded(job)));
            }
            done
        };
        let workers: Vec<_> = {
            let _blocked = BlockedSignals::new();
            (0..threads)
                .map_while(|_| Builder::new().spawn_scoped(scope, worker).ok())
                .collect()
        };
        while !workers.iter().all(|worker| worker.is_finished()) {
            check_for_interrupts!();
            thread::sleep(POLL.min(Duration::from_millis(1 + jobs.len() as u64 / 20)));
        }
        let mut collected: Vec<_> = workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .flatten()
            .collect();
        // Where no thread could be had at all, the work is done here.
        collected.extend(worker());
        collected
    });
    for (index, answer) in collected {
        answers[index] = answer;
    }
    answers
}

fn in_this_thread<J, R>(jobs: &[J], work: impl Fn(&J) -> Option<R>) -> Vec<Option<R>> {
    jobs.iter()
        .map(|job| {
            check_for_interrupts!();
            work(job)
        })
        .collect()
}

struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Blocks all signals of this thread while it lives; threads started meanwhile inherit that.
struct BlockedSignals {
    former: libc::sigset_t,
}

impl BlockedSignals {
    fn new() -> Self {
        // SAFETY: both sets are valid for the calls, which fill them.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut former: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut former);
            Self { former }
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: `former` is what pthread_sigmask returned.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.former, std::ptr::null_mut());
        }
    }
}
