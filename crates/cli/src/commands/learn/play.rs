//! Plays a session in real time: what is said stands on the screen, and one line counts and paces.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use lissom_diary::core::lifestyle::script::{Cue, CueKind, Script};

use super::guide::clock;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, Output, columns, wrap};
use crate::texts::{Lang, learn as words, watch};

/// Time between two looks of the line that counts.
const FRAME_MS: u32 = 250;
/// Cells of the bar that paces.
const BAR_CELLS: u32 = 24;
/// To the line's beginning, and clear it.
const CLEAR: &str = "\r\x1b[2K";
const MINUTE_MS: u32 = 60_000;

/// Plays on the terminal, until the end or Ctrl-C.
pub(super) fn run(out: Output, script: &Script) -> Result<(), Failure> {
    if out.is_json() || !io::stdout().is_terminal() {
        return Err(Failure::refused_field("play", words::NEEDS_A_TERMINAL));
    }
    let (tell, hear) = mpsc::channel();
    let stop = move || {
        match tell.send(()) {
            // Nobody listens: then it has ended already.
            Ok(()) | Err(_) => {}
        }
    };
    ctrlc::set_handler(stop)
        .map_err(|error| Failure::storage("signals", watch::SIGNALS.with("why", error.to_string())))?;
    let begun = Instant::now();
    let wait = |until_ms: u32| {
        let left = Duration::from_millis(until_ms.into()).saturating_sub(begun.elapsed());
        hear.recv_timeout(left) == Err(RecvTimeoutError::Timeout)
    };
    let mut stdout = anstream::stdout().lock();
    let played_ms = play(script, out.lang(), columns(), &mut stdout, wait).map_err(|error| Failure::output(&error))?;
    drop(stdout);
    if played_ms < script.total_ms {
        out.tell(words::STOPPED.with("time", clock(played_ms)))?;
    }
    let minutes = played_ms.saturating_add(MINUTE_MS / 2).div_euclid(MINUTE_MS).max(1);
    let command = format!("`lissom log {} --minutes {minutes}`", script.exercise);
    out.tell_line("")?;
    out.tell(words::NEXT_LOG.with("command", command))
}

/// Plays a script; gives the milliseconds that were played. `wait` waits until a time, and says whether to go on.
fn play(
    script: &Script,
    lang: Lang,
    columns: usize,
    out: &mut impl Write,
    mut wait: impl FnMut(u32) -> bool,
) -> io::Result<u32> {
    for stop in script.stop {
        for line in wrap(&stop.say(lang), columns) {
            writeln!(out, "{FAINT}{line}{FAINT:#}")?;
        }
    }
    for cue in &script.cues {
        let said = cue.text.say(lang);
        if matches!(cue.kind, CueKind::Say | CueKind::End) {
            writeln!(out)?;
            for line in wrap(&said, columns) {
                writeln!(out, "{line}")?;
            }
        }
        let end_ms = cue.at_ms.saturating_add(cue.seconds.saturating_mul(1_000));
        let mut at_ms = cue.at_ms;
        while at_ms < end_ms {
            let line = counting(script, cue, &said, at_ms, lang);
            write!(out, "{CLEAR}{}", line.chars().take(columns.saturating_sub(1)).collect::<String>())?;
            out.flush()?;
            let next = at_ms.saturating_add(FRAME_MS).min(end_ms);
            if !wait(next) {
                write!(out, "{CLEAR}")?;
                out.flush()?;
                return Ok(at_ms);
            }
            at_ms = next;
        }
        write!(out, "{CLEAR}")?;
    }
    writeln!(out, "{BOLD}{}{BOLD:#}", words::DONE.say(lang))?;
    Ok(script.total_ms)
}

/// The line that counts: the seconds left of this cue, a bar for breath and muscles, and the time.
fn counting(script: &Script, cue: &Cue, said: &str, at_ms: u32, lang: Lang) -> String {
    let length_ms = cue.seconds.saturating_mul(1_000).max(1);
    let done_ms = at_ms.saturating_sub(cue.at_ms);
    let left = length_ms.saturating_sub(done_ms).div_ceil(1_000);
    let time = words::TIME.with("at", clock(at_ms)).with("total", clock(script.total_ms)).say(lang);
    let part = |ms: u32| ms.saturating_mul(BAR_CELLS).saturating_add(length_ms / 2).div_euclid(length_ms);
    let full = match cue.kind {
        CueKind::BreatheIn => part(done_ms),
        CueKind::BreatheOut | CueKind::Release => part(length_ms.saturating_sub(done_ms)),
        CueKind::Tense => BAR_CELLS,
        CueKind::Say | CueKind::End => return format!("  {left:>2}  {time}"),
    };
    let bar: String = (0..BAR_CELLS).map(|cell| if cell < full { '█' } else { '░' }).collect();
    format!("  {bar} {left:>2}  {said}  {time}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use lissom_diary::core::lifestyle::script::{Pace, body_scan, breathing};

    fn played(script: &Script, until_ms: u32) -> (u32, String) {
        let mut out = Vec::new();
        let ms = play(script, Lang::En, 80, &mut out, |ms| ms <= until_ms).unwrap();
        (ms, anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string())
    }

    #[test]
    fn a_session_is_played_to_its_end() {
        let script = body_scan();
        let (ms, shown) = played(&script, u32::MAX);
        assert_eq!(ms, script.total_ms);
        for cue in &script.cues {
            let first: String = cue.text.say(Lang::En).chars().take(30).collect();
            assert!(shown.contains(&first), "{first}");
        }
        assert!(shown.trim_end().ends_with(&words::DONE.say(Lang::En)));
    }

    #[test]
    fn a_bar_fills_with_the_breath_in_and_empties_with_the_breath_out() {
        let script = breathing(1, Pace::default()).unwrap();
        let frames = |kind: CueKind| {
            let cue = script.cues.iter().find(|cue| cue.kind == kind).unwrap();
            let at = [0, cue.seconds * 500, cue.seconds * 1_000 - 1].map(|ms| cue.at_ms + ms);
            at.map(|ms| counting(&script, cue, "", ms, Lang::En).matches('█').count())
        };
        assert_eq!(frames(CueKind::BreatheIn), [0, 12, 24]);
        assert_eq!(frames(CueKind::BreatheOut), [24, 12, 0]);
    }

    #[test]
    fn it_can_be_ended_at_any_moment_and_says_how_far_it_came() {
        let (ms, shown) = played(&breathing(5, Pace::default()).unwrap(), 30_000);
        assert_eq!(ms, 30_000);
        assert!(!shown.contains(&words::DONE.say(Lang::En)));
    }
}
