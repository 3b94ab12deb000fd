//! Work spread over threads inside one backend.
//!
//! The threads see plain data and never call PostgreSQL; all signals are blocked in them, so the
//! backend's handlers run where they belong. The backend itself brings the jobs, a portion at a time,
//! while the threads are at work on the former ones, and looks for a cancel request while it waits.
//! Whatever happens, no thread outlives the call.

use pgrx::check_for_interrupts;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, Builder};
use std::time::Duration;

/// How long a cancel request may go unnoticed. A single fit takes milliseconds.
const POLL: Duration = Duration::from_millis(5);

/// Fewer jobs than this are not worth a thread of their own.
const JOBS_PER_THREAD: usize = 8;

/// Jobs with the answer of `work` to each, in the order in which `portions` brought them; `None`
/// where it panicked. `expected` jobs in all decide how many threads are worth it.
///
/// # Errors
/// That of `portions`.
pub fn map<J: Send, R: Send, E>(
    threads: usize,
    expected: usize,
    mut portions: impl FnMut() -> Result<Option<Vec<J>>, E>,
    work: impl Fn(&J) -> R + Sync,
) -> Result<Vec<(J, Option<R>)>, E> {
    let answered = |job: J| {
        let answer = catch_unwind(AssertUnwindSafe(|| work(&job))).ok();
        (job, answer)
    };
    let threads = threads.min(expected.div_ceil(JOBS_PER_THREAD));
    if threads <= 1 {
        let mut done = Vec::with_capacity(expected);
        while let Some(portion) = portions()? {
            done.extend(portion.into_iter().map(|job| {
                check_for_interrupts!();
                answered(job)
            }));
        }
        return Ok(done);
    }
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let stopped = AtomicBool::new(false);
    let mut done = thread::scope(|scope| {
        // An error or a cancel request leaves through here: the flag must be up before the scope joins.
        let _stop = StopOnDrop(&stopped);
        let sender = sender;
        let worker = || {
            let mut done = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let next = receiver
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .recv();
                let Ok((place, job)) = next else { break };
                done.push((place, answered(job)));
            }
            done
        };
        let workers: Vec<_> = {
            let _blocked = BlockedSignals::new();
            (0..threads)
                .map_while(|_| Builder::new().spawn_scoped(scope, worker).ok())
                .collect()
        };
        let mut places = 0..;
        while let Some(portion) = portions()? {
            for (place, job) in (&mut places).zip(portion) {
                // It fails only where all receivers are gone.
                let _ = sender.send((place, job));
            }
        }
        drop(sender);
        while !workers.iter().all(|worker| worker.is_finished()) {
            check_for_interrupts!();
            thread::sleep(POLL);
        }
        let mut done: Vec<(usize, _)> = workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .flatten()
            .collect();
        // Where no thread could be had at all, the work is done here.
        done.extend(worker());
        Ok(done)
    })?;
    done.sort_unstable_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, answer)| answer).collect())
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
