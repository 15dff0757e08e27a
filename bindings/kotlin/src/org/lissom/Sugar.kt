package org.lissom

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.withContext
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.ZonedDateTime

/** This moment, with the zone of the device. */
fun Moment.Companion.now(zone: ZoneId = ZoneId.systemDefault()): Moment = of(Instant.now().atZone(zone))

/** A point in time as the diary keeps it. */
fun Moment.Companion.of(at: ZonedDateTime): Moment = Moment(at.toInstant().toEpochMilli(), at.offset.totalSeconds / 60)

/** Today, where the device is. */
fun LocalDay.Companion.today(zone: ZoneId = ZoneId.systemDefault()): LocalDay = of(LocalDate.now(zone))

/** A day as the diary keeps it. */
fun LocalDay.Companion.of(day: LocalDate): LocalDay = LocalDay(day.year, day.monthValue, day.dayOfMonth)

/** The day of the calendar. */
fun LocalDay.toLocalDate(): LocalDate = LocalDate.of(year, month, day)

/**
 * What is committed, by this object, a sync or another process; the present state first. Whoever collects slowly gets all of
 * it later, in order: each change says since which revision, and none may be left out. Collecting never holds up a write.
 * The flow ends when the diary is closed.
 */
fun Diary.changes(): Flow<DiaryChange> = callbackFlow {
    val subscription = observe(object : DiaryObserver {
        override fun onChange(change: DiaryChange) {
            trySend(change)
        }

        override fun onEnd() {
            this@callbackFlow.close()
        }
    })
    awaitClose {
        subscription.cancel()
        subscription.close()
    }
}.buffer(Channel.UNLIMITED)

/** Closes the diary after the block, whatever comes of it. */
suspend fun <T> Diary.useDiary(block: suspend (Diary) -> T): T = try {
    block(this)
} finally {
    withContext(NonCancellable) {
        closeDiary()
        close()
    }
}

/** What to show to a person; empty where there is nothing but a code. */
val LissomException.text: String
    get() = when (this) {
        is LissomException.InvalidInput -> text
        is LissomException.NotFound -> text
        is LissomException.Kept -> text
        is LissomException.Locked -> texts.joinToString("\n")
        is LissomException.StorageFull -> text
        is LissomException.ReadOnly -> text
        is LissomException.Busy -> text
        is LissomException.Storage -> text
        is LissomException.UpdateNeeded -> text
        is LissomException.NoDiary -> text
        is LissomException.DiaryExists -> text
        is LissomException.VaultChanged -> text
        is LissomException.Relay -> text
        is LissomException.UnknownVault -> text
        is LissomException.Import -> text
        else -> ""
    }

/** Whether the same call may do better a little later, by itself. */
val LissomException.isTemporary: Boolean
    get() = this is LissomException.Busy || (this is LissomException.Relay && retry)
