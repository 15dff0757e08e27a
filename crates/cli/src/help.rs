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
}
