//! The help in other languages. Its English is the doc comments of the commands and flags; every text of it has a key
//! made of its place, such as `help.log.sets`, and is replaced before the command line is read.

use clap::{Arg, Command};

use crate::texts::{Lang, Text, help as words};

/// The command with its help in this language. Commands, flags and what is typed stay.
pub(crate) fn in_language(mut command: Command, lang: Lang) -> Command {
    if lang == Lang::En {
        return command;
    }
    // From here on `--help` and `help` are among the flags and commands.
    command.build();
    let headings = command_headings(command, lang);
    each_text(headings, "help", &mut |_, english| lang.words(english).into_owned())
}

/// Every description in a command and below it, replaced by what `say` gives for its key and its English.
fn each_text(command: Command, path: &str, say: &mut dyn FnMut(&str, &str) -> String) -> Command {
    let mut command = command;
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(say(path, &about));
    }
    if let Some(about) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(say(&format!("{path}.long"), &about));
    }
    if let Some(after) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(after_help(&after, path, say));
    }
    let command = command.mut_args(|arg| {
        // A flag that every command has is one text.
        let key = format!("{}.{}", if arg.is_global_set() { "help" } else { path }, arg.get_id());
        let (help, long) = (arg.get_help().map(ToString::to_string), arg.get_long_help().map(ToString::to_string));
        let choices = choices(&arg_choices(&arg), &key, say);
        let arg = match long {
            Some(long) => arg.long_help(say(&format!("{key}.long"), &long)),
            None => arg,
        };
        let arg = match help {
            Some(help) => arg.help(format!("{}{choices}", say(&key, &help))),
            None => arg,
        };
        arg.hide_default_value(true).hide_possible_values(true)
    });
    command.mut_subcommands(|below| {
        // The command `help`, beside the flag.
        let name = if below.get_name() == "help" { "help_command" } else { below.get_name() };
        let path = format!("{path}.{name}");
        each_text(below, &path, say)
    })
}

/// What clap says behind a flag's description: its default, and the words it takes.
fn arg_choices(arg: &Arg) -> Vec<(Text, String)> {
    if !arg.get_action().takes_values() {
        return Vec::new();
    }
    let shown = |values: Vec<String>| Some(values.join(", ")).filter(|values| !values.is_empty());
    let default = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let possible = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let both = [(words::DEFAULT, shown(default)), (words::POSSIBLE, shown(possible))];
    both.into_iter().filter_map(|(text, values)| values.map(|values| (text, values))).collect()
}

fn choices(choices: &[(Text, String)], key: &str, say: &mut dyn FnMut(&str, &str) -> String) -> String {
    let mut said = String::new();
    for (text, values) in choices {
        let gap = if *text == words::DEFAULT { "value" } else { "values" };
        let english = text.with(gap, format!("`{values}`")).say(Lang::En);
        for part in [" [", &say(&format!("{key}.{gap}"), &english), "]"] {
            said.push_str(part);
        }
    }
    said
}

/// Clap's own headings, said.
fn command_headings(command: Command, lang: Lang) -> Command {
    let usage = words::USAGE.say(lang);
    let template = format!("{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}");
    let (arguments, options) = (words::ARGUMENTS.say(lang), words::OPTIONS.say(lang));
    command
        .help_template(template)
        .subcommand_help_heading(words::COMMANDS.say(lang))
        .mut_args(|arg| {
            let heading = match arg.get_help_heading() {
                Some(heading) => lang.words(heading).into_owned(),
                None if arg.is_positional() => arguments.clone(),
                None => options.clone(),
            };
            arg.help_heading(heading)
        })
        .mut_subcommands(|below| command_headings(below, lang))
}

/// The text below the flags: prose, and indented lines of which the part after two spaces is prose.
fn after_help(english: &str, path: &str, say: &mut dyn FnMut(&str, &str) -> String) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut prose = String::new();
    let mut number = 0_usize;
    let mut next = |words: &str| {
        number = number.saturating_add(1);
        say(&format!("{path}.after.{number}"), words)
    };
    for line in english.lines().chain([""]) {
        let indented = line.starts_with("  ");
        if indented || line.is_empty() {
            if !prose.is_empty() {
                lines.push(next(&prose));
                prose.clear();
            }
            let typed = line.trim_start();
            let indent = line.len().saturating_sub(typed.len());
            let comment = typed.find("  ").map_or("", |at| typed.get(at..).unwrap_or_default().trim_start());
            lines.push(match comment {
                "" => line.to_owned(),
                comment => {
                    let kept = line.strip_suffix(comment).unwrap_or_default();
                    format!("{:indent$}{}{}", "", kept.trim_start(), next(comment))
                }
            });
        } else {
            prose.push_str(if prose.is_empty() { "" } else { " " });
            prose.push_str(line.trim());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use std::collections::BTreeMap;

    use crate::arguments::Arguments;

    #[test]
    fn every_text_of_the_help_has_a_key_of_its_own() {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut command = Arguments::command();
        command.build();
        each_text(command, "help", &mut |key, english| {
            let before = seen.insert(key.to_owned(), english.to_owned());
            assert!(before.is_none_or(|before| before == english), "{key} stands for two texts");
            english.to_owned()
        });
        assert_eq!(seen.get("help.log.sets").map(String::as_str), Some("Sets done"));
        assert!(seen.len() > 100, "{}", seen.len());
    }

    #[test]
    fn what_is_typed_stays_and_what_is_read_does_not() {
        let english = "Two lines\nof prose.\n\nExamples:\n  lissom log x\n  lissom history        look back";
        let said = after_help(english, "help.x", &mut |key, english| format!("<{key}: {english}>"));
        let expected = "<help.x.after.1: Two lines of prose.>\n\n<help.x.after.2: Examples:>\n  lissom log x\n  \
                        lissom history        <help.x.after.3: look back>";
        assert_eq!(said, expected);
    }

    /// Every command without commands below it, with what is typed for it.
    fn leaves(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
        let below: Vec<&Command> = command.get_subcommands().filter(|below| below.get_name() != "help").collect();
        if below.is_empty() || command.has_subcommands() && !command.is_subcommand_required_set() {
            found.push((path.to_owned(), command.clone()));
        }
        for below in below {
            leaves(below, &format!("{path} {}", below.get_name()), found);
        }
    }

    fn all() -> Vec<(String, Command)> {
        let mut command = Arguments::command();
        command.build();
        let mut found = vec![("lissom".to_owned(), command.clone())];
        leaves(&command, "lissom", &mut found);
        found
    }

    /// The words of a command line, as a shell splits them.
    fn split(line: &str) -> Vec<String> {
        let (mut words, mut open, mut quote) = (vec![String::new()], false, None);
        for c in line.trim().chars() {
            match (quote, c) {
                (None, '"' | '\'') => (quote, open) = (Some(c), true),
                (Some(q), c) if c == q => quote = None,
                (None, ' ') if !words.last().unwrap().is_empty() || open => {
                    words.push(String::new());
                    open = false;
                }
                (None, ' ') => {}
                (_, c) => words.last_mut().unwrap().push(c),
            }
        }
        words
    }

    /// Whether a command line is understood once its gaps and what stands for a value are filled in. Help is an answer.
    fn is_understood(line: &str) -> bool {
        let blank = |word: &str| {
            let letters = || word.chars().filter(char::is_ascii_alphabetic);
            word.contains('{') || letters().next().is_some() && letters().all(|c| c.is_ascii_uppercase())
        };
        ["5f0c9a1b", "4", "home", "yes"].iter().any(|value| {
            let words = split(line).into_iter().map(|word| if blank(&word) { (*value).to_owned() } else { word });
            let read = Arguments::command().try_get_matches_from(words);
            read.map_or_else(|error| error.kind() == clap::error::ErrorKind::DisplayHelp, |_| true)
        })
    }

    #[test]
    fn every_command_shows_examples_that_are_understood_and_fit_the_terminal() {
        let all = all();
        assert!(all.len() > 50, "{}", all.len());
        for (path, mut command) in all {
            let help = command.render_long_help().to_string();
            assert!(help.lines().all(|line| line.chars().count() <= 80), "{path}:\n{help}");
            if path == "lissom" {
                continue;
            }
            let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{path} has no examples"));
            let joined = examples.replace("\\\n", " ");
            let typed: Vec<&str> = joined.lines().filter(|line| line.starts_with("  lissom ")).collect();
            assert!(!typed.is_empty(), "{path}");
            for line in typed {
                let line =
                    line.trim_start().split(" | ").next().unwrap_or_default().split(" > ").next().unwrap_or_default();
                let line = line.split_once("  ").map_or(line, |(before, after)| {
                    // A comment follows two spaces, which a line that goes on has as well.
                    if after.trim_start().starts_with('-') { line } else { before }
                });
                assert!(is_understood(line), "{path}: {line}");
            }
        }
    }

    #[test]
    fn every_command_that_a_hint_names_is_understood() {
        let mut hints: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("texts")).unwrap() {
            let file = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            hints.extend(file.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned));
        }
        for source in &crate::texts::tests::sources() {
            let said = source.split("#[cfg(test)]").next().unwrap_or_default();
            let said = said.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            hints.extend(said.split(['"', '`']).filter(|part| !part.contains('\n')).map(str::to_owned));
        }
        let typed: Vec<String> = hints.into_iter().filter(|hint| hint.starts_with("lissom ")).collect();
        assert!(typed.len() > 60, "{}", typed.len());
        for hint in typed {
            // Flags that are put in later.
            let line = hint.split(['{']).next().filter(|_| hint.contains("{signs}") || hint.contains("{typed}"));
            let line = line.unwrap_or(&hint);
            // These are named, and not there to be typed as they are.
            let named = ["lissom join", "lissom restore", "lissom edit", "lissom own edit", "lissom screen clear"]
                .contains(&line);
            assert!(named || is_understood(line), "`{hint}`");
        }
    }
}
