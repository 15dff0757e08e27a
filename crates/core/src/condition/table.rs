//! The conditions as data.

use super::Condition;
use crate::exercise::Position;

/// A condition that changes nothing, to be written over.
const NONE: Condition =
    Condition { id: "", exclude: &[], adapt: &[], exclude_positions: &[], level_max: None, source: "" };

pub(super) static CONDITIONS: &[Condition] = &[
    // Pregnant, from week 13. Wide knees are a way of doing it and not a reason to leave it out.
    Condition {
        id: "pregnancy",
        exclude: &["preg_supine", "preg_prone", "preg_any_after_t1"],
        adapt: &["preg_adapt_wide_knees"],
        source: "American College of Obstetricians and Gynecologists, committee opinion 804 (summary); to be confirmed",
        ..NONE
    },
    // Fragile bones, no broken vertebra so far. Upright work and gentle bending back stay, once shown how.
    Condition {
        id: "osteoporosis",
        exclude: &["osteo_flexion", "osteo_rotation", "osteo_load_needs_guidance"],
        adapt: &["osteo_needs_guidance"],
        source: "Royal Osteoporosis Society, Strong Steady and Straight, 2022",
        ..NONE
    },
    // A vertebra that broke, now or earlier. Nothing that wants guidance, and nothing above level 1.
    Condition {
        id: "vertebral-fracture",
        exclude: &["osteo_flexion", "osteo_rotation", "osteo_load_needs_guidance", "osteo_needs_guidance"],
        level_max: Some(1),
        source: "Royal Osteoporosis Society, Strong Steady and Straight, 2022; the level is our choice",
        ..NONE
    },
    // A new hip, with the advice not to bend it far or cross the legs.
    Condition {
        id: "hip-replacement",
        exclude: &["hip_replacement_posterior"],
        source: "usual precautions after surgery; to be confirmed",
        ..NONE
    },
    // Kneeling hurts or is not possible.
    Condition { id: "cannot-kneel", exclude: &["knee_kneeling"], source: "our choice", ..NONE },
    // Unsteady on the feet.
    Condition { id: "balance", exclude: &["balance_risk", "balance_risk_pool"], source: "our choice", ..NONE },
    // High blood pressure that is not under control.
    Condition {
        id: "high-blood-pressure",
        exclude: &["hypertension_uncontrolled"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // Raised pressure in the eye.
    Condition {
        id: "glaucoma",
        exclude: &["glaucoma_head_down"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // A hernia of the belly wall, or belly muscles that have drawn apart.
    Condition {
        id: "hernia-or-diastasis",
        exclude: &["abdominal_hernia_or_diastasis"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // A sore shoulder.
    Condition { id: "shoulder-pain", exclude: &["shoulder_pain"], source: "our choice", ..NONE },
    // A shoulder that slips, or has been out of joint.
    Condition {
        id: "shoulder-instability",
        exclude: &["shoulder_instability"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // A sore wrist or hand.
    Condition { id: "wrist-pain", exclude: &["wrist_pain"], source: "our choice", ..NONE },
    // A sore neck. With the head in the hands some exercises are still possible.
    Condition {
        id: "neck-pain",
        exclude: &["neck_pain"],
        adapt: &["neck_pain_support_head"],
        source: "our choice",
        ..NONE
    },
    // Neck trouble with dizziness, changed sight or signs in the arms. Nothing that loads or moves the neck.
    Condition {
        id: "neck-warning-signs",
        exclude: &["neck_red_flags", "neck_pain", "neck_pain_support_head"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // A sore knee.
    Condition { id: "knee-pain", exclude: &["knee_pain", "knee_kneeling"], source: "our choice", ..NONE },
    // A narrowed spinal canal, or a vertebra that has slipped.
    Condition {
        id: "stenosis",
        exclude: &["stenosis_or_listhesis"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // Legs that grow heavy or sore on walking, better on bending or sitting down. Walk in short bouts.
    Condition {
        id: "claudication",
        adapt: &["neurogenic_claudication"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // Leg pain or tingling that flares up easily and takes long to settle.
    Condition { id: "irritable-nerve", exclude: &["neural_irritable"], source: "our choice", ..NONE },
    // Leg pain that spreads when bending forward. Sitting upright instead of slumped is a way of doing it.
    Condition {
        id: "flexion-spreads",
        exclude: &["flexion_peripheralises"],
        adapt: &["flexion_peripheralises_upright"],
        source: "our choice, leaning on the American Physical Therapy Association, low back pain guideline, 2021",
        ..NONE
    },
    // Leg pain that spreads when bending back. Swimming stays, without breaststroke.
    Condition {
        id: "extension-spreads",
        exclude: &["extension_peripheralises"],
        adapt: &["extension_peripheralises_breaststroke"],
        source: "our choice, leaning on the American Physical Therapy Association, low back pain guideline, 2021",
        ..NONE
    },
    // A leg or foot that is getting weaker. Wants a doctor first of all; this only says what must not be done.
    Condition {
        id: "weakness",
        exclude: &["progressive_weakness"],
        source: "our choice; NICE NG59 and its summaries take growing weakness as urgent",
        ..NONE
    },
    // Surgery on the spine not long ago. These stay out even when somebody has cleared the person for exercise.
    Condition { id: "recent-surgery", exclude: &["recent_spine_surgery_always"], source: "our choice", ..NONE },
    // A heart or lung condition that nobody has looked at with exercise in mind.
    Condition {
        id: "heart-or-lung",
        exclude: &["cardiac_unscreened"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // A wound that must stay dry.
    Condition {
        id: "open-wound",
        exclude: &["open_wound"],
        source: "our choice, leaning on general advice; to be confirmed",
        ..NONE
    },
    // Watching the breath brings on panic.
    Condition { id: "breath-panic", exclude: &["panic_breath_focus"], source: "our choice", ..NONE },
    // Quiet attention to the body brings up bad memories.
    Condition { id: "distress", exclude: &["trauma_distress"], source: "our choice", ..NONE },
    // Getting down to the floor or up again is not possible.
    Condition {
        id: "no-floor",
        exclude_positions: &[
            Position::Supine,
            Position::Prone,
            Position::SideLying,
            Position::HandsAndKnees,
            Position::Kneeling,
        ],
        source: "our choice",
        ..NONE
    },
];
