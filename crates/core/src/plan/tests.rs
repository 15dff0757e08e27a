use super::*;
use crate::catalogue;
use crate::dose::Irritability;
use crate::exercise::{Exercise, Kind, Region};
use crate::moment::Moment;
use crate::record::{Dated, Values, check_fields};
use crate::refusal::Reason;
use crate::texts::Lang;

mod changing;
mod properties;
mod today;

const AT: Moment = Moment { at_ms: 1_795_388_399_000, offset_minutes: 60 };

fn limits(level_max: u8, conditions: &[&str]) -> Limits {
    Limits::new(level_max, conditions.iter().copied())
}

fn free() -> Limits {
    limits(3, &[])
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Lower back, pain 4, a beginner with 18 minutes on five days and a mat.
fn desk_worker() -> Profile {
    Profile {
        regions: vec![Region::Lower],
        pain: Some(4),
        leg: Some(0),
        irritability: Some(Irritability::Low),
        minutes: 18,
        weekdays: spaced(5),
        equipment: texts(&["mat"]),
        ..Profile::default()
    }
}

/// A plan as a record with an id.
fn record(id: &str, values: PlanValues) -> Dated<PlanValues> {
    Dated::new(id, AT, values)
}

fn made(limits: &Limits, profile: &Profile) -> Dated<PlanValues> {
    record("p:1", generate::within(limits, profile).unwrap().values(AT, &[]))
}

fn shown(items: &[Item]) -> String {
    let line = |item: &Item| {
        let minutes = item.minutes.map(|minutes| format!(" {minutes} min")).unwrap_or_default();
        let why: Vec<String> = item.reasons.iter().map(|why| why.key()).collect();
        format!("{} {}{minutes} ({})\n", item.weekday, item.exercise, why.join(", "))
    };
    items.iter().map(line).collect()
}

#[test]
fn the_plan_of_a_desk_worker_is_as_ever() {
    let generated = generate::within(&free(), &desk_worker()).unwrap();
    assert_eq!(
        shown(&generated.items),
        "\
0 pelvic-tilt (opener, region-lower, first-choice)
0 seated-brace-leg-lift (kind-strength, region-lower)
0 walking 5 min (kind-aerobic, region-lower, first-choice)
0 knee-to-chest (kind-stretch, region-lower, first-choice)
1 cat-cow (opener, region-lower)
1 sit-to-stand (kind-strength, region-lower)
1 wall-plank (kind-strength, region-lower)
1 scapular-squeeze (kind-strength, first-choice)
1 walking 5 min (kind-aerobic, region-lower, first-choice)
1 childs-pose (kind-stretch, region-lower)
3 lower-trunk-rotation (opener, region-lower)
3 bird-dog (kind-strength, region-lower)
3 walking 6 min (kind-aerobic, region-lower, first-choice)
3 double-knee-to-chest (kind-stretch, region-lower)
4 prone-on-elbows (opener, region-lower)
4 seated-brace-leg-lift (kind-strength, region-lower)
4 walking 4 min (kind-aerobic, region-lower, first-choice)
4 body-scan 5 min (kind-relaxation, region-whole, first-choice)
6 seated-pelvic-tilt (opener, region-lower)
6 sit-to-stand (kind-strength, region-lower)
6 wall-plank (kind-strength, region-lower)
6 walking 7 min (kind-aerobic, region-lower, first-choice)
6 figure-four (kind-stretch, region-lower)
"
    );
    let left_out: Vec<String> = generated.left_out.iter().map(|out| out.sentence().say(Lang::En)).collect();
    assert_eq!(
        left_out,
        [
            "Partial crunch: not yet. It is level 2, and the pain you told us allows level 1 at most for now.",
            "Thoracic extension over chair back is meant for another part of the body.",
            "Doorway chest-opening stretch is meant for another part of the body.",
            "Knee to opposite shoulder is meant for another part of the body.",
            "Sciatic nerve glide (slider) is meant for another part of the body.",
            "Swimming needs something that is not on your list: pool.",
            "Slow belly breathing would be fine. Others came first this week, and you can swap it in.",
        ]
    );
    assert_eq!(generated.gaps, []);
    assert_eq!(generated.level_max, 1);
}

#[test]
fn a_plan_is_a_record_and_comes_back_from_it() {
    let profile = Profile {
        goals: vec![Goal::Prevent, Goal::Calm],
        likes: texts(&["walking"]),
        dislikes: texts(&["side-plank"]),
        directions: vec![crate::exercise::Bias::Flexion],
        age_65: true,
        ..desk_worker()
    };
    let generated = generate::within(&free(), &profile).unwrap();
    let values = generated.values(AT, &["p:0"]);
    assert_eq!(check_fields(&values), Ok(()));
    assert_eq!(values.items(), Items { items: generated.items, skipped: 0 });
    assert_eq!(Profile::read(&values).unwrap(), profile.sorted());
    assert_eq!(values.replaces, Some(texts(&["p:0"])));
}

#[test]
fn impossible_profiles_are_refused_by_field() {
    let good = desk_worker();
    for (field, profile) in [
        ("minutes", Profile { minutes: 0, ..good.clone() }),
        ("minutes", Profile { minutes: 2, ..good.clone() }),
        ("minutes", Profile { minutes: 121, ..good.clone() }),
        ("weekdays", Profile { weekdays: vec![], ..good.clone() }),
        ("weekdays", Profile { weekdays: vec![7], ..good.clone() }),
        ("pain", Profile { pain: Some(11), ..good.clone() }),
        ("leg", Profile { leg: Some(200), ..good.clone() }),
        ("equipment", Profile { equipment: texts(&["anvil"]), ..good.clone() }),
        ("likes", Profile { likes: texts(&["pelvic-tlit"]), ..good.clone() }),
        ("dislikes", Profile { dislikes: texts(&["zzzzzzzz"]), ..good.clone() }),
        ("likes", Profile { likes: texts(&["walking"]), dislikes: texts(&["walking"]), ..good.clone() }),
        ("directions", Profile { directions: vec![crate::exercise::Bias::Neural], ..good.clone() }),
    ] {
        let refusal = generate::within(&free(), &profile).unwrap_err();
        assert_eq!(refusal.field, field);
    }
    let slip = generate::within(&free(), &Profile { likes: texts(&["pelvic-tlit"]), ..good }).unwrap_err();
    assert_eq!(slip.reason, Reason::UnknownExercise { nearest: Some("pelvic-tilt") });
}

#[test]
fn words_that_this_version_does_not_know_are_refused_and_not_left_out() {
    let good = made(&free(), &desk_worker()).values;
    for (field, values) in [
        ("regions", PlanValues { regions: Some(texts(&["elbow"])), ..good.clone() }),
        ("goals", PlanValues { goals: Some(texts(&["marathon"])), ..good.clone() }),
        ("directions", PlanValues { directions: Some(texts(&["neutral-ish"])), ..good.clone() }),
        ("minutes", PlanValues { minutes: None, ..good.clone() }),
        ("weekdays", PlanValues { weekdays: None, ..good.clone() }),
        ("weekdays", PlanValues { weekdays: Some(vec![-1]), ..good }),
    ] {
        assert_eq!(Profile::read(&values).unwrap_err().field, field);
    }
}

#[test]
fn without_equipment_or_floor_there_is_a_plan_on_chair_and_feet() {
    let profile = Profile { equipment: vec![], weekdays: spaced(3), ..desk_worker() };
    let generated = generate::within(&limits(3, &["no-floor"]), &profile).unwrap();
    let kinds: std::collections::BTreeSet<Kind> =
        generated.items.iter().filter_map(Item::find).map(|exercise| exercise.kind).collect();
    for kind in generate::KINDS {
        assert!(kinds.contains(&kind), "{kind}");
    }
}

#[test]
fn a_condition_of_a_newer_version_leaves_only_what_nothing_speaks_against() {
    let generated = generate::within(&limits(3, &["of-a-newer-version"]), &desk_worker()).unwrap();
    assert!(!generated.items.is_empty());
    for exercise in generated.items.iter().filter_map(Item::find) {
        assert!(exercise.level == 0 && exercise.cautions.is_empty(), "{}", exercise.id);
    }
}

#[test]
fn pain_and_a_beginning_keep_the_level_down() {
    let level = |profile: Profile| generate::within(&free(), &profile).unwrap().level_max;
    let used = Profile { experience: Experience::Trained, pain: Some(2), ..desk_worker() };
    for (expected, profile) in [
        (3, used.clone()),
        (1, Profile { pain: Some(4), ..used.clone() }),
        (0, Profile { pain: Some(7), ..used.clone() }),
        (0, Profile { leg: Some(8), ..used.clone() }),
        (1, Profile { pain: None, ..used.clone() }),
        (1, Profile { irritability: None, ..used.clone() }),
        (1, Profile { irritability: None, pain: Some(0), ..used.clone() }),
        (1, Profile { irritability: Some(Irritability::Moderate), ..used.clone() }),
        (0, Profile { irritability: Some(Irritability::High), ..used.clone() }),
        (1, Profile { experience: Experience::Beginner, ..used.clone() }),
        (3, Profile { experience: Experience::Beginner, first_weeks: false, ..used }),
    ] {
        assert_eq!(level(profile), expected);
    }
    assert_eq!(generate::within(&limits(0, &[]), &desk_worker()).unwrap().level_max, 0);
}

#[test]
fn leg_pain_starts_near_the_middle_until_a_direction_was_tried() {
    let sore = Profile { regions: vec![Region::Sciatica], leg: Some(5), equipment: texts(&["mat"]), ..desk_worker() };
    let bends = |limits: &Limits, profile: &Profile| {
        let items = generate::within(limits, profile).unwrap().items;
        let one_way = |exercise: &&Exercise| {
            matches!(exercise.kind, Kind::Stretch | Kind::Mobility)
                && matches!(exercise.bias, crate::exercise::Bias::Flexion | crate::exercise::Bias::Extension)
        };
        items.iter().filter_map(Item::find).filter(one_way).map(|exercise| exercise.bias).collect::<Vec<_>>()
    };
    assert_eq!(bends(&free(), &sore), []);
    let flexion = crate::exercise::Bias::Flexion;
    let tried = Profile { directions: vec![flexion], ..sore.clone() };
    let found = bends(&free(), &tried);
    assert!(!found.is_empty() && found.iter().all(|bias| *bias == flexion));
    let found = bends(&limits(3, &["extension-spreads"]), &sore);
    assert!(!found.is_empty() && found.iter().all(|bias| *bias == flexion));
}

#[test]
fn people_walk_unless_their_balance_is_poor() {
    let profile = Profile { equipment: texts(&["chair"]), dislikes: texts(&["walking"]), ..desk_worker() };
    let has = |limits: &Limits, profile: &Profile, id: &str| {
        generate::within(limits, profile).unwrap().items.iter().any(|item| item.exercise == id)
    };
    assert!(!has(&free(), &desk_worker(), "seated-march"));
    assert!(has(&free(), &profile, "seated-march"));
    let liked = Profile { likes: texts(&["seated-march"]), ..desk_worker() };
    assert!(has(&free(), &liked, "seated-march"));
}

#[test]
fn goals_move_time_to_their_kind() {
    let seconds_of = |goals: Vec<Goal>, kind: Kind| {
        let profile = Profile { goals, minutes: 30, ..desk_worker() };
        let items = generate::within(&free(), &profile).unwrap().items;
        let of_kind = items.iter().filter(|item| item.find().is_some_and(|exercise| exercise.kind == kind));
        of_kind.map(|item| generate::length(item, 1_800)).sum::<u32>()
    };
    for (goal, kind) in [
        (Goal::Strength, Kind::Strength),
        (Goal::Flexibility, Kind::Stretch),
        (Goal::Calm, Kind::Relaxation),
        (Goal::Prevent, Kind::Aerobic),
    ] {
        assert!(seconds_of(vec![goal], kind) > seconds_of(vec![], kind), "{}", goal.as_str());
    }
}

#[test]
fn five_minutes_a_day_get_round_most_kinds_in_a_week() {
    let profile = Profile { minutes: 5, weekdays: spaced(7), ..desk_worker() };
    let items = generate::within(&free(), &profile).unwrap().items;
    let kinds: std::collections::BTreeSet<Kind> =
        items.iter().filter_map(Item::find).map(|exercise| exercise.kind).collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
}

#[test]
fn routines_are_whole_without_limits_and_fit_their_minutes() {
    for preset in PRESETS {
        let generated = from_preset(&free(), preset.id, &[0, 3]).unwrap();
        assert_eq!((generated.left_out.as_slice(), generated.gaps.as_slice()), (&[][..], &[][..]), "{}", preset.id);
        for day in [0, 3] {
            let of_day = || generated.items.iter().filter(|item| item.weekday == day);
            let ids: Vec<_> = of_day().map(|item| item.exercise.as_str()).collect();
            assert_eq!(ids, preset.items.iter().map(|(id, _)| *id).collect::<Vec<_>>());
            let used: u32 = of_day().map(|item| generate::length(item, preset.minutes * 60)).sum();
            assert!(used <= preset.minutes * 60 && used * 100 >= preset.minutes * 60 * 90, "{} {used}", preset.id);
        }
        for id in preset.region.map_or(&[][..], catalogue::article) {
            assert!(preset.items.iter().any(|(other, _)| other == id), "{} lacks {id}", preset.id);
        }
        let kinds: Vec<_> = preset
            .items
            .iter()
            .map(|(id, _)| generate::KINDS.iter().position(|kind| *kind == catalogue::find(id).unwrap().kind))
            .collect();
        assert!(kinds.is_sorted(), "{}", preset.id);
    }
    assert_eq!(from_preset(&free(), "eleven-minutes", &[0]).unwrap_err().field, "preset");
    assert_eq!(from_preset(&free(), "lower-back", &[]).unwrap_err().field, "weekdays");
}

#[test]
fn a_routine_says_what_it_leaves_out() {
    let generated = from_preset(&limits(3, &["pregnancy"]), "lower-back", &[0]).unwrap();
    let said: Vec<String> = generated.left_out.iter().map(|out| out.sentence().say(Lang::En)).collect();
    assert_eq!(
        said,
        [
            "Pelvic tilt is left out, because you are pregnant.",
            "Partial crunch is left out, because you are pregnant.",
            "Single knee to chest is left out, because you are pregnant.",
        ]
    );
    assert_eq!(generated.gaps, [Gap::Limits(Kind::Mobility), Gap::Limits(Kind::Strength), Gap::Limits(Kind::Stretch)]);
}

#[test]
fn a_routine_with_strength_on_days_in_a_row_says_so() {
    let gaps = |limits: &Limits, id: &str, days: &[u8]| from_preset(limits, id, days).unwrap().gaps;
    assert_eq!(gaps(&free(), "lower-back", &[0, 1]), [Gap::StrengthDays]);
    assert_eq!(gaps(&free(), "eighteen-minutes", &[0, 6]), [Gap::StrengthDays], "Sunday and Monday");
    assert_eq!(gaps(&free(), "lower-back", &[0, 2, 4]), []);
    assert_eq!(gaps(&free(), "ten-minutes", &[0, 1]), [], "strength of level 0");
    assert_eq!(gaps(&limits(0, &[]), "lower-back", &[0, 1]), [Gap::Limits(Kind::Strength)], "nothing is left of it");
}

#[test]
fn the_ids_of_routines_are_those_that_a_refusal_names() {
    let Reason::NotAChoice { choices } = from_preset(&free(), "", &[0]).unwrap_err().reason else { panic!() };
    assert_eq!(choices, PRESETS.iter().map(|preset| preset.id).collect::<Vec<_>>());
}

#[test]
fn a_version_that_nothing_replaces_is_followed() {
    let plan = |id: &str, replaces: &[&str]| {
        record(id, PlanValues { replaces: Some(texts(replaces)), ..PlanValues::default() })
    };
    let ids = |plans: &[Dated<PlanValues>]| {
        let followed = followed(plans);
        let others: Vec<String> = followed.others.into_iter().map(|plan| plan.id).collect();
        (followed.plan.map(|plan| plan.id).unwrap_or_default(), others)
    };
    let (a, b, c, d) = (plan("a", &[]), plan("b", &["a"]), plan("c", &["a"]), plan("d", &["b", "c"]));
    assert_eq!(ids(&[]), (String::new(), vec![]));
    assert_eq!(ids(std::slice::from_ref(&a)), ("a".into(), vec![]));
    assert_eq!(ids(&[b.clone(), a.clone()]), ("b".into(), vec![]));
    // Changed apart on two devices: the greater id, whichever arrived first.
    assert_eq!(ids(&[c.clone(), a.clone(), b.clone()]), ("c".into(), texts(&["b"])));
    assert_eq!(ids(&[a.clone(), b.clone(), c.clone()]), ("c".into(), texts(&["b"])));
    assert_eq!(ids(&[d, c, b, a]), ("d".into(), vec![]));
    // A version cannot replace itself, and a ring does not make all plans vanish.
    assert_eq!(ids(&[plan("a", &["a"])]), ("a".into(), vec![]));
    assert_eq!(ids(&[plan("a", &["b"]), plan("b", &["a"])]), ("b".into(), texts(&["a"])));
}

#[test]
fn rows_that_cannot_be_read_are_skipped_and_counted() {
    use crate::value::{Fields, Value};
    let text = |words: &str| Value::Text(words.to_owned());
    let mut values = PlanValues::default();
    let rows = vec![
        Fields::from([(0, Value::Int(2)), (1, Value::Int(7)), (2, text("walking")), (3, Value::Int(9))]),
        Fields::from([(0, Value::Int(9)), (2, text("walking"))]),
        Fields::from([(0, Value::Int(2)), (2, text(""))]),
        Fields::from([(2, text("walking"))]),
        Fields::from([
            (0, Value::Int(2)),
            (1, Value::Int(1)),
            (2, text("cat-cow")),
            (6, text("opener,x")),
            (99, text("?")),
        ]),
        Fields::from([(0, Value::Int(2)), (1, Value::Int(8)), (2, text("walking"))]),
    ];
    values.set("items", Value::Array(rows.into_iter().map(Value::Map).collect()));
    let read = values.items();
    assert_eq!(read.skipped, 4);
    let cells: Vec<_> = read.items.iter().map(|item| (item.place, item.exercise.as_str(), item.minutes)).collect();
    assert_eq!(cells, [(0, "cat-cow", None), (1, "walking", Some(9))]);
    assert_eq!(read.items[0].reasons, [Why::Opener]);
    // Nobody knows who put it there, so it is not thrown away.
    assert_eq!(read.items[0].origin, Origin::Own);
}

#[test]
fn nothing_about_a_person_is_printed() {
    let generated = generate::within(&free(), &desk_worker()).unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        generated,
        generated.items,
        generated.profile,
        generated.left_out,
        generated.values(AT, &[])
    );
    assert!(!shown.contains("walking") && !shown.contains("18") && !shown.contains("Lower"), "{shown}");
}
