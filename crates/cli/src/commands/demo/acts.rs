//! What happens, act by act.

use lissom_diary::{ResultValues, RowValues};

use crate::commands::demo::device::Device;
use crate::commands::demo::stage::Stage;
use crate::commands::demo::story;
use crate::failure::Failure;

/// Plays the whole story.
pub(super) fn play(stage: &mut Stage) -> Result<(), Failure> {
    begin(stage)?;
    weeks_at_the_desk(stage)?;
    without_a_network(stage)?;
    phone_set_back(stage)?;
    late_tablet(stage)?;
    relay_restored(stage)?;
    relay_set_back_unseen(stage)?;
    end(stage)
}

fn begin(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A diary, two phones, one relay")?;
    stage.tell(
        "Anna sits at a desk all day, and her back hurts. She begins a diary on her phone: no account, only 24 words. \
         Her work phone joins with these words. The relay let her in with an invite; it keeps sealed entries in order, \
         and can read none of them.",
    )?;
    stage.tell(&format!("(The folders are in {}, the relay is at {}.)", stage.folder.display(), stage.relay.url()))
}

fn weeks_at_the_desk(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Three weeks at the desk")?;
    let before = stage.expected;
    for week in 0..3 {
        for weekday in 0..7 {
            stage.write(&story::day(week, weekday))?;
            stage.sync_once()?;
        }
    }
    stage.sync_until_quiet()?;
    stage.tell(&format!(
        "{} records, exchanged every evening: mornings on one phone, lunch breaks on the other. Neither has to ask \
         anybody before it writes.",
        stage.expected - before
    ))
}

fn without_a_network(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A week in the mountains, without a network")?;
    let shared = stage.write(&story::day(3, 0))?;
    stage.sync_until_quiet()?;
    let [_, tilt, desk] = shared.as_slice() else {
        return Err(Failure::integrity("the story's Monday has another number of records"));
    };
    let before = stage.expected;
    for weekday in 1..7 {
        stage.write(&story::day(3, weekday))?;
    }
    stage.tell(&format!(
        "Both phones go on offline: {} records, each saved the moment it is written. On both she corrects Monday's \
         pelvic tilt: the pain on one, the repetitions on the other. And she deletes Monday's desk check on one, while \
         on the other she adds a note to it.",
        stage.expected - before
    ))?;
    stage.phone.diary()?.edit_result(tilt, |values| values.pain_after = Some(2))?;
    stage.work.diary()?.edit_result(tilt, |values| values.reps = Some(12))?;
    stage.phone.diary()?.delete(desk)?;
    stage.work.diary()?.edit_result(desk, |values| values.note = Some("new chair".to_owned()))?;
    stage.sync_until_quiet()?;
    let both = |values: &ResultValues| values.pain_after == Some(2) && values.reps == Some(12);
    let stands = says(&mut stage.phone, tilt, both)? && says(&mut stage.work, tilt, both)?;
    stage.hold(stands, "both corrections stand on both phones");
    let deleted = is_deleted(&mut stage.phone, desk)? && is_deleted(&mut stage.work, desk)?;
    stage.hold(deleted, "the deleted record is deleted on both phones");
    stage.work.diary()?.restore(desk)?;
    stage.sync_until_quiet()?;
    let noted = |values: &ResultValues| values.note.as_deref() == Some("new chair");
    let back = says(&mut stage.phone, desk, noted)? && !is_deleted(&mut stage.phone, desk)?;
    stage.hold(back, "restoring brings the record back with its note");
    stage.tell(
        "Back home they meet. Both corrections stand on both: pain after 2, 12 repetitions. The desk check is deleted \
         on both, but the note was not lost with it: `restore` brings back both.",
    )
}

fn phone_set_back(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("The phone breaks, and comes back as it was last week")?;
    let copy = stage.folder.join("phone-backup");
    stage.phone.back_up(&copy)?;
    let forgotten = stage.write(&story::week(4))?;
    stage.sync_until_quiet()?;
    stage.phone.set_back(&copy)?;
    let gone = knows(&mut stage.phone, &forgotten)? == 0;
    stage.hold(gone, "the phone that was set back has forgotten the week");
    let since = stage.write(&[story::extra(35, 6, "on the new phone"), story::extra(35, 20, "in the evening")])?;
    stage.tell(
        "A backup copied the phone's folder on Monday. A week later the phone breaks, and the new one gets that copy. \
         Anna writes on, from a past that her other phone has long left.",
    )?;
    stage.sync_until_quiet()?;
    let arrived = knows(&mut stage.work, &since)? == since.len();
    stage.hold(arrived, "what the phone wrote after it was set back arrives on the other");
    let remembered = knows(&mut stage.phone, &forgotten)? == forgotten.len();
    stage.hold(remembered, "the forgotten week comes back");
    stage.tell(&format!(
        "The {} records it had forgotten come back from the relay, and the {} it wrote since reach the work phone.",
        forgotten.len(),
        since.len()
    ))
}

fn late_tablet(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("A tablet joins late, with records of its own")?;
    let folder = stage.folder.join("tablet");
    let mut alone = Device::alone("Tablet", folder.clone())?;
    let own = story::tablet();
    let ids = own.iter().map(|entry| alone.write(entry)).collect::<Result<Vec<_>, _>>()?;
    stage.expected += own.len();
    drop(alone);
    let words = stage.phone.diary()?.phrase();
    let (tablet, brought) = Device::join("Tablet", folder, &words, stage.relay.url())?;
    stage.tablet = Some(tablet);
    stage.hold(brought == own.len(), "the tablet's own records come along");
    stage.sync_until_quiet()?;
    let arrived = knows(&mut stage.phone, &ids)? == ids.len();
    stage.hold(arrived, "the tablet's own records are on the phone");
    stage.tell(&format!(
        "It was used alone for weeks, in bed, with a diary of its own. Its {brought} records come along when it joins \
         with the 24 words, and all that the phones wrote is on it after one sync.",
    ))
}

fn relay_restored(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("The relay's disk fails, and a backup is restored")?;
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
    stage.hold(lost > 0, "the restored relay lacks entries");
    stage.tell(&format!(
        "The backup is three days old: {lost} entries that the devices have sent since, and have been told are safe, \
         are not in it.",
    ))?;
    recover(stage)
}

fn relay_set_back_unseen(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Somebody sets the relay's machine back, and tells nobody")?;
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
    stage.hold(lost > 0, "the relay that was set back lacks entries");
    stage.write(&story::on_the_tablet(story::day(5, 6)))?;
    let seen = stage.tablet.as_mut().map(Device::sync).transpose()?;
    stage.hold(seen.is_some_and(|report| report.pushed > 0), "the tablet writes into the relay's new past");
    stage.tell(&format!(
        "{lost} entries are gone again. Worse: the tablet had slept meanwhile, finds the log just as it knew it, and \
         writes on. Now the relay holds a past that the phones have never seen.",
    ))?;
    recover(stage)
}

/// Syncs after the relay was set back: the owner must be told, and nothing may be missing.
fn recover(stage: &mut Stage) -> Result<(), Failure> {
    let said = stage.sync_until_quiet()?;
    let repaired = said.iter().find(|text| text.contains("go up again")).cloned();
    stage.hold(repaired.is_some(), "a device says that the relay was set back");
    stage.tell(
        "The next sync sees that this is not the log it knows, reads it from the start, and sends what it lacks, \
         whoever wrote it.",
    )?;
    match repaired {
        Some(text) => stage.tell(&format!("Anna reads: \"{text}\"")),
        None => Ok(()),
    }
}

fn end(stage: &mut Stage) -> Result<(), Failure> {
    stage.act("Everybody syncs until there is nothing left to say")?;
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
