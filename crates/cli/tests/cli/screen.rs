//! The safety questions: what they come to, what settles it, and what is refused.

use std::sync::LazyLock;

use lissom_diary::core::day::Day;
use lissom_diary::{Host as _, Moment, SystemHost};
use serde_json::{Value, json};

use crate::device::Device;

/// The names of an object, as a set.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What was said, without its line breaks.
fn flowing(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Answers everything with no, but for these.
#[track_caller]
fn screen(device: &Device, answers: &[&str]) -> Value {
    let mut arguments = vec!["screen", "--age", "47", "--all-no", "--country", "DE"];
    arguments.extend(answers.iter().flat_map(|answer| ["--answer", *answer]));
    device.json(&arguments)
}

fn texts(sentences: &Value) -> String {
    let said = sentences.as_array().unwrap().iter().map(|sentence| sentence["text"].as_str().unwrap());
    said.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_result_is_exactly_this() {
    let device = Device::begun();
    let result = screen(&device, &[]);
    let expected = [
        "asked",
        "asked_again",
        "cleared",
        "conditions",
        "country",
        "emergency",
        "fired",
        "from_records",
        "helpline",
        "id",
        "level",
        "level_max",
        "next",
        "self_harm",
        "sentences",
        "to_cover",
        "under_age",
    ];
    assert_eq!(names(&result), expected);
    assert!(result["id"].as_str().unwrap().starts_with("t:"));
    let found = json!([result["asked"], result["level"], result["level_max"], result["cleared"], result["next"]]);
    assert_eq!(found, json!(["first", "e", 3, true, ["lissom plan new"]]));
    assert_eq!(json!([result["country"], result["emergency"], result["helpline"]]), json!(["DE", "112", "116 123"]));
    let first = &result["sentences"][0];
    assert_eq!(names(first), ["args", "key", "text"]);
    assert_eq!(first["key"], "screening.card.e");
    assert_eq!(screen(&device, &[])["asked"], "again");
}

#[test]
fn no_warning_signs_never_says_that_nothing_is_wrong() {
    let device = Device::begun();
    let said = device.run(&["screen", "--age", "47", "--all-no"]).out;
    assert!(said.starts_with("No warning signs (E)\n"), "{said}");
    assert!(flowing(&said).contains("does not mean that nothing can be wrong"), "{said}");
    assert!(said.contains("Exercise    all levels of exercise"), "{said}");
    assert!(said.trim_end().ends_with("Next: `lissom plan new`"), "{said}");
    assert!(!said.to_lowercase().contains("healthy") && said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn an_emergency_begins_with_its_number() {
    let device = Device::begun();
    let said = device.run(&["screen", "--age", "47", "--all-no", "--answer", "a1=unsure", "--country", "GB"]).out;
    assert!(said.starts_with("Stop exercising. Call 999 now"), "{said}");
    assert!(said.contains("\nEmergency (A)\n") && said.contains("none for now"), "{said}");
    assert!(flowing(&said).contains("Next, once a professional has looked at it: `lissom screen clear"), "{said}");
    let shown = device.run(&["screen", "show"]).out;
    assert!(shown.contains("In an emergency call 999."), "the country is remembered: {shown}");
}

#[test]
fn a_number_that_is_guessed_from_the_locale_says_so_and_is_not_kept() {
    let device = Device::begun();
    let mut command = device.command(&["screen", "--age", "47", "--all-no", "--answer", "a1=yes"]);
    let said = String::from_utf8(command.env("LANG", "en_US.UTF-8").output().unwrap().stdout).unwrap();
    assert!(said.starts_with("Stop exercising. Call 911 now") && said.contains("a guess from this computer"), "{said}");
    assert_eq!(device.json(&["screen", "show"])["country"], Value::Null);
    let unknown = device.run(&["screen", "show"]).out;
    assert!(unknown.contains("your local emergency number"), "{unknown}");
}

#[test]
fn conditions_count_from_the_answers_themselves() {
    let device = Device::begun();
    let result = screen(&device, &["d1=yes", "d1-week13=yes", "d6=yes", "d6-wrist=unsure"]);
    assert_eq!(json!([result["level"], result["conditions"]]), json!(["d", ["pregnancy", "wrist-pain"]]));
    let shown = device.json(&["screen", "show"]);
    assert_eq!(shown["conditions"][0]["id"], "pregnancy");
    assert_eq!(json!([shown["conditions"][0]["from_answers"], shown["conditions"][0]["cautions"]]), json!([true, []]));
    // A caution that says no takes back no answer to the questions.
    let caution = device.json(&["screen", "caution", "wrist-pain", "no"]);
    assert_eq!(names(&caution), ["active", "answer", "condition", "id"]);
    assert_eq!(json!([caution["answer"], caution["active"]]), json!([false, true]));
}

#[test]
fn the_state_is_exactly_this() {
    let device = Device::begun();
    let before = device.json(&["screen", "show"]);
    let expected = [
        "asks",
        "cleared",
        "conditions",
        "country",
        "day",
        "emergency",
        "helpline",
        "level",
        "level_max",
        "limited_by",
        "locked",
        "next",
        "sentences",
        "standing",
        "to_cover",
        "unknown_caution",
    ];
    assert_eq!(names(&before), expected);
    assert_eq!(json!([before["locked"], before["next"]]), json!(["not_screened", ["lissom screen"]]));
    assert_eq!(names(&before["asks"][0]), ["command", "condition", "purpose", "sentence"]);
    let id = screen(&device, &["b5=yes"])["id"].clone();
    let after = device.json(&["screen", "show"]);
    assert_eq!(json!([after["locked"], after["level"], after["to_cover"]]), json!(["standing", "b", [id]]));
    let names_of = names(&after["standing"][0]);
    assert_eq!(names_of, ["answered_again", "day", "id", "level", "level_max", "sentences", "wants_signs", "why"]);
    assert!(texts(&after["sentences"]).contains("Talk to a doctor today"));
    assert!(texts(&after["sentences"]).contains("never locked"));
    assert_eq!(after["day"].as_str().unwrap().len(), 10);
    let human = device.run(&["screen", "show"]).out;
    let end = &id.as_str().unwrap()[id.as_str().unwrap().len() - 8..];
    assert!(human.contains(end) && human.contains("In an emergency call 112."), "{human}");
    assert!(human.lines().filter(|line| !line.contains("lissom screen clear")).all(|line| line.chars().count() <= 80));
}

/// The day on which a professional clears what was answered just now.
static TODAY: LazyLock<String> =
    LazyLock::new(|| Day::of(Moment { at_ms: SystemHost.now_ms(), offset_minutes: 0 }).to_string());

/// A clearance, with what else is given.
fn clear<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["screen", "clear", "--who", "Dr. Rao", "--day", &TODAY], more].concat()
}

#[test]
fn a_clearance_covers_what_it_names_and_short_ids_are_enough() {
    let device = Device::begun();
    let id = screen(&device, &["b5=yes"])["id"].as_str().unwrap().to_owned();
    let end = &id[id.len() - 8..];
    assert_eq!(device.refused(3, &clear(&[])), "--covers: needed, and not given");
    assert!(device.refused(3, &clear(&["--covers", "zzzzzzzz"])).contains("no result that stands"));
    assert!(device.refused(3, &clear(&["--covers", "a"])).contains("at least 4 letters"));
    assert!(device.refused(3, &["screen", "clear", "--day", &TODAY, "--covers", end]).starts_with("--who: needed"));
    assert!(device.refused(3, &["screen", "clear", "--who", "Rao", "--covers", end]).starts_with("--day: needed"));
    assert!(device.refused(3, &clear(&["--covers", end, "--signs", "fine"])).starts_with("--signs: must be one of"));
    assert!(device.refused(3, &clear(&["--covers", end, "--level-max", "4"])).starts_with("--level-max: 4 is outside"));
    let ahead = device.refused(3, &["screen", "clear", "--who", "Rao", "--day", "2190-01-01", "--covers", end]);
    assert_eq!(ahead, "--day: this day has not come yet");
    let before = device.refused(3, &["screen", "clear", "--who", "Rao", "--day", "2026-01-20", "--covers", end]);
    assert!(before.starts_with("--day: before the answers that it is to clear"), "{before}");
    assert_eq!(device.json(&["screen", "show"])["cleared"], false, "what was refused changed nothing");
    let cleared = device.json(&clear(&["--covers", end, "--level-max", "1", "--note", "back in a month"]));
    assert_eq!(names(&cleared), ["cleared", "covers", "id", "next", "replaces", "still_stand"]);
    assert_eq!(json!([cleared["covers"], cleared["still_stand"]]), json!([[id], []]));
    let shown = device.json(&["screen", "show"]);
    assert_eq!(shown["to_cover"], json!([]));
    assert!(device.refused(3, &clear(&["--covers", end])).contains("no result that stands"), "it is covered already");
    // Answered again after the advice to see somebody: cleared, with the professional's limit.
    let again = screen(&device, &[]);
    assert_eq!(json!([again["asked"], again["cleared"]]), json!(["session", true]));
    assert_eq!(device.json(&["screen", "show"])["level_max"], 1);
    // The limit holds until a professional's word takes its place.
    let shown = device.run(&["screen", "show"]).out;
    assert!(flowing(&shown).contains("A professional set a limit"), "{shown}");
    let limit = device.json(&["screen", "show"])["limited_by"].clone();
    let lifted = device.json(&clear(&["--new-limit"]));
    assert_eq!(json!([lifted["replaces"], lifted["covers"], lifted["cleared"]]), json!([limit, [], true]));
    let shown = device.json(&["screen", "show"]);
    assert_eq!(json!([shown["level_max"], shown["limited_by"]]), json!([3, []]));
    assert!(device.refused(3, &clear(&["--new-limit"])).contains("no professional set a limit"));
}

#[test]
fn an_emergency_is_cleared_after_a_day_only() {
    let device = Device::begun();
    let id = screen(&device, &["a8=yes"])["id"].as_str().unwrap().to_owned();
    let clear = ["screen", "clear", "--who", "Dr. Rao", "--day", &TODAY, "--covers", &id];
    assert_eq!(device.refused(3, &clear), "--signs: needed, and not given");
    let early = device.refused(3, &[&clear[..], &["--signs", "gone"]].concat());
    assert!(early.starts_with("--covers: not yet: ") && early.ends_with(" more hours have to pass"), "{early}");
}

#[test]
fn answers_that_contradict_each_other_are_refused_with_both_named() {
    let device = Device::begun();
    let refused = device.refused(3, &["screen", "--age", "47", "--all-no", "--answer", "a6=yes"]);
    assert_eq!(refused, "--answer a6: cannot be true together with b6");
    let twice = device.refused(3, &["screen", "--age", "47", "--all-no", "--answer", "a1=yes", "--answer", "a1=no"]);
    assert_eq!(twice, "--answer a1: cannot be true together with a1");
    let ran = device.run(&["screen", "--age", "47", "--all-no", "--answer", "a6=yes", "--json"]);
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(json!([error["error"]["code"], error["error"]["field"]]), json!(["invalid-input", "a6"]));
    assert_eq!(device.json(&["screen", "show"])["locked"], "not_screened");
}

#[test]
fn half_an_answer_records_nothing_and_names_the_first_question_that_is_missing() {
    let device = Device::begun();
    let half = ["screen", "--age", "47", "--answer", "a1=no", "--answer", "a2=no"];
    assert_eq!(device.refused(3, &half), "--answer a3: needed, and not given");
    assert_eq!(device.refused(3, &["screen", "--all-no"]), "--age: needed, and not given");
    assert_eq!(
        device.refused(3, &["screen", "--short", "--answer", "a8=yes"]),
        "--answer today-nerve: needed, and not given"
    );
    let none = device.refused(2, &["screen"]);
    assert!(none.contains("--all-no") && none.contains("--answer"), "{none}");
    let none = device.run(&["screen", "--json"]);
    assert_eq!(none.exit, 2, "a program is never asked");
    let shown = device.json(&["screen", "show"]);
    assert_eq!(json!([shown["locked"], shown["standing"]]), json!(["not_screened", []]));
}

#[test]
fn what_is_unknown_names_the_nearest() {
    let device = Device::begun();
    let question = device.refused(3, &["screen", "--all-no", "--age", "47", "--answer", "b4-pian=yes"]);
    assert!(question.contains("did you mean b4-pain?") && question.contains("lissom screen questions"), "{question}");
    let condition = device.refused(3, &["screen", "caution", "pregnant", "yes"]);
    assert!(condition.starts_with("condition: ") && condition.contains("did you mean pregnancy?"), "{condition}");
    let reason = device.refused(3, &["screen", "stop", "dizy"]);
    assert!(reason.starts_with("reason: ") && reason.contains("did you mean dizzy?"), "{reason}");
    for bad in [
        &["screen", "--all-no", "--age", "-1"][..],
        &["screen", "--all-no", "--age", "121"],
        &["screen", "--all-no", "--age", "47", "--answer", "a1=perhaps"],
        &["screen", "--all-no", "--age", "47", "--answer", "a1"],
        &["screen", "--all-no", "--age", "47", "--answer", ""],
        &["screen", "--all-no", "--age", "47", "--answer", "age=old"],
        &["screen", "--all-no", "--age", "47", "--answer", "age=48"],
        &["screen", "--all-no", "--age", "47", "--country", "Germany"],
        &["screen", "caution", "", "yes"],
        &["screen", "caution", "pregnancy", "yes", "--until", "soon"],
        &["screen", "stop", ""],
        &["screen", "stop", "dizzy", "--after", "nothing-like-it"],
        &["screen", "stop", "dizzy", "--country", "Germany"],
        &["screen", "show", "--country", "49"],
    ] {
        device.refused(3, bad);
    }
    for usage in
        [&["screen", "--short", "--changed"][..], &["screen", "caution", "pregnancy", "maybe"], &["screen", "wat"]]
    {
        assert_eq!(device.run(usage).exit, 2, "{usage:?}");
    }
    assert_eq!(device.json(&["screen", "show"])["locked"], "not_screened");
}

#[test]
fn the_short_check_asks_five_and_takes_nothing_back() {
    let device = Device::begun();
    let id = screen(&device, &["b5=yes"])["id"].clone();
    let short = device.json(&["screen", "--short", "--all-no"]);
    let found = json!([short["asked"], short["level"], short["cleared"], short["asked_again"], short["to_cover"]]);
    assert_eq!(found, json!(["today", "e", false, null, [id]]));
    let said = device.run(&["screen", "--short", "--all-no"]).out;
    assert!(said.contains("Something else still has to be settled first"), "{said}");
    assert_eq!(device.json(&["screen", "--changed", "--all-no", "--age", "47"])["asked"], "changed");
}

#[test]
fn questions_and_rules_are_listed_with_their_ids() {
    let device = Device::empty();
    let all = device.json(&["screen", "questions"]);
    assert_eq!(names(&all[0]), ["after", "asked_when", "id", "kind", "text"]);
    assert_eq!(json!([all[0]["id"], all[0]["kind"], all[0]["after"]]), json!(["age", "age", []]));
    assert!(all.as_array().unwrap().len() > 40);
    let short = device.json(&["screen", "questions", "--purpose", "today"]);
    let always = short.as_array().unwrap().iter().filter(|question| question["asked_when"].is_null());
    assert_eq!(always.count(), 5);
    let rules = device.json(&["screen", "rules"]);
    assert_eq!(names(&rules[0]), ["advice", "conditions", "id", "level", "level_max", "looks_for", "raised", "source"]);
    assert!(rules.as_array().unwrap().iter().all(|rule| !rule["source"].as_str().unwrap().is_empty()));
    for command in [&["screen", "questions"][..], &["screen", "rules"], &["screen", "stop"]] {
        let said = device.run(command).out;
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }
    assert!(!device.data().exists(), "looking makes no folder");
}

#[test]
fn cautions_are_said_and_listed() {
    let device = Device::begun();
    let said = device.run(&["screen", "caution", "balance", "yes", "--until", "2190-01-31"]).out;
    assert!(said.contains("Unsteady on the feet") && said.contains("2190-01-31"), "{said}");
    let all = device.json(&["screen", "cautions"]);
    assert_eq!(all.as_array().unwrap().len(), 27);
    assert_eq!(names(&all[0]), ["about", "active", "id", "name"]);
    let active = all.as_array().unwrap().iter().filter(|one| one["active"] == true).map(|one| &one["id"]);
    assert_eq!(active.collect::<Vec<_>>(), ["balance"]);
    assert!(device.json(&["screen", "show"])["asks"].as_array().unwrap().iter().all(|ask| ask["condition"].is_null()));
    let over = device.refused(3, &["screen", "caution", "balance", "yes", "--until", "2026-01-31"]);
    assert_eq!(over, "--until: this day is over already");
    let shown = device.json(&["screen", "show", "--today", "2190-02-01"]);
    let condition = &shown["conditions"][0];
    assert_eq!(names(condition), ["about", "cautions", "from_answers", "id", "name"]);
    assert_eq!(names(&condition["cautions"][0]), ["day", "id", "until"]);
    assert!(shown["asks"].as_array().unwrap().iter().any(|ask| ask["condition"] == "balance"), "its day is over");
    device.json(&["screen", "caution", "balance", "no"]);
    assert_eq!(device.json(&["screen", "show"])["conditions"], json!([]));
}

#[test]
fn a_stop_says_what_to_do_with_or_without_a_diary() {
    let device = Device::empty();
    let reasons = device.json(&["screen", "stop"]);
    assert_eq!(names(&reasons[0]), ["id", "red", "source", "text"]);
    let action = device.json(&["screen", "stop", "saddle-bladder-weakness-chest", "--country", "fr"]);
    let expected = ["ask_tomorrow", "card", "country", "emergency", "helpline", "reason", "red", "sentences", "then"];
    assert_eq!(names(&action), expected);
    assert_eq!(json!([action["then"], action["card"], action["country"]]), json!(["end", "a", "FR"]));
    assert!(texts(&action["sentences"]).contains("112"));
    let first = device.json(&["screen", "stop", "sharp-or-too-much"]);
    let second = device.json(&["screen", "stop", "sharp-or-too-much", "--after", "spreading"]);
    assert_eq!(json!([first["then"], second["then"]]), json!(["easier_variant", "end_gently"]));
    assert!(!device.data().exists());
}

#[test]
fn what_safety_rests_on_is_kept() {
    let device = Device::begun();
    let id = screen(&device, &["b5=yes"])["id"].as_str().unwrap().to_owned();
    let refused = device.refused(3, &["delete", &id]);
    assert!(refused.contains("kept: answer the questions again instead"), "{refused}");
    assert_eq!(device.json(&["screen", "show"])["to_cover"], json!([id]));
}

#[test]
fn each_part_has_its_help() {
    for part in ["show", "questions", "rules", "clear", "caution", "cautions", "stop"] {
        let said = Device::empty().run(&["screen", part, "--help"]).out;
        assert!(said.contains("\nExamples:\n  lissom screen "), "{part}: {said}");
    }
}

#[test]
fn answers_without_a_warning_sign_promise_nothing_while_an_emergency_stands() {
    let device = Device::begun();
    device.run(&["screen", "--age", "47", "--all-no", "--answer", "a1=yes", "--country", "DE"]);
    let said = device.run(&["screen", "--age", "47", "--all-no", "--country", "DE"]).out;
    assert!(said.contains("none for now") && !said.contains("all levels"), "{said}");
    let calm = Device::begun().run(&["screen", "--age", "47", "--all-no", "--country", "DE"]).out;
    assert!(calm.contains("all levels"), "{calm}");
}
