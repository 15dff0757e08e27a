import Foundation

/// A real relay in a process of its own, on loopback.
final class Relay {
    private let folder: URL
    private var process: Process?
    private let ended = DispatchSemaphore(value: 0)
    private(set) var address = ""

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lissom-relay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try start("127.0.0.1:0")
    }

    func start(_ listen: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProcessInfo.processInfo.environment["LISSOM_RELAY"] ?? "")
        process.arguments = [
            "serve", "--log", "error", "--listen", listen, "--min-free", "0", "--registration", "open", "--data",
            folder.appendingPathComponent("data").path,
        ]
        let out = Pipe()
        process.standardOutput = out
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        var line = ""
        while !line.hasSuffix("\n"), let byte = try out.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            line += String(decoding: byte, as: UTF8.self)
        }
        address = line.replacingOccurrences(of: "listening on ", with: "").trimmingCharacters(in: .whitespacesAndNewlines)
        precondition(address.hasPrefix("http://"), "the relay did not start: \(line)")
        self.process = process
    }

    /// Takes it away; what it holds stays.
    func stop() {
        // Not `waitUntilExit`: it wants a run loop, which the thread of a task does not have.
        guard let process else { return }
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
        self.process = nil
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }
}
