//! What happens, act by act.

use lissom_diary::{ResultValues, RowValues};

use crate::commands::demo::care;
use crate::commands::demo::device::Device;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::story;
use crate::failure::Failure;
use crate::texts::demo as words;

/// Plays the whole story.
pub(super) fn play(stage: &mut Stage) -> Result<(), Failure> {
    begin(stage)?;
    care::questions_and_a_plan(stage)?;
    weeks_at_the_desk(stage)?;
    without_a_network(stage)?;
    phone_set_back(stage)?;
    late_tablet(stage)?;
    relay_restored(stage)?;
    relay_set_back_unseen(stage)?;
    care::a_flare(stage)?;
    end(stage)?;
    care::what_came_of_it(stage)
}

fn begin(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_BEGIN)?;
    stage.tell(words::TELL_BEGIN)?;
    let folders = stage.folder.display().to_string();
    stage.tell(words::TELL_WHERE.with("folders", folders).with("relay", stage.relay.url()))
}

fn weeks_at_the_desk(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_DESK)?;
    let before = stage.expected;
    for week in 0..3 {
        for weekday in 0..7 {
            stage.write(&story::day(week, weekday))?;
            stage.sync_once()?;
        }
        care::saturday(stage, week)?;
    }
    stage.sync_until_quiet()?;
    stage.tell(words::TELL_DESK.with("records", stage.expected - before))
}

fn without_a_network(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_MOUNTAINS)?;
    let shared = stage.write(&story::day(3, 0))?;
    stage.sync_until_quiet()?;
    let [_, tilt, desk] = shared.as_slice() else {
        return Err(Failure::integrity(words::PROBLEM_MONDAY));
    };
    let before = stage.expected;
    for weekday in 1..7 {
        stage.write(&story::day(3, weekday))?;
    }
    stage.tell(words::TELL_OFFLINE.with("records", stage.expected - before))?;
    stage.phone.diary()?.edit_result(tilt, |values| values.pain_after = Some(2))?;
    stage.work.diary()?.edit_result(tilt, |values| values.reps = Some(12))?;
    stage.phone.diary()?.delete(desk)?;
    stage.work.diary()?.edit_result(desk, |values| values.note = Some("new chair".to_owned()))?;
    stage.sync_until_quiet()?;
    let both = |values: &ResultValues| values.pain_after == Some(2) && values.reps == Some(12);
    let stands = says(&mut stage.phone, tilt, both)? && says(&mut stage.work, tilt, both)?;
    stage.hold(stands, words::HOLDS_CORRECTIONS_STAND);
    let deleted = is_deleted(&mut stage.phone, desk)? && is_deleted(&mut stage.work, desk)?;
    stage.hold(deleted, words::HOLDS_DELETED_ON_BOTH);
    stage.work.diary()?.restore(desk)?;
    stage.sync_until_quiet()?;
    let noted = |values: &ResultValues| values.note.as_deref() == Some("new chair");
    let back = says(&mut stage.phone, desk, noted)? && !is_deleted(&mut stage.phone, desk)?;
    stage.hold(back, words::HOLDS_RESTORED_WITH_NOTE);
    stage.tell(words::TELL_AT_HOME)
}

fn phone_set_back(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_SET_BACK)?;
    let copy = stage.folder.join("phone-backup");
    stage.phone.back_up(&copy)?;
    let forgotten = stage.write(&story::week(4))?;
    stage.sync_until_quiet()?;
    stage.phone.set_back(&copy)?;
    let gone = knows(&mut stage.phone, &forgotten)? == 0;
    stage.hold(gone, words::HOLDS_FORGOTTEN);
    let since = stage.write(&[story::extra(35, 6, "on the new phone"), story::extra(35, 20, "in the evening")])?;
    stage.tell(words::TELL_BROKE)?;
    stage.sync_until_quiet()?;
    let arrived = knows(&mut stage.work, &since)? == since.len();
    stage.hold(arrived, words::HOLDS_SINCE_ARRIVES);
    let remembered = knows(&mut stage.phone, &forgotten)? == forgotten.len();
    stage.hold(remembered, words::HOLDS_WEEK_COMES_BACK);
    stage.tell(words::TELL_BACK.with("forgotten", forgotten.len()).with("since", since.len()))
}

fn late_tablet(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_TABLET)?;
    let folder = stage.folder.join("tablet");
    let mut alone = Device::alone("Tablet", folder.clone())?;
    let own = story::tablet();
    let ids = own.iter().map(|entry| alone.write(entry)).collect::<Result<Vec<_>, _>>()?;
    stage.expected += own.len();
    drop(alone);
    let words = stage.phone.diary()?.phrase();
    let (tablet, brought) = Device::join("Tablet", folder, &words, stage.relay.url())?;
    stage.tablet = Some(tablet);
    stage.hold(brought == own.len(), words::HOLDS_COME_ALONG);
    stage.sync_until_quiet()?;
    let arrived = knows(&mut stage.phone, &ids)? == ids.len();
    stage.hold(arrived, words::HOLDS_ON_THE_PHONE);
    stage.tell(words::TELL_TABLET.with("brought", brought))
}

fn relay_restored(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_RESTORED)?;
    let backup = stage.folder.join("relay-backup.db");
    stage.relay.back_up(&backup)?;
    for weekday in 0..3 {
        stage.write(&story::day(5, weekday))?;
        stage.sync_once()?;
    }
    stage.sync_until_quiet()?;
    let before = stage.relay.entries()?;
    stage.relay.restore(&backup)?;
    stage.follow_relay()?;
    let lost = before.saturating_sub(stage.relay.entries()?);
    stage.hold(lost > 0, words::HOLDS_RESTORED_LACKS);
    stage.tell(words::TELL_RESTORED.with("lost", lost.to_string()))?;
    recover(stage)
}

fn relay_set_back_unseen(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_UNSEEN)?;
    let copy = stage.folder.join("relay-copy");
    stage.relay.copy_folder(&copy)?;
    stage.follow_relay()?;
    for weekday in 3..6 {
        stage.write(&story::day(5, weekday))?;
        stage.sync_phones()?;
    }
    let before = stage.relay.entries()?;
    stage.relay.swap_files(&copy)?;
    stage.follow_relay()?;
    let lost = before.saturating_sub(stage.relay.entries()?);
    stage.hold(lost > 0, words::HOLDS_SET_BACK_LACKS);
    stage.write(&story::on_the_tablet(story::day(5, 6)))?;
    let seen = stage.tablet.as_mut().map(Device::sync).transpose()?;
    stage.hold(seen.is_some_and(|report| report.pushed > 0), words::HOLDS_NEW_PAST);
    stage.tell(words::TELL_UNSEEN.with("lost", lost.to_string()))?;
    recover(stage)
}

/// Syncs after the relay was set back: the owner must be told, and nothing may be missing.
fn recover(stage: &mut Stage) -> Result<(), Failure> {
    let said = stage.sync_until_quiet()?;
    let repaired = said.iter().find(|notice| notice.kind == "repaired").cloned();
    stage.hold(repaired.is_some(), words::HOLDS_SAYS_SO);
    stage.tell(words::TELL_RECOVER)?;
    match repaired {
        Some(notice) => {
            let notice = notice.say(stage.lang());
            stage.tell(words::TELL_ANNA_READS.with("notice", notice))
        }
        None => Ok(()),
    }
}

fn end(stage: &mut Stage) -> Result<(), Failure> {
    stage.act(words::ACT_END)?;
    stage.sync_until_quiet().map(drop)
}

/// How many of these records are on a device.
fn knows(device: &mut Device, ids: &[String]) -> Result<usize, Failure> {
    let mut known = 0;
    for id in ids {
        known += usize::from(device.look(id)?.is_some());
    }
    Ok(known)
}

/// Whether a result says this on a device.
fn says(device: &mut Device, id: &str, holds: impl Fn(&ResultValues) -> bool) -> Result<bool, Failure> {
    Ok(matches!(device.look(id)?, Some((RowValues::Result(values), _)) if holds(&values)))
}

fn is_deleted(device: &mut Device, id: &str) -> Result<bool, Failure> {
    Ok(device.look(id)?.is_some_and(|(_, deleted)| deleted))
}
