//! The settings as documents: the commented example file, the page of the documentation, and what is in force.

use std::fmt::Write as _;

use super::settings::{Group, SETTINGS, Setting};
use super::sources::Loaded;
use super::{Config, Origin};

/// The example file: every setting with its default, all of them commented out.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of lissom-relay. All of them are here, each with its default; take the # away to change one.\n\
         # A flag (--listen) beats an environment variable (LISSOM_RELAY_LISTEN), which beats this file, which beats\n\
         # the default. `lissom-relay config check --config FILE` says whether it can be used.\n",
    );
    let defaults = Config::default();
    for group in Group::ALL {
        let _: std::fmt::Result = write!(text, "\n\n## {}\n", group.title());
        for setting in SETTINGS.iter().filter(|setting| setting.group == group) {
            text.push('\n');
            for line in wrapped(setting.doc, 110) {
                let _: std::fmt::Result = writeln!(text, "# {line}");
            }
            let unit = if setting.unit().is_empty() { String::new() } else { format!("; {}", setting.unit()) };
            let _: std::fmt::Result = writeln!(text, "# {}{unit}", setting.range());
            let _: std::fmt::Result = writeln!(text, "#{}", line(setting, &defaults));
        }
    }
    text
}

/// The page of the documentation.
#[must_use]
pub fn page() -> String {
    let mut text = String::from(
        "# Settings of lissom-relay\n\n\
         Made from the program's own table (`server/src/config/settings.rs`); a test compares.\n\n\
         Each can be given as a flag (`--vault-quota 1G`), as an environment variable (`LISSOM_RELAY_VAULT_QUOTA=1G`) and in a\n\
         file (`vault-quota = \"1G\"`) that `--config FILE` or `LISSOM_RELAY_CONFIG` names. **A flag beats the environment, the\n\
         environment beats the file, the file beats the default.** A list is an array in the file, or written with commas.\n\n\
         An unknown key in the file or an unknown flag is refused with the nearest name. An unknown variable\n\
         `LISSOM_RELAY_…` is warned of. `lissom-relay config check` checks all of it, `lissom-relay config show` prints what is\n\
         in force and who set it, `lissom-relay config example` prints a commented file.\n",
    );
    let defaults = Config::default();
    for group in Group::ALL {
        let _: std::fmt::Result = write!(text, "\n## {}\n\n", group.title());
        text.push_str("| setting | default | range | what it does |\n|---|---|---|---|\n");
        for setting in SETTINGS.iter().filter(|setting| setting.group == group) {
            let default = match setting.show(&defaults) {
                empty if empty.is_empty() => "none".to_owned(),
                default => format!("`{default}`"),
            };
            let unit = if setting.unit().is_empty() { String::new() } else { format!("; {}", setting.unit()) };
            let (name, range, doc) = (setting.name, setting.range(), setting.doc);
            let _: std::fmt::Result = writeln!(text, "| `{name}` | {default} | {range}{unit} | {doc} |");
        }
    }
    text.push_str(
        "\nSizes of entries, pages, batches and mailboxes are constants of the protocol, not settings: see\n\
         [protocol.md](protocol.md#10-limits).\n",
    );
    text
}

/// What is in force, as a file that could be used, each line with who set it.
#[must_use]
pub fn in_force(loaded: &Loaded) -> String {
    let mut text = String::new();
    for setting in SETTINGS {
        let origin = loaded.origin(setting);
        let line = line(setting, &loaded.config);
        let _: std::fmt::Result = match origin {
            Origin::Default => writeln!(text, "{line}"),
            other => writeln!(text, "{line:<40} # {}", other.word()),
        };
    }
    text
}

/// A setting as a line of the file.
fn line(setting: &Setting, config: &Config) -> String {
    let value = setting.show(config);
    let value = if setting.is_list {
        let parts: Vec<String> = value.split(',').filter(|part| !part.is_empty()).map(quoted).collect();
        format!("[{}]", parts.join(", "))
    } else if setting.is_count() {
        value
    } else {
        quoted(&value)
    };
    format!("{} = {value}", setting.name)
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _: std::fmt::Result = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len().saturating_add(word.len()) < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::sources::load;

    /// Compares with what is kept, or writes it with `UPDATE_GOLDEN=1`.
    fn kept(path: &str, text: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, text).unwrap();
        }
        let found = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(found == text, "{path} is not what the table of settings says; run with UPDATE_GOLDEN=1");
    }

    #[test]
    fn the_documentation_and_the_example_file_are_what_the_table_says() {
        kept("docs/relay-settings.md", &page());
        kept("server/deploy/relay.toml", &example());
    }

    #[test]
    fn the_example_file_with_every_line_taken_in_gives_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.toml");
        let set = |line: &str| Setting::named(line.trim_start_matches('#').split(' ').next().unwrap()).is_some();
        let lines: Vec<String> = example()
            .lines()
            .filter(|line| line.starts_with('#') && set(line) && line.contains(" = "))
            .map(|line| line.trim_start_matches('#').to_owned())
            .collect();
        assert_eq!(lines.len(), SETTINGS.len());
        std::fs::write(&file, lines.join("\n")).unwrap();
        assert_eq!(load(Some(&file), &[], &[]).unwrap().config, Config::default());
    }

    #[test]
    fn what_is_in_force_can_be_used_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.toml");
        let changes =
            [("data", "a \"folder\" \\ of mine"), ("trusted-proxies", "10.0.0.1,172.16.0.0/12"), ("watch-life", "90s")];
        let flags: Vec<_> =
            changes.iter().map(|(name, value)| (Setting::named(name).unwrap(), (*value).to_owned())).collect();
        let loaded = load(None, &[], &flags).unwrap();
        std::fs::write(&file, in_force(&loaded)).unwrap();
        assert_eq!(load(Some(&file), &[], &[]).unwrap().config, loaded.config);
    }
}
