//! The cards themselves.

use super::{Card, Line, Source};
use crate::texts::card as text;

use Line::{Heading, Paragraph, Point};

const ABBOTT_SCHMITT_2014: Source = Source {
    name: "Abbott and Schmitt, changes that matter on the Patient-Specific Functional Scale, Journal of Orthopaedic and Sports Physical Therapy",
    year: 2014,
};
const ACOG_2020: Source = Source {
    name: "American College of Obstetricians and Gynecologists, opinion 804, activity and exercise in pregnancy",
    year: 2020,
};
const ACP_2017: Source = Source { name: "American College of Physicians, low back pain guideline", year: 2017 };
const ACSM_2011: Source =
    Source { name: "American College of Sports Medicine, position stand on exercise", year: 2011 };
const APTA_2021: Source = Source { name: "American Physical Therapy Association, low back pain guideline", year: 2021 };
const DOWNIE_2013: Source =
    Source { name: "Downie and others, review of signs for fracture and cancer, BMJ", year: 2013 };
const FERNANDEZ_2022: Source = Source {
    name: "Fernández-Rodríguez and others, review of 118 trials of exercise, Journal of Orthopaedic and Sports Physical Therapy",
    year: 2022,
};
const FINAN_2013: Source =
    Source { name: "Finan, Goodin and Smith, review on sleep and pain, The Journal of Pain", year: 2013 };
const GREENHALGH_2018: Source =
    Source { name: "Greenhalgh and others, cauda equina syndrome, Musculoskeletal Science and Practice", year: 2018 };
const HARTVIGSEN_2018: Source = Source {
    name: "Hartvigsen and others, What low back pain is and why we need to pay attention, The Lancet",
    year: 2018,
};
const HAYDEN_2021: Source = Source { name: "Hayden and others, Cochrane review of 217 trials of exercise", year: 2021 };
const IFOMPT_2020: Source = Source {
    name: "Finucane and others, international framework for red flags, Journal of Orthopaedic and Sports Physical Therapy",
    year: 2020,
};
const NG156_2020: Source = Source {
    name: "National Institute for Health and Care Excellence, guideline 156, abdominal aortic aneurysm",
    year: 2020,
};
const NG59_2016: Source = Source {
    name: "National Institute for Health and Care Excellence, guideline 59, low back pain and sciatica",
    year: 2016,
};
const NG65_2017: Source =
    Source { name: "National Institute for Health and Care Excellence, guideline 65, spondyloarthritis", year: 2017 };
const OWEN_2020: Source =
    Source { name: "Owen and others, review of 89 trials of exercise, British Journal of Sports Medicine", year: 2020 };
const PEACOCK_2022: Source = Source {
    name: "Peacock, Douglas and Nair, review of moving nerves in back and leg pain, Journal of Manual and Manipulative Therapy",
    year: 2022,
};
const PLAZA_MANZANO_2020: Source = Source {
    name: "Plaza-Manzano and others, trial of adding nerve glides, American Journal of Physical Medicine and Rehabilitation",
    year: 2020,
};
const ROS_2022: Source = Source { name: "Royal Osteoporosis Society, Strong, Steady and Straight", year: 2022 };
const SARACENI_2020: Source = Source {
    name: "Saraceni and others, review of lifting with a round back, Journal of Orthopaedic and Sports Physical Therapy",
    year: 2020,
};
const SILBERNAGEL_2007: Source = Source {
    name: "Silbernagel and others, trial of going on with sport on a sore Achilles tendon, American Journal of Sports Medicine",
    year: 2007,
};
const SLATER_2019: Source = Source {
    name: "Slater and others, \"Sit Up Straight\": Time to Re-evaluate, Journal of Orthopaedic and Sports Physical Therapy",
    year: 2019,
};
const THOMEE_1997: Source = Source {
    name: "Thomeé, trial of exercise for sore knees, guided by a scale of pain, Physical Therapy",
    year: 1997,
};
const WALKBACK_2024: Source = Source { name: "Pocovi and others, the WalkBack trial, The Lancet", year: 2024 };
const WHO_2020: Source = Source { name: "World Health Organization, guidelines on activity and sitting", year: 2020 };

pub(super) static CARDS: &[Card] = &[
    Card {
        id: "causes",
        version: 1,
        title: text::CAUSES_TITLE,
        summary: text::CAUSES_SUMMARY,
        lines: &[
            Paragraph(text::CAUSES_SINGLE),
            Paragraph(text::CAUSES_POSTURE),
            Paragraph(text::CAUSES_SITTING),
            Paragraph(text::CAUSES_BALANCE),
            Paragraph(text::CAUSES_INACTIVE),
            Paragraph(text::CAUSES_STRAIN),
            Paragraph(text::CAUSES_SERIOUS),
        ],
        sources: &[HARTVIGSEN_2018, SLATER_2019, ACSM_2011, WHO_2020, APTA_2021],
        review: "none",
        exercises: &["posture-reset", "walking"],
        related: &["sitting-and-moving", "why-exercise", "when-to-get-help"],
    },
    Card {
        id: "impact",
        version: 1,
        title: text::IMPACT_TITLE,
        summary: text::IMPACT_SUMMARY,
        lines: &[
            Paragraph(text::IMPACT_COMMON),
            Paragraph(text::IMPACT_MOVING),
            Paragraph(text::IMPACT_SLEEP),
            Paragraph(text::IMPACT_MOOD),
            Paragraph(text::IMPACT_HELP),
            Paragraph(text::IMPACT_OUTLOOK),
        ],
        sources: &[HARTVIGSEN_2018, FINAN_2013, ABBOTT_SCHMITT_2014, NG59_2016],
        review: "none",
        exercises: &["walking", "diaphragmatic-breathing"],
        related: &["sleep", "stress", "when-to-get-help"],
    },
    Card {
        id: "why-exercise",
        version: 1,
        title: text::WHY_EXERCISE_TITLE,
        summary: text::WHY_EXERCISE_SUMMARY,
        lines: &[
            Paragraph(text::WHY_EXERCISE_GUIDELINES),
            Point(text::WHY_EXERCISE_STRENGTH),
            Point(text::WHY_EXERCISE_STAMINA),
            Point(text::WHY_EXERCISE_STRETCHING),
            Paragraph(text::WHY_EXERCISE_KINDS),
            Paragraph(text::WHY_EXERCISE_PAIR),
            Paragraph(text::WHY_EXERCISE_HONEST),
        ],
        sources: &[NG59_2016, ACP_2017, APTA_2021, HAYDEN_2021, OWEN_2020, FERNANDEZ_2022, WHO_2020],
        review: "none",
        exercises: &["pelvic-tilt", "bird-dog", "walking", "knee-to-chest"],
        related: &["walking", "pain-and-harm"],
    },
    Card {
        id: "pain-and-harm",
        version: 1,
        title: text::PAIN_AND_HARM_TITLE,
        summary: text::PAIN_AND_HARM_SUMMARY,
        lines: &[
            Paragraph(text::PAIN_AND_HARM_ALARM),
            Paragraph(text::PAIN_AND_HARM_LIGHT),
            Point(text::PAIN_AND_HARM_GREEN),
            Point(text::PAIN_AND_HARM_AMBER),
            Point(text::PAIN_AND_HARM_RED),
            Point(text::PAIN_AND_HARM_SPREAD),
            Paragraph(text::PAIN_AND_HARM_ACHE),
            Paragraph(text::PAIN_AND_HARM_ORIGIN),
        ],
        sources: &[HARTVIGSEN_2018, THOMEE_1997, SILBERNAGEL_2007],
        review: "none",
        exercises: &[],
        related: &["flare-ups", "when-to-get-help"],
    },
    Card {
        id: "when-to-get-help",
        version: 1,
        title: text::WHEN_TO_GET_HELP_TITLE,
        summary: text::WHEN_TO_GET_HELP_SUMMARY,
        lines: &[
            Paragraph(text::WHEN_TO_GET_HELP_INTRO),
            Heading(text::WHEN_TO_GET_HELP_NOW),
            Point(text::WHEN_TO_GET_HELP_NUMB),
            Point(text::WHEN_TO_GET_HELP_BLADDER),
            Point(text::WHEN_TO_GET_HELP_BOWEL),
            Point(text::WHEN_TO_GET_HELP_SEX),
            Point(text::WHEN_TO_GET_HELP_BOTH_LEGS_WEAK),
            Point(text::WHEN_TO_GET_HELP_WEAKER),
            Point(text::WHEN_TO_GET_HELP_TEARING),
            Point(text::WHEN_TO_GET_HELP_CHEST),
            Point(text::WHEN_TO_GET_HELP_ACCIDENT),
            Point(text::WHEN_TO_GET_HELP_FEVER_WORSE),
            Point(text::WHEN_TO_GET_HELP_SELF_HARM),
            Heading(text::WHEN_TO_GET_HELP_TODAY),
            Point(text::WHEN_TO_GET_HELP_FEVER),
            Point(text::WHEN_TO_GET_HELP_INFECTION),
            Point(text::WHEN_TO_GET_HELP_FALL),
            Point(text::WHEN_TO_GET_HELP_CANCER),
            Point(text::WHEN_TO_GET_HELP_NIGHT),
            Point(text::WHEN_TO_GET_HELP_ONE_LEG_WEAK),
            Point(text::WHEN_TO_GET_HELP_BOTH_LEGS),
            Point(text::WHEN_TO_GET_HELP_PREGNANT),
            Heading(text::WHEN_TO_GET_HELP_SOON),
            Point(text::WHEN_TO_GET_HELP_UNWELL),
            Point(text::WHEN_TO_GET_HELP_FIRST),
            Point(text::WHEN_TO_GET_HELP_STIFF),
            Point(text::WHEN_TO_GET_HELP_LEG),
            Point(text::WHEN_TO_GET_HELP_WALKING),
            Point(text::WHEN_TO_GET_HELP_BEFORE),
            Point(text::WHEN_TO_GET_HELP_HEART),
            Point(text::WHEN_TO_GET_HELP_WEEKS),
            Point(text::WHEN_TO_GET_HELP_LOW),
        ],
        sources: &[IFOMPT_2020, GREENHALGH_2018, NG59_2016, DOWNIE_2013, NG65_2017, NG156_2020, ACOG_2020],
        review: "none",
        exercises: &[],
        related: &["about-this-content"],
    },
    Card {
        id: "sitting-and-moving",
        version: 1,
        title: text::SITTING_AND_MOVING_TITLE,
        summary: text::SITTING_AND_MOVING_SUMMARY,
        lines: &[
            Paragraph(text::SITTING_AND_MOVING_POSTURE),
            Paragraph(text::SITTING_AND_MOVING_CHANGE),
            Paragraph(text::SITTING_AND_MOVING_ADVICE),
            Paragraph(text::SITTING_AND_MOVING_SHORT),
            Paragraph(text::SITTING_AND_MOVING_STANDING),
            Paragraph(text::SITTING_AND_MOVING_DESK),
        ],
        sources: &[SLATER_2019, WHO_2020, ACSM_2011],
        review: "none",
        exercises: &["posture-reset", "desk-check", "walking"],
        related: &["causes", "walking"],
    },
    Card {
        id: "bending-and-lifting",
        version: 1,
        title: text::BENDING_AND_LIFTING_TITLE,
        summary: text::BENDING_AND_LIFTING_SUMMARY,
        lines: &[
            Paragraph(text::BENDING_AND_LIFTING_NORMAL),
            Paragraph(text::BENDING_AND_LIFTING_ROUND),
            Paragraph(text::BENDING_AND_LIFTING_START),
            Paragraph(text::BENDING_AND_LIFTING_PRACTISE),
            Paragraph(text::BENDING_AND_LIFTING_STEPS),
            Paragraph(text::BENDING_AND_LIFTING_BONES),
        ],
        sources: &[NG59_2016, SARACENI_2020, ACSM_2011, ROS_2022],
        review: "none",
        exercises: &["sit-to-stand", "hip-hinge", "hip-hinge-loaded"],
        related: &["pain-and-harm", "why-exercise"],
    },
    Card {
        id: "walking",
        version: 1,
        title: text::WALKING_TITLE,
        summary: text::WALKING_SUMMARY,
        lines: &[
            Paragraph(text::WALKING_EASY),
            Paragraph(text::WALKING_STUDY),
            Paragraph(text::WALKING_COACH),
            Paragraph(text::WALKING_GOAL),
            Paragraph(text::WALKING_START),
            Paragraph(text::WALKING_PACE),
            Paragraph(text::WALKING_STOP),
        ],
        sources: &[WALKBACK_2024, WHO_2020],
        review: "none",
        exercises: &["walking", "brisk-walking", "water-walking"],
        related: &["why-exercise", "when-to-get-help"],
    },
    Card {
        id: "flare-ups",
        version: 1,
        title: text::FLARE_UPS_TITLE,
        summary: text::FLARE_UPS_SUMMARY,
        lines: &[
            Paragraph(text::FLARE_UPS_WHAT),
            Paragraph(text::FLARE_UPS_ACTIVE),
            Point(text::FLARE_UPS_LESS),
            Point(text::FLARE_UPS_WALK),
            Point(text::FLARE_UPS_BREATHE),
            Point(text::FLARE_UPS_LOOK),
            Paragraph(text::FLARE_UPS_CHOICE),
            Paragraph(text::FLARE_UPS_SIGNS),
        ],
        sources: &[NG59_2016, HARTVIGSEN_2018],
        review: "none",
        exercises: &["walking", "diaphragmatic-breathing"],
        related: &["pain-and-harm", "walking", "when-to-get-help"],
    },
    Card {
        id: "sciatica",
        version: 1,
        title: text::SCIATICA_TITLE,
        summary: text::SCIATICA_SUMMARY,
        lines: &[
            Paragraph(text::SCIATICA_WHAT),
            Paragraph(text::SCIATICA_WHERE),
            Paragraph(text::SCIATICA_DIRECTION),
            Paragraph(text::SCIATICA_GLIDES),
            Paragraph(text::SCIATICA_TINGLING),
            Paragraph(text::SCIATICA_DOCTOR),
            Paragraph(text::SCIATICA_NOW),
        ],
        sources: &[APTA_2021, PEACOCK_2022, PLAZA_MANZANO_2020, NG59_2016, GREENHALGH_2018],
        review: "none",
        exercises: &["nerve-glide-small", "nerve-glide-slider", "knee-to-opposite-shoulder"],
        related: &["pain-and-harm", "when-to-get-help"],
    },
    Card {
        id: "sleep",
        version: 1,
        title: text::SLEEP_TITLE,
        summary: text::SLEEP_SUMMARY,
        lines: &[
            Paragraph(text::SLEEP_BOTH),
            Paragraph(text::SLEEP_FIRST),
            Paragraph(text::SLEEP_CALM),
            Paragraph(text::SLEEP_POSITION),
            Paragraph(text::SLEEP_NOTE),
            Paragraph(text::SLEEP_DOCTOR),
        ],
        sources: &[FINAN_2013, ACP_2017, NG65_2017, IFOMPT_2020],
        review: "none",
        exercises: &["diaphragmatic-breathing", "body-scan", "muscle-relaxation"],
        related: &["stress", "when-to-get-help"],
    },
    Card {
        id: "stress",
        version: 1,
        title: text::STRESS_TITLE,
        summary: text::STRESS_SUMMARY,
        lines: &[
            Paragraph(text::STRESS_LINK),
            Paragraph(text::STRESS_GUIDELINE),
            Point(text::STRESS_BREATHING),
            Point(text::STRESS_SCAN),
            Point(text::STRESS_MUSCLES),
            Paragraph(text::STRESS_STOP),
            Paragraph(text::STRESS_HELP),
        ],
        sources: &[HARTVIGSEN_2018, ACP_2017, NG59_2016],
        review: "none",
        exercises: &["diaphragmatic-breathing", "body-scan", "muscle-relaxation"],
        related: &["sleep", "when-to-get-help"],
    },
    Card {
        id: "about-this-content",
        version: 1,
        title: text::ABOUT_THIS_CONTENT_TITLE,
        summary: text::ABOUT_THIS_CONTENT_SUMMARY,
        lines: &[
            Paragraph(text::ABOUT_THIS_CONTENT_SOURCES),
            Paragraph(text::ABOUT_THIS_CONTENT_REVIEW),
            Paragraph(text::ABOUT_THIS_CONTENT_DEVICE),
            Paragraph(text::ABOUT_THIS_CONTENT_AIM),
            Paragraph(text::ABOUT_THIS_CONTENT_CHOICE),
            Paragraph(text::ABOUT_THIS_CONTENT_PRODUCTS),
        ],
        sources: &[],
        review: "none",
        exercises: &[],
        related: &["when-to-get-help"],
    },
];
