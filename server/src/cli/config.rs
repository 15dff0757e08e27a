//! `lissom-relay config`: what is set, and whether it can be.

use clap::Subcommand;
use lissom_relay::config::{self, Loaded, Origin, SETTINGS};

use super::failure::Failure;
use super::say;
use super::settings::Everything;

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Say whether the settings can be used, and which differ from the defaults
    Check(Box<Everything>),
    /// Print every setting that is in force, as a file, with who set it
    Show(Box<Everything>),
    /// Print a file with every setting, its default, unit and range
    Example,
}

pub(crate) fn config(command: Config) -> Result<(), Failure> {
    match command {
        Config::Check(settings) => {
            let loaded = settings.load()?;
            super::warn_of_strays(&loaded);
            super::log_filter(&loaded.config)?;
            say(checked(&loaded));
        }
        Config::Show(settings) => {
            let loaded = settings.load()?;
            super::warn_of_strays(&loaded);
            say(config::in_force(&loaded).trim_end());
        }
        Config::Example => say(config::example().trim_end()),
    }
    Ok(())
}

fn checked(loaded: &Loaded) -> String {
    let set: Vec<String> = SETTINGS
        .iter()
        .filter(|setting| loaded.origin(setting) != Origin::Default)
        .map(|setting| format!("  {} ({})", setting.name, loaded.origin(setting).word()))
        .collect();
    let head = format!("ok: {} settings, {} of them set", SETTINGS.len(), set.len());
    std::iter::once(head).chain(set).collect::<Vec<_>>().join("\n")
}
