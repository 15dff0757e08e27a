import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.lissom.*
import java.io.File
import java.net.HttpURLConnection
import java.net.InetAddress
import java.net.ServerSocket
import java.net.URI
import java.nio.file.Files
import java.util.concurrent.Executors
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertTrue

private val AT = Moment(1_795_420_000_000, 60)
private val PERSON = SyncOptions(StartedBy.PERSON)

private class Told : DiaryObserver {
    val changes = Channel<DiaryChange>(Channel.UNLIMITED)

    override fun onChange(change: DiaryChange) {
        changes.trySend(change)
    }

    override fun onEnd() {
        changes.close()
    }

    suspend fun next(): DiaryChange = withTimeout(30_000) { changes.receive() }
}

private class Keys : KeyStore {
    val slots = mutableMapOf<KeySlot, ByteArray>()
    var locked = false

    private fun unlocked() = check(!locked) { "the phone is locked" }

    override fun load(slot: KeySlot): ByteArray? = unlocked().let { slots[slot] }

    override fun store(slot: KeySlot, secret: ByteArray) = unlocked().also { slots[slot] = secret }

    override fun remove(slot: KeySlot) {
        unlocked()
        slots.remove(slot)
    }
}

class StoryTest {
    private lateinit var folder: File
    private val open = mutableListOf<Diary>()

    @BeforeEach
    fun begin() {
        folder = Files.createTempDirectory("lissom-story").toFile()
    }

    @AfterEach
    fun end() = runBlocking {
        open.forEach { it.closeDiary() }
        folder.deleteRecursively()
        Unit
    }

    private fun options(name: String) = OpenOptions(File(folder, name).path, name)

    private suspend fun diary(name: String = "phone"): Diary = Diary.create(options(name)).also { open += it }

    @Test
    fun `two diaries edit offline, meet and hear of it`() = runBlocking {
        Relay().use { relay ->
            val phone = diary()
            phone.recordSession(listOf(ResultDraft("pelvic-tilt", sets = 2, reps = 8, painAfter = 2)), AT)
            phone.setRelay(relay.address)
            assertTrue(phone.sync(PERSON).complete)
            val tablet = Diary.join(options("tablet"), phone.phrase(), relay.address).also { open += it }
            tablet.sync(PERSON)
            val row = tablet.history(HistoryQuery()).single()
            val seen = (row.entry as HistoryEntry.Result).values
            phone.editResult(row.id, seen, seen.copy(sets = 3))
            tablet.editResult(row.id, seen, seen.copy(painAfter = 1))
            val told = Told()
            val subscription = tablet.observe(told)
            val first = told.next()
            assertTrue(first.first)
            phone.sync(PERSON)
            tablet.sync(PERSON)
            do {
                val change = told.next()
                assertTrue(change.revision > first.revision)
                val rows = tablet.history(HistoryQuery(afterRevision = first.revision))
            } while (rows.none { (it.entry as? HistoryEntry.Result)?.values?.sets == 3 })
            phone.sync(PERSON)
            val here = phone.history(HistoryQuery())
            assertEquals(here, tablet.history(HistoryQuery()))
            assertEquals(seen.copy(sets = 3, painAfter = 1), (here.single().entry as HistoryEntry.Result).values)
            assertEquals(phone.status().stateHash, tablet.status().stateHash)
            subscription.cancel()
        }
    }

    @Test
    fun `changes are a flow that begins with the present`() = runBlocking {
        val diary = diary()
        val heard = Channel<DiaryChange>(Channel.UNLIMITED)
        val collecting = launch { diary.changes().collect { heard.send(it) } }
        assertTrue(withTimeout(30_000) { heard.receive() }.first)
        diary.recordCheckIn(CheckInDraft(3), AT)
        assertFalse(withTimeout(30_000) { heard.receive() }.first)
        assertTrue(diary.changes().first().first)
        diary.closeDiary()
        withTimeout(30_000) { collecting.join() }
    }

    @Test
    fun `pain 11 is refused by name and nothing is recorded`() = runBlocking {
        val diary = diary()
        val error = assertFailsWith<LissomException.InvalidInput> { diary.recordCheckIn(CheckInDraft(11), AT) }
        assertEquals(listOf("pain", "refusal.out_of_range", 0, 10), listOf(error.field, error.code, error.min, error.max))
        assertTrue((error as LissomException).text.isNotEmpty())
        assertFailsWith<LissomException.InvalidInput> { diary.recordCheckIn(CheckInDraft(-1), AT) }
        assertEquals(emptyList(), diary.history(HistoryQuery()))
    }

    @Test
    fun `wrong words and an unknown diary are told apart`() = runBlocking {
        Relay().use { relay ->
            val words = "abandon ".repeat(23)
            val wrong = assertFailsWith<LissomException.InvalidInput> {
                Diary.join(options("a"), words + "zzzz", relay.address)
            }
            assertEquals("phrase", wrong.field)
            assertFailsWith<LissomException.UnknownVault> { Diary.join(options("a"), words + "art", relay.address) }
            assertFailsWith<LissomException.NoDiary> { Diary.open(options("a")) }
            Unit
        }
    }

    @Test
    fun `a relay that is gone loses nothing`() = runBlocking {
        Relay().use { relay ->
            val diary = diary()
            diary.setRelay(relay.address)
            relay.stop()
            diary.recordCheckIn(CheckInDraft(3), AT)
            val error = assertFailsWith<LissomException.Relay> { diary.sync(PERSON) }
            assertEquals("sync.unreachable", error.code)
            assertTrue(error.isTemporary)
            relay.start(relay.address.removePrefix("http://"))
            assertEquals(0, diary.sync(PERSON).unsynced)
        }
    }

    @Test
    fun `a sync in flight is cancelled and the next one goes on`() = runBlocking {
        Relay().use { relay ->
            val diary = diary()
            ServerSocket(0, 8, InetAddress.getLoopbackAddress()).use { silent ->
                diary.setRelay("http://127.0.0.1:${silent.localPort}")
                val token = CancelToken()
                val failed = CompletableDeferred<Throwable?>()
                launch { failed.complete(runCatching { diary.sync(PERSON, token) }.exceptionOrNull()) }
                val one = withContext(Dispatchers.IO) { silent.accept() }
                token.cancel()
                assertTrue(withTimeout(30_000) { failed.await() } is LissomException.Cancelled)
                // And by the coroutine alone.
                val running = launch { diary.syncNow() }
                val two = withContext(Dispatchers.IO) { silent.accept() }
                diary.recordCheckIn(CheckInDraft(4), AT)
                withTimeout(30_000) { running.cancelAndJoin() }
                one.close()
                two.close()
            }
            diary.setRelay(relay.address)
            assertEquals(0, diary.sync(PERSON).unsynced)
            assertEquals(1, diary.history(HistoryQuery()).size)
        }
    }

    @Test
    fun `a full disk is said and what was there stays`() = runBlocking {
        val diary = diary()
        diary.limitSize(1UL)
        val note = "x".repeat(4000)
        assertFailsWith<LissomException.StorageFull> { repeat(200) { diary.recordCheckIn(CheckInDraft(3, note = note), AT) } }
        val before = diary.history(HistoryQuery()).size
        diary.limitSize(1UL shl 30)
        diary.recordCheckIn(CheckInDraft(3), AT)
        assertEquals(before + 1, diary.history(HistoryQuery()).size)
    }

    @Test
    fun `an observer that throws harms no write and is told again`() = runBlocking {
        val diary = diary()
        val called = LinkedBlockingQueue<DiaryChange>()
        val subscription = diary.observe(object : DiaryObserver {
            override fun onChange(change: DiaryChange) {
                called.add(change)
                error("the app's own fault, with a person's words")
            }

            override fun onEnd() = Unit
        })
        assertNotNull(called.poll(30, TimeUnit.SECONDS))
        diary.recordCheckIn(CheckInDraft(3), AT)
        assertNotNull(called.poll(30, TimeUnit.SECONDS))
        assertEquals(1, diary.history(HistoryQuery()).size)
        subscription.cancel()
    }

    @Test
    fun `a panic is an error that tells its place and no words`() = runBlocking {
        val diary = diary()
        val lines = LinkedBlockingQueue<LogLine>()
        setLogSink(LogLevel.ERROR, object : LogSink {
            override fun log(line: LogLine) {
                lines.add(line)
            }
        })
        assertEquals("internal.panic", assertFailsWith<LissomException.Internal> { diary.hookPanic() }.code)
        val line = assertNotNull(lines.poll(30, TimeUnit.SECONDS))
        assertTrue("hooks.rs" in line.detail && "pain" !in line.detail)
        clearLogSink()
        diary.recordCheckIn(CheckInDraft(3), AT)
        Unit
    }

    @Test
    fun `the main dispatcher keeps ticking while a commit is held for two seconds`() {
        // One thread that everything of an app's screen runs on, as Android's main thread.
        val main = Executors.newSingleThreadExecutor { Thread(it, "main-dispatcher") }.asCoroutineDispatcher()
        main.use {
            runBlocking(main) {
                val diary = diary()
                val hold = diary.hookHold()
                val recording = launch { diary.recordCheckIn(CheckInDraft(3), AT) }
                val began = System.nanoTime()
                var ticks = 0
                var longest = 0L
                var last = began
                try {
                    while (System.nanoTime() - began < 2_000_000_000) {
                        delay(5)
                        val now = System.nanoTime()
                        longest = maxOf(longest, now - last)
                        last = now
                        ticks += 1
                    }
                    assertFalse(recording.isCompleted)
                } finally {
                    // Whatever comes of it: a diary that is held can never be closed.
                    hold.release()
                }
                withTimeout(30_000) { recording.join() }
                assertTrue(ticks > 20 && longest < 1_000_000_000, "$ticks ticks, the longest ${longest / 1_000_000} ms")
                assertEquals(1, diary.history(HistoryQuery()).size)
            }
        }
    }

    @Test
    fun `the secret is where the app keeps it`() = runBlocking {
        val keys = Keys()
        Diary.create(options("phone"), keys).useDiary { diary ->
            assertEquals(phraseOfSecret(keys.slots.getValue(KeySlot.PRESENT)), diary.phrase())
        }
        assertEquals(setOf(KeySlot.PRESENT), keys.slots.keys)
        assertFalse(File(folder, "phone/secret").exists())
        keys.locked = true
        assertEquals("error.file", assertFailsWith<LissomException.Storage> { Diary.open(options("phone"), keys) }.code)
        keys.locked = false
        Diary.open(options("phone"), keys).useDiary { assertTrue(it.history(HistoryQuery()).isEmpty()) }
        assertFailsWith<LissomException.DiaryExists> { Diary.create(options("again"), keys) }
        Unit
    }

    @Test
    fun `a widget looks and writes nothing, and a suspended diary says so`() = runBlocking {
        val diary = diary()
        diary.recordCheckIn(CheckInDraft(3), AT)
        val widget = Diary.openReadOnly(options("phone")).also { open += it }
        assertEquals(1, widget.history(HistoryQuery()).size)
        assertFailsWith<LissomException.ReadOnly> { widget.recordCheckIn(CheckInDraft(3), AT) }
        diary.suspend()
        assertFailsWith<LissomException.Suspended> { diary.history(HistoryQuery()) }
        diary.resume()
        assertEquals(1, diary.history(HistoryQuery()).size)
        diary.closeDiary()
        assertFailsWith<LissomException.Closed> { diary.history(HistoryQuery()) }
        Unit
    }

    @Test
    fun `an app carries the requests itself`() = runBlocking {
        Relay().use { relay ->
            val phone = diary()
            phone.setRelay(relay.address)
            phone.recordCheckIn(CheckInDraft(3), AT)
            val session = phone.syncSession(StartedBy.APP)
            var step = session.begin()
            while (true) {
                val asked = step as? SyncStep.Exchange ?: break
                val answer = withContext(Dispatchers.IO) { carry(asked.request) }
                step = session.step(asked.number, answer)
                // A delegate that delivers twice harms nothing.
                if (step is SyncStep.Exchange) assertFailsWith<LissomException.OutOfTurn> { session.step(asked.number, answer) }
            }
            assertTrue((step as SyncStep.Finished).report.complete)
            val joining = JoinSession(options("tablet"), phone.phrase(), relay.address)
            val tablet = joining.joinOver { withContext(Dispatchers.IO) { carry(it) } }.also { open += it }
            phone.recordCheckIn(CheckInDraft(4), AT)
            val report = phone.syncOver { withContext(Dispatchers.IO) { carry(it) } }
            assertTrue(report.complete && report.pushed > 0)
            val away = assertFailsWith<LissomException.Relay> { phone.syncOver { throw java.io.IOException("no network here") } }
            assertEquals("sync.unreachable", away.code)
            assertTrue(tablet.sync(PERSON).complete)
            assertEquals(2, tablet.history(HistoryQuery()).size)
        }
    }

    private fun carry(request: HttpRequest): Answer {
        val call = URI(request.url).toURL().openConnection() as HttpURLConnection
        call.requestMethod = request.method
        call.instanceFollowRedirects = false
        request.headers.forEach { call.setRequestProperty(it.name, it.value) }
        if (request.body.isNotEmpty()) {
            call.doOutput = true
            call.outputStream.use { it.write(request.body) }
        }
        val status = call.responseCode
        val headers = call.headerFields.filterKeys { it != null }.map { (name, values) -> Header(name, values.first()) }
        val body = (if (status >= 400) call.errorStream else call.inputStream)?.use { it.readBytes() } ?: ByteArray(0)
        return Answer.Response(status, headers, body)
    }

    @Test
    fun `plans, safety and today`() = runBlocking {
        val diary = diary()
        val request = PlanRequest(weekdays = listOf(0, 1, 2, 3, 4, 5, 6), minutes = 15, pain = 3)
        assertTrue(assertFailsWith<LissomException.Locked> { diary.makePlan(request, AT) }.texts.isNotEmpty())
        val answers = mutableListOf<String>()
        while (true) {
            val question = nextQuestion(answers, ScreeningPurpose.FIRST) ?: break
            answers += question.id + if (question.isAge) "=47" else "=no"
        }
        assertFalse(diary.recordScreening(answers, ScreeningPurpose.FIRST, AT, "DE").locks)
        diary.makePlan(request, AT)
        val day = LocalDay.of(java.time.Instant.ofEpochMilli(AT.epochMs).atOffset(java.time.ZoneOffset.ofHours(1)).toLocalDate())
        val today = diary.today(day)
        assertTrue(today.safety.cleared)
        assertTrue(assertNotNull(today.session).items.isNotEmpty())
        assertEquals(15, diary.plans().single().minutes)
        assertTrue(catalogue().size >= 40)
    }

    @Test
    fun `a thousand open and close leave nothing behind`() = runBlocking {
        diary().closeDiary()
        fun count(path: String) = File(path).list()?.size ?: 0
        suspend fun settled(path: String, wanted: Int): Int {
            // Threads end after the call that ends them has answered.
            repeat(1000) { if (count(path) > wanted) delay(10) }
            return count(path)
        }
        fun kib(): Long {
            System.gc()
            return File("/proc/self/status").readLines().first { it.startsWith("VmRSS") }.filter(Char::isDigit).toLong()
        }
        suspend fun cycle() {
            val diary = Diary.open(options("phone"))
            diary.history(HistoryQuery())
            diary.closeDiary()
            diary.close()
        }
        repeat(1500) { cycle() }
        val (files, memory) = count("/proc/self/fd") to kib()
        val threads = count("/proc/self/task")
        repeat(1000) { cycle() }
        assertTrue(settled("/proc/self/task", threads + 2) <= threads + 2, "threads of the virtual machine come and go")
        assertTrue(settled("/proc/self/fd", files) <= files)
        // The virtual machine's heap is its own affair; the library's memory is measured in Python.
        println("1,000 cycles: ${kib() - memory} KiB more, the virtual machine's included")
    }
}
