// NOT COMPILED HERE: there is no Android on the machines that build this. `KeystoreKeys` and `carry` are those of docs/mobile.md.
package org.example.back

import android.app.Application
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Button
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import androidx.lifecycle.AndroidViewModel
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import androidx.lifecycle.viewModelScope
import androidx.lifecycle.viewmodel.compose.viewModel
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.lissom.*

data class Shown(val rows: List<HistoryRow> = emptyList(), val unsynced: Int = 0, val message: String = "")

class DiaryModel(app: Application) : AndroidViewModel(app) {
    val shown = MutableStateFlow(Shown())

    // One for as long as the app runs: an app with more than one screen keeps it in its Application.
    private val diary = viewModelScope.async(start = CoroutineStart.LAZY) {
        Diary.openOrCreate(OpenOptions(app.filesDir.resolve("diary").path, "Phone"), KeystoreKeys(app))
    }

    init {
        act {
            it.changes().collect { change ->
                val rows = it.history(HistoryQuery(newest = 30))
                shown.update { old -> old.copy(rows = rows, unsynced = change.unsynced) }
            }
        }
    }

    fun recordSet() = act {
        it.recordResult(ResultDraft("pelvic-tilt", sets = 1, reps = 8), Moment.now())
        say("Saved")
    }

    fun sync() = act { say("${it.syncOver { request -> carry(request) }.pushed} went up") }

    private fun say(text: String) = shown.update { it.copy(message = text) }

    private fun act(work: suspend (Diary) -> Unit) = viewModelScope.launch {
        try {
            work(diary.await())
        } catch (error: LissomException) {
            // For the person, and not for a log: it may say what was recorded.
            say(error.text)
        }
    }
}

@Composable
fun DiaryScreen(model: DiaryModel = viewModel()) {
    val shown by model.shown.collectAsStateWithLifecycle()
    Column(Modifier.padding(16.dp)) {
        Button(onClick = { model.recordSet() }) { Text("One set of pelvic tilts") }
        Button(onClick = { model.sync() }) { Text(if (shown.unsynced == 0) "Sync" else "Sync ${shown.unsynced} changes") }
        Text(shown.message)
        shown.rows.forEach { row -> Text("${row.day.toLocalDate()}: ${(row.entry as? HistoryEntry.Result)?.values?.exercise ?: "check-in"}") }
    }
}
