//! One device: a folder, and the program that works on it.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use lissom_diary::core::day::Day;
use lissom_diary::core::screening::{AnswerKind, Answers, Purpose, next_question};
use lissom_diary::{Diary, Moment, SystemHost};
use serde_json::Value;
use tempfile::TempDir;

/// Central European time with its summer: needs no time zone database.
pub(crate) const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The Monday on which scripted diaries begin.
pub(crate) const FIRST: &str = "2025-03-03";

/// So many days after [`FIRST`], as it is typed.
pub(crate) fn date(day: i32) -> String {
    FIRST.parse::<Day>().unwrap().plus(day).to_string()
}

/// An hour of a day after [`FIRST`].
pub(crate) fn at(day: i32, hour: i64) -> Moment {
    let start = FIRST.parse::<Day>().unwrap().plus(day).start_ms();
    Moment { at_ms: start + hour * 3_600_000, offset_minutes: 0 }
}

/// The program, with nothing of this process's surroundings.
pub(crate) fn lissom() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lissom"));
    for name in
        ["LISSOM_DATA", "LISSOM_MAX_BYTES", "LISSOM_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS", "CLICOLOR_FORCE"]
    {
        command.env_remove(name);
    }
    command.env("TZ", BERLIN).stdin(Stdio::null());
    command
}

pub(crate) struct Device {
    folder: TempDir,
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { exit: output.status.code().expect("an exit code"), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Device {
    /// A device without a diary.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A device with a diary.
    pub(crate) fn begun() -> Self {
        let device = Self::empty();
        device.json(&["init", "--name", "Phone"]);
        device
    }

    /// A device with a diary whose person answered "no" to every safety question on [`FIRST`], 45 years old.
    pub(crate) fn screened() -> Self {
        let device = Self::begun();
        let mut answers = Answers::new();
        while let Some(question) = next_question(&answers, Purpose::First) {
            answers.set(question.id, if question.kind == AnswerKind::Age { "45" } else { "no" }).unwrap();
        }
        device.diary().record_screening(&answers, Purpose::First, Some("DE"), Some(at(0, 6))).unwrap();
        device
    }

    /// The diary itself, to write what no command writes.
    pub(crate) fn diary(&self) -> Diary {
        Diary::open(&self.data(), SystemHost).unwrap()
    }

    /// Runs with `--json` as of a day, counted from [`FIRST`].
    #[track_caller]
    pub(crate) fn json_on(&self, day: i32, arguments: &[&str]) -> Value {
        self.json(&[&["--today", &date(day)], arguments].concat())
    }

    /// Runs as of a day, counted from [`FIRST`].
    pub(crate) fn run_on(&self, day: i32, arguments: &[&str]) -> Ran {
        self.run(&[&["--today", &date(day)], arguments].concat())
    }

    /// Runs what must be refused as of a day, counted from [`FIRST`].
    #[track_caller]
    pub(crate) fn refused_on(&self, day: i32, exit: i32, arguments: &[&str]) -> String {
        self.refused(exit, &[&["--today", &date(day)], arguments].concat())
    }

    /// The diary's folder, which `init` makes.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("diary")
    }

    /// A place for other files.
    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    /// The program on this device's folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = lissom();
        command.arg("--data").arg(self.data()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// Runs with `--json` what must work; gives the answer.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str(&ran.out).unwrap()
    }

    /// Runs what must be refused; gives the one line that says why.
    #[track_caller]
    pub(crate) fn refused(&self, exit: i32, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.exit, exit, "{arguments:?}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
        assert_eq!(ran.err.lines().count(), 1, "{arguments:?}: {}", ran.err);
        ran.err.trim_end().strip_prefix("lissom: ").expect("the program's name first").to_owned()
    }

    /// Logs; gives the result's id.
    #[track_caller]
    pub(crate) fn log(&self, arguments: &[&str]) -> String {
        self.json(&[&["log"], arguments].concat())["id"].as_str().unwrap().to_owned()
    }

    /// The history's rows.
    #[track_caller]
    pub(crate) fn history(&self, arguments: &[&str]) -> Vec<Value> {
        self.json(&[&["history"], arguments].concat()).as_array().unwrap().clone()
    }
}
