import java.io.File
import java.nio.file.Files

/** A real relay in a process of its own, on loopback. */
class Relay : AutoCloseable {
    private val folder: File = Files.createTempDirectory("lissom-relay").toFile()
    private var process: Process? = null
    lateinit var address: String
        private set

    init {
        start("127.0.0.1:0")
    }

    fun start(listen: String) {
        val command = listOf(
            System.getProperty("lissom.relay"), "serve", "--log", "error", "--listen", listen, "--min-free", "0",
            "--registration", "open", "--data", File(folder, "data").path,
        )
        val started = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        process = started
        val line = started.inputStream.bufferedReader().readLine() ?: error("the relay did not start")
        address = line.removePrefix("listening on ").trim()
        check(address.startsWith("http://")) { line }
    }

    /** Takes it away; what it holds stays. */
    fun stop() {
        process?.destroyForcibly()?.waitFor()
        process = null
    }

    override fun close() {
        stop()
        folder.deleteRecursively()
    }
}
