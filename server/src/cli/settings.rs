//! Settings on the command line: one flag for each row of the table, and the file.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use lissom_relay::config::{self, FILE_VARIABLE, Group, LoadError, Loaded, SETTINGS, Setting, VARIABLE_PREFIX};

use super::failure::Failure;

/// What every command beside `serve` may need to know.
const PLACE: [&str; 7] = ["data", "database", "database-ca", "database-wait", "public-url", "log", "log-format"];

/// Flags for all settings.
#[derive(Debug)]
pub(crate) struct Everything(Given);

/// Flags for the few settings that commands beside `serve` need.
#[derive(Debug)]
pub(crate) struct Place(Given);

#[derive(Debug)]
struct Given {
    file: Option<PathBuf>,
    flags: Vec<(&'static Setting, String)>,
}

impl Given {
    fn augment(command: Command, wanted: impl Fn(&Setting) -> bool) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help(format!("File with settings; flags and environment variables beat it [env: {FILE_VARIABLE}]"));
        SETTINGS.iter().filter(|setting| wanted(setting)).fold(command.arg(file), |command, setting| {
            let default = setting.show(&config::Config::default());
            let default = if default.is_empty() { String::new() } else { format!(" [default: {default}]") };
            let flag = Arg::new(setting.name)
                .long(setting.name)
                .value_name(setting.name.rsplit('-').next().unwrap_or(setting.name).to_uppercase())
                .help(format!("{}{default} [env: {}]", setting.doc.trim_end_matches('.'), setting.variable()))
                .action(if setting.is_list { ArgAction::Append } else { ArgAction::Set })
                .hide_short_help(setting.group == Group::Fine);
            // One proxy is named with one flag.
            let singular = setting.name.strip_suffix("ies").map(|stem| format!("{stem}y"));
            command.arg(match singular {
                Some(alias) if setting.is_list => flag.alias(alias),
                _ => flag,
            })
        })
    }

    fn read(matches: &ArgMatches, wanted: impl Fn(&Setting) -> bool) -> Self {
        let value = |setting: &'static Setting| {
            let values = matches.get_many::<String>(setting.name)?;
            Some((setting, values.map(String::as_str).collect::<Vec<_>>().join(",")))
        };
        let flags = SETTINGS.iter().filter(|setting| wanted(setting)).filter_map(value).collect();
        Self { file: matches.get_one::<PathBuf>("config").cloned(), flags }
    }

    fn load(self) -> Result<Loaded, Failure> {
        let variable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(VARIABLE_PREFIX))?;
            Some((name, value.to_string_lossy().into_owned()))
        };
        let variables: Vec<_> = std::env::vars_os().filter_map(variable).collect();
        let named = std::env::var_os(FILE_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
        Ok(config::load(self.file.or(named).as_deref(), &variables, &self.flags)?)
    }
}

macro_rules! flags {
    ($name:ident, $wanted:expr) => {
        impl Args for $name {
            fn augment_args(command: Command) -> Command {
                Given::augment(command, $wanted)
            }
            fn augment_args_for_update(command: Command) -> Command {
                Self::augment_args(command)
            }
        }

        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(Given::read(matches, $wanted)))
            }
            fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), clap::Error> {
                Err(clap::Error::new(ErrorKind::InvalidValue))
            }
        }

        impl $name {
            /// Puts file, environment and flags together.
            pub(crate) fn load(self) -> Result<Loaded, Failure> {
                self.0.load()
            }
        }
    };
}

flags!(Everything, |_: &Setting| true);
flags!(Place, |setting: &Setting| PLACE.contains(&setting.name));

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let advice = match error {
            LoadError::Unreadable { .. } => "Check --config, and that this user may read the file.",
            LoadError::Syntax { .. } => "See `lissom-relay config example` for what it may look like.",
            LoadError::Unknown { .. } | LoadError::Value { .. } => {
                "See `lissom-relay config example` for all settings."
            }
        };
        Self::usage(format!("{}\n  {advice}", error.to_string().trim_end()))
    }
}
