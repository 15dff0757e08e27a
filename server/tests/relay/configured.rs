//! Settings as the operator gives them: file, environment, flags.

use std::fs;

use crate::process::{Process, program, stdout};

fn errors(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_mistyped_key_is_refused_at_once_with_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.toml");
    fs::write(&file, "regstration = \"open\"\n").unwrap();
    for command in [vec!["serve"], vec!["config", "check"], vec!["vaults"]] {
        let refused = program().args(command).arg("--config").arg(&file).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        let text = errors(&refused);
        assert!(text.contains("there is no setting `regstration`; did you mean `registration`?"), "{text}");
    }
    let log = program().args(["config", "check", "--log", "a=b=c"]).output().unwrap();
    assert_eq!((log.status.code(), errors(&log).contains("log cannot be")), (Some(2), true), "{}", errors(&log));
    let flag = program().args(["serve", "--regstration", "open"]).output().unwrap();
    assert_eq!((flag.status.code(), errors(&flag).contains("'--registration'")), (Some(2), true), "{}", errors(&flag));
}

#[test]
fn what_is_in_force_says_who_set_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.toml");
    fs::write(&file, "registration = \"open\"\nvault-quota = \"1M\"\ntrusted-proxies = [\"10.0.0.0/8\"]\n").unwrap();
    let mut command = program();
    command.env("LISSOM_RELAY_CONFIG", &file).env("LISSOM_RELAY_VAULT_QUOTA", "2M").env("LISSOM_RELAY_QUOTA", "3M");
    let shown = command.args(["config", "show", "--registration", "closed"]).output().unwrap();
    assert_eq!(shown.status.code(), Some(0), "{}", errors(&shown));
    let text = stdout(&shown);
    let line =
        |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(line("registration"), ["registration", "=", "\"closed\"", "#", "flag"]);
    assert_eq!(line("vault-quota"), ["vault-quota", "=", "\"2M\"", "#", "environment"]);
    assert_eq!(line("trusted-proxies"), ["trusted-proxies", "=", "[\"10.0.0.0/8\"]", "#", "file"]);
    assert_eq!(line("connections "), ["connections", "=", "20000"]);
    assert!(errors(&shown).contains("LISSOM_RELAY_QUOTA is no setting"), "{}", errors(&shown));

    fs::write(&file, text).unwrap();
    let checked = program().args(["config", "check", "--config"]).arg(&file).output().unwrap();
    assert_eq!(checked.status.code(), Some(0), "{}", errors(&checked));
    assert!(stdout(&checked).starts_with("ok: "), "{}", stdout(&checked));
}

#[test]
fn the_file_is_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.toml");
    fs::write(&file, "registration = \"closed\"\nlog = \"debug\"\nlog-format = \"json\"\n").unwrap();
    let mut relay = Process::start(&folder.path().join("data"), &["--config", file.to_str().unwrap()]);
    let info = crate::http::ask(relay.address, "GET", "/v1/info", &[], b"");
    assert_eq!(info.json::<serde_json::Value>()["registration"], "closed");
    let line: serde_json::Value = serde_json::from_str(&relay.error_line("answered")).unwrap();
    assert_eq!((&line["level"], &line["route"], &line["status"]), (&"DEBUG".into(), &"/v1/info".into(), &200.into()));
}

#[test]
fn a_log_filter_that_is_none_is_refused() {
    let refused = program().args(["vaults", "--log", "a=b=c"]).output().unwrap();
    assert_eq!((refused.status.code(), errors(&refused).contains("log cannot be")), (Some(2), true));
}
