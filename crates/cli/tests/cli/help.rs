//! What every command says about itself.

use crate::device::{Ran, lissom};

/// Every command, in the order of the help.
pub(crate) const COMMANDS: &[&str] = &[
    "init",
    "join",
    "relay",
    "phrase",
    "exercises",
    "exercise",
    "own",
    "learn",
    "breaks",
    "plan",
    "today",
    "advice",
    "replay",
    "log",
    "check-in",
    "screen",
    "measure",
    "trend",
    "history",
    "edit",
    "delete",
    "restore",
    "sync",
    "watch",
    "status",
    "verify",
    "rebuild-history",
    "export",
    "import",
    #[cfg(feature = "demo")]
    "demo",
];

/// Names of commands below commands, as the help lists them.
pub(crate) const BELOW: &[&str] = &["new", "presets", "show", "follow", "edit", "off", "well", "accept", "decline"];

#[test]
fn each_screen_of_help_is_as_it_was() {
    for command in COMMANDS {
        let ran: Ran = lissom().args([command, "--help"]).output().unwrap().into();
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{command}");
        assert!(ran.out.contains("\nExamples:\n  lissom "), "{command} shows how it is used");
        insta::assert_snapshot!(format!("help-{command}"), ran.out);
    }
}

#[test]
#[cfg(feature = "demo")]
fn the_overview_lists_every_command_and_the_exit_codes() {
    let ran: Ran = lissom().arg("--help").output().unwrap().into();
    assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
    assert!(COMMANDS.iter().all(|command| ran.out.contains(&format!("\n  {command} "))));
    insta::assert_snapshot!("help", ran.out);
}

#[test]
fn without_a_command_the_help_is_a_usage_error() {
    let ran: Ran = lissom().output().unwrap().into();
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("Usage: lissom"));
}
