//! Time by the wall and by the processor.

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// What some work took, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took {
    pub(crate) wall: f64,
    /// Processor time of this thread.
    pub(crate) thread: f64,
    /// Processor time of the whole process.
    pub(crate) process: f64,
}

/// Does the work and takes its time.
pub(crate) fn took<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (wall, thread, process) = (Instant::now(), thread_ms(), cpu_ms(ClockId::ProcessCPUTime));
    let value = work();
    let took = Took {
        wall: wall.elapsed().as_secs_f64() * 1e3,
        thread: thread_ms() - thread,
        process: cpu_ms(ClockId::ProcessCPUTime) - process,
    };
    (value, took)
}

/// Processor time of this thread so far, in milliseconds.
pub(crate) fn thread_ms() -> f64 {
    cpu_ms(ClockId::ThreadCPUTime)
}

#[expect(clippy::cast_precision_loss, reason = "seconds and nanoseconds of one run")]
fn cpu_ms(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}
