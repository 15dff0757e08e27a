// Records a session, syncs it with a relay, and shows a change that a second diary made: `StoryKt RELAY_ADDRESS`.
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.runBlocking
import org.lissom.*
import java.nio.file.Files

fun main(args: Array<String>) = runBlocking {
    val relay = requireNotNull(args.singleOrNull()) { "usage: StoryKt http://127.0.0.1:8460" }
    val folder = Files.createTempDirectory("story").toFile()
    fun options(name: String) = OpenOptions(folder.resolve(name).path, name)

    Diary.create(options("Phone")).useDiary { phone ->
        phone.recordSession(listOf(ResultDraft("pelvic-tilt", sets = 2, reps = 8, painAfter = 2)), Moment.now())
        phone.setRelay(relay)
        println("phone: ${phone.syncNow().pushed} entries up")
        Diary.join(options("Tablet"), phone.phrase(), relay).useDiary { tablet ->
            println("tablet: ${tablet.syncNow().pulled} entries down")
            tablet.recordCheckIn(CheckInDraft(pain = 3), Moment.now())
            tablet.syncNow()
            val seen = phone.changes()
                .onEach { if (it.first) phone.syncNow() }
                .first { !it.first && phone.history(HistoryQuery()).size == 2 }
            println("phone: saw the tablet's check-in, at revision ${seen.revision}")
        }
    }
    folder.deleteRecursively()
    Unit
}
