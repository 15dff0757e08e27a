//! Which language is spoken: `--lang`, `LISSOM_LANG`, the system's, or else English.

use std::env;

use crate::texts::Lang;

/// The language to speak before the command line is understood, so that help and refusals are in it as well.
pub(crate) fn chosen() -> Lang {
    // What is no text cannot be a language; clap says what is wrong with it.
    let arguments: Vec<String> = env::args_os().skip(1).map(|one| one.to_string_lossy().into_owned()).collect();
    let ours = env::var("LISSOM_LANG").ok();
    flag(&arguments)
        .and_then(|tag| tag.parse().ok())
        .or_else(|| ours.and_then(|tag| Lang::fitting(&tag)))
        .or_else(|| system(|name| env::var(name).ok()))
        .unwrap_or_default()
}

/// What stands after `--lang`.
fn flag(arguments: &[String]) -> Option<&str> {
    let mut arguments = arguments.iter().map(String::as_str).take_while(|argument| *argument != "--");
    let argument = arguments.find(|argument| *argument == "--lang" || argument.starts_with("--lang="))?;
    argument.strip_prefix("--lang=").or_else(|| arguments.next())
}

/// The first of these that is set decides, as everywhere: a language that is not there is English.
fn system(variable: impl Fn(&str) -> Option<String>) -> Option<Lang> {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|locale| !locale.is_empty());
    Lang::fitting(&set?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_found_wherever_it_stands() {
        let found = |line: &str| {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            flag(&arguments).map(str::to_owned)
        };
        assert_eq!(found("log walking --lang en-XA").as_deref(), Some("en-XA"));
        assert_eq!(found("--lang=en log").as_deref(), Some("en"));
        assert_eq!(found("log -- --lang en"), None);
        assert_eq!(found("log --lang"), None);
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let system = |set: &[(&str, &str)]| {
            system(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(system(&[("LANG", "en_XA.UTF-8")]), Some(Lang::Pseudo));
        assert_eq!(system(&[("LC_ALL", ""), ("LC_MESSAGES", "en_XA"), ("LANG", "en_GB")]), Some(Lang::Pseudo));
        assert_eq!(system(&[("LC_ALL", "de_DE"), ("LANG", "en_XA")]), None);
        assert_eq!(system(&[]), None);
    }
}
