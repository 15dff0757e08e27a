//! Where settings come from: a flag beats the environment, the environment beats the file, the file beats the default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::settings::{SETTINGS, Setting};
use super::{Config, ConfigError};

/// What the names of environment variables begin with.
pub const VARIABLE_PREFIX: &str = "LISSOM_RELAY_";
/// The variable that names the file.
pub const FILE_VARIABLE: &str = "LISSOM_RELAY_CONFIG";

/// Who set a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody.
    Default,
    /// The file.
    File,
    /// An environment variable.
    Environment,
    /// A flag.
    Flag,
}

impl Origin {
    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{} is not valid TOML: {what}", file.display())]
    Syntax {
        /// Which file.
        file: PathBuf,
        /// What is wrong, and where.
        what: String,
    },
    /// The file has a key that there is none of.
    #[error("{}: there is no setting `{key}`{}", file.display(), nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// Which file.
        file: PathBuf,
        /// The key.
        key: String,
        /// The setting with the nearest name, if one is near.
        nearest: Option<&'static str>,
    },
    /// A value is none that its setting takes.
    #[error("{place}: {error}")]
    Value {
        /// The file, variable or flag that has it.
        place: String,
        /// What is wrong with it.
        error: ConfigError,
    },
}

/// Settings, and who set each.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Variables that look like ours and are none, with the nearest name. Not refused: orchestrators put such
    /// variables into the environment of every program.
    pub strays: Vec<(String, Option<String>)>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Who set a setting.
    #[must_use]
    pub fn origin(&self, setting: &Setting) -> Origin {
        self.origins.get(setting.name).copied().unwrap_or(Origin::Default)
    }
}

/// Puts all sources together.
///
/// # Errors
/// [`LoadError`] for the first thing that cannot be used.
pub fn load(
    file: Option<&Path>,
    variables: &[(String, String)],
    flags: &[(&'static Setting, String)],
) -> Result<Loaded, LoadError> {
    let mut loaded = Loaded { config: Config::default(), strays: Vec::new(), origins: BTreeMap::new() };
    if let Some(file) = file {
        loaded.read_file(file)?;
    }
    for (name, value) in variables {
        if name == FILE_VARIABLE || !name.starts_with(VARIABLE_PREFIX) {
            continue;
        }
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == *name) {
            loaded.set(setting, value, Origin::Environment, name.clone())?;
        } else {
            let names: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
            let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            loaded.strays.push((name.clone(), near));
        }
    }
    for (setting, value) in flags {
        loaded.set(setting, value, Origin::Flag, format!("--{}", setting.name))?;
    }
    Ok(loaded)
}

impl Loaded {
    fn set(&mut self, setting: &'static Setting, value: &str, origin: Origin, place: String) -> Result<(), LoadError> {
        setting.set(&mut self.config, value).map_err(|error| LoadError::Value { place, error })?;
        self.origins.insert(setting.name, origin);
        Ok(())
    }

    fn read_file(&mut self, file: &Path) -> Result<(), LoadError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| LoadError::Unreadable { file: file.to_owned(), source })?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| LoadError::Syntax {
            file: file.to_owned(),
            what: fault(&text, &error),
        })?;
        for (key, value) in &table {
            let Some(setting) = Setting::named(key) else {
                let nearest = nearest(key, SETTINGS.iter().map(|setting| setting.name));
                return Err(LoadError::Unknown { file: file.to_owned(), key: key.clone(), nearest });
            };
            let place = file.display().to_string();
            match as_text(setting, value) {
                Some(text) => self.set(setting, &text, Origin::File, place)?,
                None => return Err(LoadError::Value { place, error: setting.refuse(&shown(value)) }),
            }
        }
        Ok(())
    }
}

/// A value of the file in the form that flags have.
fn as_text(setting: &Setting, value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) if setting.takes_integers() => Some(number.to_string()),
        toml::Value::Array(values) if setting.is_list => {
            values.iter().map(toml::Value::as_str).collect::<Option<Vec<_>>>().map(|parts| parts.join(","))
        }
        _ => None,
    }
}

/// A value of the file as it is repeated in a refusal.
fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(value) => value.to_string(),
        other => format!("a value of type {}", other.type_str()),
    }
}

/// The name that somebody may have meant.
fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.replace('_', "-").to_lowercase();
    let likeness = |name: &&str| strsim::jaro_winkler(&wrong, &name.replace('_', "-").to_lowercase());
    let scored = names.map(|name| (likeness(&name), name));
    scored.filter(|(score, _)| *score > 0.75).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name)
}

/// What is wrong with a file, and in which line. The line itself is not shown: it may hold a password.
fn fault(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count().saturating_add(1));
    line.map_or_else(|| error.message().to_owned(), |line| format!("line {line}: {}", error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.toml");
        std::fs::write(&file, text).unwrap();
        (folder, file)
    }

    fn variables(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
        let (_folder, file) = file("vault-quota = \"1M\"\nvault-entries = 1\nwatchers = 1\n");
        let from = variables(&[("LISSOM_RELAY_VAULT_ENTRIES", "2"), ("LISSOM_RELAY_WATCHERS", "2")]);
        let watchers = Setting::named("watchers").unwrap();
        let loaded = load(Some(&file), &from, &[(watchers, "3".to_owned())]).unwrap();
        let config = &loaded.config;
        assert_eq!((config.vault_bytes_max, config.vault_entries_max, config.watchers_max), (1 << 20, 2, 3));
        assert_eq!(config.connections_max, Config::default().connections_max);
        let origins = ["connections", "vault-quota", "vault-entries", "watchers"]
            .map(|name| loaded.origin(Setting::named(name).unwrap()));
        assert_eq!(origins, [Origin::Default, Origin::File, Origin::Environment, Origin::Flag]);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_name() {
        let (_folder, typo) = file("vault-qouta = \"1M\"\n");
        let error = load(Some(&typo), &[], &[]).unwrap_err().to_string();
        assert!(error.ends_with("there is no setting `vault-qouta`; did you mean `vault-quota`?"), "{error}");
        let (_folder, underscores) = file("min_free = 0\n");
        assert!(load(Some(&underscores), &[], &[]).unwrap_err().to_string().contains("`min-free`"));
        let (_folder, table) = file("[server]\nlisten = \"127.0.0.1:1\"\n");
        assert!(load(Some(&table), &[], &[]).unwrap_err().to_string().contains("no setting `server`"));
    }

    #[test]
    fn an_unknown_variable_is_told_and_not_refused() {
        let from = variables(&[("LISSOM_RELAY_VAULT_QOUTA", "1M"), ("LISSOM_RELAY_PORT", "tcp://10.0.0.1:80")]);
        let strays = load(None, &from, &[]).unwrap().strays;
        assert_eq!(strays.first().unwrap().1.as_deref(), Some("LISSOM_RELAY_VAULT_QUOTA"));
        assert_eq!(strays.len(), 2);
    }

    #[test]
    fn a_value_out_of_its_range_is_refused_with_the_range() {
        for (text, says) in [
            ("watch-heartbeat = \"2m\"", "watch-heartbeat cannot be `2m`: 1ms to 1m time (ms, s, m, h)"),
            ("watch-heartbeat = 30", "watch-heartbeat cannot be `30`: 1ms to 1m"),
            ("connections = 0", "connections cannot be `0`: 1 to 1000000 count"),
            ("registration = \"some\"", "registration cannot be `some`: invite, open or closed"),
            ("trusted-proxies = [\"proxy\"]", "trusted-proxies cannot be `proxy`"),
            ("public-url = \"example.org\"", "public-url cannot be `example.org`"),
            ("listen = true", "listen cannot be `true`"),
        ] {
            let (_folder, file) = file(text);
            let error = load(Some(&file), &[], &[]).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_is_no_toml_is_refused() {
        let (_folder, broken) = file("# mine\ndatabase = postgres://relay:secret@db/relay\n");
        let refused = load(Some(&broken), &[], &[]).unwrap_err();
        assert!(matches!(refused, LoadError::Syntax { .. }));
        assert!(refused.to_string().contains("line 2: "), "{refused}");
        assert!(!refused.to_string().contains("secret"), "{refused}");
        assert!(matches!(load(Some(Path::new("nothing.toml")), &[], &[]), Err(LoadError::Unreadable { .. })));
    }
}
