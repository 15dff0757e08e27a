// For a library with the feature `net`: the one for Android has none, and brings `syncOver`.
package org.lissom

/**
 * A sync with a budget of a minute. [LissomException.Cancelled] says that another sync took its place; the coroutine's own
 * cancellation is none.
 */
suspend fun Diary.syncNow(startedBy: StartedBy = StartedBy.PERSON, budgetMs: Int = 60_000): SyncReport =
    sync(SyncOptions(startedBy, budgetMs))
