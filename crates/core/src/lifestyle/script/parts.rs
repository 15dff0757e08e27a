//! What the scripts are made of: sentences and the seconds that each is given.

use crate::texts::{Text, pause, script as text};

pub(super) const STOP_BREATHING: &[Text] = &[text::STOP_ANY_TIME, text::STOP_DIZZY, text::STOP_UPSET];
pub(super) const STOP_SCAN: &[Text] = &[text::STOP_ANY_TIME, text::STOP_UPSET, text::STOP_DIZZY];
pub(super) const STOP_MUSCLE: &[Text] = &[text::STOP_ANY_TIME, text::STOP_CRAMP, text::STOP_UPSET, text::STOP_DIZZY];
pub(super) const STOP_RESET: &[Text] = &[text::STOP_ANY_TIME, text::STOP_DIZZY];

pub(super) const BREATHING_OPENING: &[(Text, u32)] =
    &[(text::BREATHING_SETTLE, 8), (text::STOP_DIZZY, 6), (text::BREATHING_PACE, 8)];

/// 600 seconds in all.
pub(super) const SCAN: &[(Text, u32)] = &[
    (text::SCAN_SETTLE, 20),
    (text::SCAN_NOTICE, 20),
    (text::STOP_UPSET, 10),
    (text::SCAN_FEET, 25),
    (text::SCAN_FEET_STAY, 25),
    (text::SCAN_CALVES, 30),
    (text::SCAN_KNEES, 25),
    (text::SCAN_THIGHS, 25),
    (text::SCAN_WANDER, 20),
    (text::SCAN_HIPS, 30),
    (text::SCAN_LOW_BACK, 30),
    (text::SCAN_LOW_BACK_STAY, 20),
    (text::SCAN_BELLY, 30),
    (text::SCAN_CHEST, 25),
    (text::SCAN_UPPER_BACK, 30),
    (text::SCAN_HANDS, 30),
    (text::SCAN_ARMS, 25),
    (text::SCAN_SHOULDERS, 25),
    (text::SCAN_NECK, 20),
    (text::SCAN_WANDER_AGAIN, 15),
    (text::SCAN_FACE, 30),
    (text::SCAN_HEAD, 20),
    (text::SCAN_WHOLE, 25),
    (text::SCAN_WHOLE_STAY, 30),
    (text::SCAN_CLOSE, 15),
];

pub(super) const MUSCLE_OPENING: &[(Text, u32)] =
    &[(text::MUSCLE_SETTLE, 10), (text::MUSCLE_HOW, 10), (text::STOP_CRAMP, 5)];
pub(super) const MUSCLE_READY_SECONDS: u32 = 8;
pub(super) const MUSCLE_AGAIN_SECONDS: u32 = 2;
/// Upward. The back is left out: it is what hurts.
pub(super) const MUSCLE_PARTS: &[Text] = &[
    text::MUSCLE_FEET,
    text::MUSCLE_CALVES,
    text::MUSCLE_THIGHS,
    text::MUSCLE_BOTTOM,
    text::MUSCLE_BELLY,
    text::MUSCLE_HANDS,
    text::MUSCLE_ARMS,
    text::MUSCLE_SHOULDERS,
    text::MUSCLE_FOREHEAD,
    text::MUSCLE_EYES,
    text::MUSCLE_JAW,
];
/// Brings the whole to 600 seconds.
pub(super) const MUSCLE_CLOSING: &[(Text, u32)] = &[(text::MUSCLE_CLOSE, 25)];

/// 60 seconds in all.
pub(super) const RESET: &[(Text, u32)] = &[
    (pause::RESET_RISE, 10),
    (pause::RESET_REACH, 10),
    (pause::RESET_ROLL, 12),
    (pause::RESET_DROP, 8),
    (pause::RESET_BREATHE, 10),
    (pause::RESET_SETTLE, 10),
];
