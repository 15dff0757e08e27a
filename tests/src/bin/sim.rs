//! Runs the simulator: one seed, or many; prints what happened and what did not hold.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use lissom_tests::simulator::{Counts, Ran, Schedule, minimise, run};

/// Runs that a violation may take to be made short.
const MINIMISE_RUNS: usize = 300;

struct Asked {
    first: u64,
    seeds: u64,
    steps: usize,
    threads: usize,
    trace: bool,
    json: bool,
}

fn asked() -> Option<Asked> {
    let mut asked = Asked { first: 1, seeds: 200, steps: 150, threads: 2, trace: false, json: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--trace" {
            asked.trace = true;
            continue;
        }
        if word == "--json" {
            asked.json = true;
            continue;
        }
        let value: u64 = words.next()?.parse().ok()?;
        match word.as_str() {
            "--seed" => (asked.first, asked.seeds) = (value, 1),
            "--first" => asked.first = value,
            "--seeds" => asked.seeds = value,
            "--steps" => asked.steps = usize::try_from(value).ok()?,
            "--threads" => asked.threads = usize::try_from(value).ok()?,
            _ => return None,
        }
    }
    Some(asked)
}

/// Runs all seeds on a few threads.
fn run_all(asked: &Asked) -> (Counts, Vec<(u64, Ran)>) {
    let next = AtomicU64::new(0);
    let all = Mutex::new((Counts::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..asked.threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    if at >= asked.seeds {
                        break;
                    }
                    let seed = asked.first.saturating_add(at);
                    let ran = run(&Schedule::of(seed, asked.steps));
                    let Ok(mut all) = all.lock() else { break };
                    for (what, count) in &ran.counts {
                        let sum = all.0.entry(what.clone()).or_default();
                        *sum = sum.saturating_add(*count);
                    }
                    if ran.violation.is_some() {
                        all.1.push((seed, ran));
                    }
                }
            });
        }
    });
    all.into_inner().unwrap_or_default()
}

fn main() -> ExitCode {
    let Some(asked) = asked() else {
        println!("usage: sim [--seed N | --first N --seeds N] [--steps N] [--threads N] [--trace] [--json]");
        return ExitCode::from(2);
    };
    // A panic is a violation, and reported as one.
    if !asked.trace {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let start = Instant::now();
    let (counts, mut failed) = run_all(&asked);
    let steps: u64 = counts.iter().filter(|(what, _)| what.starts_with("step ")).map(|(_, count)| count).sum();
    if asked.json {
        let seeds: Vec<u64> = failed.iter().map(|(seed, _)| *seed).collect();
        let seconds = start.elapsed().as_secs_f64();
        let found = serde_json::json!({"first": asked.first, "seeds": asked.seeds, "steps_each": asked.steps,
            "steps": steps, "seconds": seconds, "counts": counts, "violations": seeds});
        println!("{found}");
        // What broke is told beside the figures: a violation that does not come again is known by this alone.
        for (seed, ran) in &failed {
            if let Some((at, violation)) = &ran.violation {
                eprintln!("seed {seed}, step {at}: {violation}");
            }
        }
        return if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    for (what, count) in &counts {
        println!("{count:>9}  {what}");
    }
    println!("{} seeds, {steps} steps, {:.1} s", asked.seeds, start.elapsed().as_secs_f64());
    let never: Vec<String> = Schedule::kinds().iter().map(|kind| format!("step {kind}")).collect();
    let never: Vec<&String> = never.iter().filter(|kind| !counts.contains_key(*kind)).collect();
    if asked.seeds >= 100 && !never.is_empty() {
        println!("never happened: {never:?}");
        return ExitCode::FAILURE;
    }
    if failed.is_empty() {
        println!("0 violations");
        return ExitCode::SUCCESS;
    }
    failed.sort_by_key(|(seed, _)| *seed);
    println!("{} seeds with a violation: {:?}", failed.len(), failed.iter().map(|(seed, _)| *seed).collect::<Vec<_>>());
    for (seed, ran) in failed.iter().take(3) {
        let Some((at, violation)) = &ran.violation else { continue };
        println!("\nseed {seed}, step {at}: {violation}");
        let mut schedule = Schedule::of(*seed, asked.steps);
        schedule.steps.truncate(at.saturating_add(1));
        let short = minimise(&schedule, violation, MINIMISE_RUNS);
        for step in &short.steps {
            println!("    {} {:#018x}", step.kind, step.chance);
        }
    }
    ExitCode::FAILURE
}
