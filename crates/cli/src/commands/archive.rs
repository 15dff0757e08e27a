//! `export` and `import`: the diary as a file.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use lissom_diary::{Diary, ExportFormat};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::texts::{Sentence, archive as words};

/// What stands for standard output in place of a file.
const STANDARD_OUTPUT: &str = "-";

/// A form to export in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Csv,
    Automerge,
}

impl Format {
    /// The form that a file's name asks for.
    fn of(file: &Path) -> Self {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Self::Csv,
            Some("automerge") => Self::Automerge,
            _ => Self::Json,
        }
    }
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => Self::Json,
            Format::Csv => Self::Csv,
            Format::Automerge => Self::Automerge,
        }
    }
}

/// Write everything to a file
#[derive(Debug, Args)]
#[command(after_help = "\
The file is readable by whoever has it: it is not encrypted.

Examples:
  lissom export diary.json
  lissom export diary.csv                         a table, for spreadsheets
  lissom export diary.automerge                   for Automerge's own tools
  lissom export - --format csv | less             to standard output

In a table, a text that a spreadsheet would take for a formula has an apostrophe
before it.")]
pub(crate) struct Export {
    /// File to write, or - for standard output; an export of ours in its place is replaced, any other file is not
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// json to be imported again, csv a table, automerge the present values [default: by FILE's name]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
}

#[derive(Serialize)]
struct Exported<'a> {
    file: std::borrow::Cow<'a, str>,
    format: Format,
    records: usize,
}

impl Export {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let diary = context.open()?;
        let format = self.format.unwrap_or_else(|| Format::of(&self.file));
        if self.file.as_os_str() == STANDARD_OUTPUT {
            return to_standard_output(context, &diary, format);
        }
        let records = diary.export(&self.file, format.into())?;
        context.out.saved().answer(&Exported { file: self.file.to_string_lossy(), format, records }, || {
            words::EXPORTED.with("n", records).with("file", self.file.display().to_string())
        })
    }
}

/// Writes the export alone, whatever form answers have: whoever reads it wants nothing else there.
fn to_standard_output(context: &Context, diary: &Diary, format: Format) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    // A terminal would obey what is in a note, and cannot show the third form at all.
    if stdout.is_terminal() && format != Format::Json {
        return Err(Failure::refused_field("format", words::NOT_ON_A_TERMINAL));
    }
    let (bytes, records) = diary.exported(format.into())?;
    stdout.write_all(&bytes).and_then(|()| stdout.flush()).map_err(|error| Failure::output(&error))?;
    if !context.out.is_json() {
        context.out.ask(words::EXPORTED.with("n", records).with("file", words::STANDARD_OUTPUT));
    }
    Ok(())
}

/// Read a file that `lissom export` wrote as json
#[derive(Debug, Args)]
#[command(after_help = "\
What is here already stays as it is: importing twice changes nothing. All of the
file is taken, or nothing.

Examples:
  lissom import diary.json")]
pub(crate) struct Import {
    /// File to read
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let imported = context.open()?.import(&self.file)?;
        context.out.saved().answer(&imported, || {
            let said = match imported.edits {
                0 => Sentence::from(words::IMPORTED),
                edits => words::IMPORTED_WITH_EDITS.with("edits", words::EDITS.with("n", edits)),
            };
            said.with("n", imported.records).with("added", imported.added)
        })
    }
}
