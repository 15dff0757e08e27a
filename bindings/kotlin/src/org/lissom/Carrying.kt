package org.lissom

import java.io.IOException

/**
 * A sync over the app's own HTTP: [carry] performs one request, follows no redirect, and brings the answer. An [IOException]
 * of it counts as no answer. Whatever else it throws ends the sync; what was committed by then is kept, and the next one goes
 * on from there.
 */
suspend fun Diary.syncOver(startedBy: StartedBy = StartedBy.PERSON, carry: suspend (HttpRequest) -> Answer): SyncReport =
    syncSession(startedBy).use { session ->
        var step = session.begin()
        while (step is SyncStep.Exchange) step = session.step(step.number, answerTo(step.request, carry))
        (step as SyncStep.Finished).report
    }

/** Joins the diary of 24 words over the app's own HTTP, as [syncOver] does; records that are here already come along. */
suspend fun JoinSession.joinOver(carry: suspend (HttpRequest) -> Answer): Diary {
    var step = begin()
    while (step is JoinStep.Exchange) step = step(step.number, answerTo(step.request, carry))
    return checkNotNull(diary())
}

private suspend fun answerTo(request: HttpRequest, carry: suspend (HttpRequest) -> Answer): Answer = try {
    carry(request)
} catch (error: IOException) {
    Answer.NoAnswer(error.message ?: "no answer")
}
