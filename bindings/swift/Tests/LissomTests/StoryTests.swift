import Foundation
import FoundationNetworking
import XCTest

@testable import Lissom

private let at = Moment(epochMs: 1_795_420_000_000, offsetMinutes: 60)

private final class Keys: KeyStore, @unchecked Sendable {
    private let lock = NSLock()
    private var slots: [KeySlot: Data] = [:]
    private var locked = false

    struct Locked: Error {}

    func with<T>(_ work: (inout [KeySlot: Data]) throws -> T) throws -> T {
        try lock.withLock {
            if locked { throw Locked() }
            return try work(&slots)
        }
    }

    func setLocked(_ locked: Bool) { lock.withLock { self.locked = locked } }
    func load(slot: KeySlot) throws -> Data? { try with { $0[slot] } }
    func store(slot: KeySlot, secret: Data) throws { try with { $0[slot] = secret } }
    func remove(slot: KeySlot) throws { try with { $0[slot] = nil } }
}

/// Hears things on another thread; whoever waits for one is woken.
private final class Heard<T: Sendable>: Sendable {
    private let stream: AsyncStream<T>
    private let continuation: AsyncStream<T>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(of: T.self) }

    func add(_ one: T) { continuation.yield(one) }

    func next() async -> T? {
        for await one in stream { return one }
        return nil
    }
}

private final class Observer: DiaryObserver {
    let heard = Heard<DiaryChange>()
    let fails: Bool

    init(fails: Bool = false) { self.fails = fails }

    struct Fault: Error {}

    func onChange(change: DiaryChange) throws {
        heard.add(change)
        if fails { throw Fault() }
    }

    func onEnd() throws {}
}

private final class Lines: LogSink {
    let heard = Heard<LogLine>()
    func log(line: LogLine) throws { heard.add(line) }
}

/// What the main actor does for two seconds while a commit is held: how often it ticked, the longest pause, and how many
/// recordings had come to their end at the end of the hold and after it.
@MainActor
private func tickWhileHeld(_ options: OpenOptions) async throws -> (Int, Double, [Int]) {
    let diary = try await Diary.create(options: options)
    let hold = try await diary.hookHold()
    var recorded = 0
    let recording = Task { @MainActor in
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
        recorded += 1
    }
    let began = Date()
    var (ticks, longest, last) = (0, 0.0, began)
    while Date().timeIntervalSince(began) < 2 {
        try await Task.sleep(nanoseconds: 5_000_000)
        let now = Date()
        (longest, last, ticks) = (max(longest, now.timeIntervalSince(last)), now, ticks + 1)
    }
    let before = recorded
    hold.release()
    try await recording.value
    return (ticks, longest, [before, recorded])
}

final class StoryTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lissom-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// A diary that is let go of still takes its files away while the folder is removed: each is closed first.
    private var opened: [Diary] = []

    override func tearDown() async throws {
        for diary in opened { try await diary.closeDiary() }
        opened = []
        try FileManager.default.removeItem(at: folder)
    }

    private func keep(_ diary: Diary) -> Diary {
        opened.append(diary)
        return diary
    }

    private func options(_ name: String) -> OpenOptions {
        OpenOptions(folder: folder.appendingPathComponent(name).path, deviceName: name)
    }

    private func diary(_ name: String = "phone") async throws -> Diary { keep(try await Diary.create(options: options(name))) }

    private func refused<T>(_ work: () async throws -> T, file: StaticString = #filePath, line: UInt = #line) async -> LissomError? {
        do {
            _ = try await work()
            XCTFail("was not refused", file: file, line: line)
        } catch let error as LissomError {
            return error
        } catch {
            XCTFail("\(error)", file: file, line: line)
        }
        return nil
    }

    func testTwoDiariesEditOfflineMeetAndHearOfIt() async throws {
        let relay = try Relay()
        let phone = try await diary()
        _ = try await phone.recordSession(results: [ResultDraft(exercise: "pelvic-tilt", sets: 2, reps: 8, painAfter: 2)], at: at)
        try await phone.setRelay(url: relay.address)
        let report = try await phone.sync()
        XCTAssertTrue(report.complete)
        let phrase = try await phone.phrase()
        let tablet = keep(try await Diary.join(options: options("tablet"), phrase: phrase, relay: relay.address))
        _ = try await tablet.sync()
        let rows = try await tablet.history(query: HistoryQuery())
        guard rows.count == 1, case .result(let seen) = rows[0].entry else { return XCTFail("one result") }
        func copy(sets: Int32, painAfter: Int32) -> ResultDraft {
            ResultDraft(exercise: seen.exercise, sets: sets, reps: seen.reps, painAfter: painAfter)
        }
        try await phone.editResult(id: rows[0].id, before: seen, after: copy(sets: 3, painAfter: 2))
        try await tablet.editResult(id: rows[0].id, before: seen, after: copy(sets: 2, painAfter: 1))
        var changes = try await tablet.changes().makeAsyncIterator()
        let first = await changes.next()
        XCTAssertEqual(first?.first, true)
        _ = try await phone.sync()
        _ = try await tablet.sync()
        var news: [HistoryRow] = []
        while !news.contains(where: { if case .result(let values) = $0.entry { values.sets == 3 } else { false } }) {
            let change = await changes.next()
            XCTAssertGreaterThan(change?.revision ?? 0, first?.revision ?? 0)
            news = try await tablet.history(query: HistoryQuery(afterRevision: first?.revision))
        }
        _ = try await phone.sync()
        let (here, there) = (try await phone.history(query: HistoryQuery()), try await tablet.history(query: HistoryQuery()))
        XCTAssertEqual(here, there)
        XCTAssertEqual(here.first?.entry, .result(values: copy(sets: 3, painAfter: 1)))
        let (one, other) = (try await phone.status().stateHash, try await tablet.status().stateHash)
        XCTAssertEqual(one, other)
    }

    func testChangesEndWithTheDiary() async throws {
        let diary = try await diary()
        let changes = try await diary.changes()
        try await diary.closeDiary()
        var heard: [Bool] = []
        for await change in changes { heard.append(change.first) }
        XCTAssertEqual(heard, [true])
    }

    func testPainElevenIsRefusedByNameAndNothingIsRecorded() async throws {
        let diary = try await diary()
        let error = await refused { try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 11), at: at) }
        guard case .InvalidInput(let field, let code, let min, let max, _, let text) = error else { return XCTFail("\(String(describing: error))") }
        XCTAssertEqual(field, "pain")
        XCTAssertEqual(code, "refusal.out_of_range")
        XCTAssertEqual([min, max], [0, 10])
        XCTAssertEqual(error?.localizedDescription, text)
        let rows = try await diary.history(query: HistoryQuery())
        XCTAssertEqual(rows, [])
    }

    func testWrongWordsAndAnUnknownDiaryAreToldApart() async throws {
        let relay = try Relay()
        let (options, words) = (options("a"), String(repeating: "abandon ", count: 23))
        let wrong = await refused { try await Diary.join(options: options, phrase: words + "zzzz", relay: relay.address) }
        if case .InvalidInput(let field, _, _, _, _, _) = wrong { XCTAssertEqual(field, "phrase") } else { XCTFail("\(String(describing: wrong))") }
        let unknown = await refused { try await Diary.join(options: options, phrase: words + "art", relay: relay.address) }
        guard case .UnknownVault = unknown else { return XCTFail("\(String(describing: unknown))") }
        let none = await refused { try await Diary.open(options: options) }
        guard case .NoDiary = none else { return XCTFail("\(String(describing: none))") }
    }

    func testARelayThatIsGoneLosesNothing() async throws {
        let relay = try Relay()
        let diary = try await diary()
        try await diary.setRelay(url: relay.address)
        relay.stop()
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
        let gone = await refused { try await diary.sync() }
        guard case .Relay(let code, _, _, _) = gone else { return XCTFail("\(String(describing: gone))") }
        XCTAssertEqual(code, "sync.unreachable")
        XCTAssertEqual(gone?.isTemporary, true)
        try relay.start(relay.address.replacingOccurrences(of: "http://", with: ""))
        let report = try await diary.sync()
        XCTAssertEqual(report.unsynced, 0)
    }

    func testASyncInFlightIsCancelledByItsTaskAndTheNextOneGoesOn() async throws {
        let relay = try Relay()
        let diary = try await diary()
        // Takes the connection and never answers.
        let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(silent) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                XCTAssertEqual(bind(silent, raw, length), 0)
                XCTAssertEqual(listen(silent, 8), 0)
                XCTAssertEqual(getsockname(silent, raw, &length), 0)
            }
        }
        try await diary.setRelay(url: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
        let running = Task { try await diary.sync() }
        // Only once it is connected is it in flight. Waited for on a thread of its own: none of Swift's pool may block.
        let connection = await withCheckedContinuation { taken in
            DispatchQueue.global().async { taken.resume(returning: accept(silent, nil, nil)) }
        }
        XCTAssertGreaterThanOrEqual(connection, 0)
        defer { close(connection) }
        // Recording goes on while a sync waits for the network.
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 4), at: at)
        let cancelled = Date()
        running.cancel()
        do {
            _ = try await running.value
            XCTFail("was not cancelled")
        } catch { XCTAssertTrue(error is CancellationError, "\(error)") }
        XCTAssertLessThan(Date().timeIntervalSince(cancelled), 10, "it does not wait for its budget")
        try await diary.setRelay(url: relay.address)
        let report = try await diary.sync()
        XCTAssertEqual(report.unsynced, 0)
    }

    func testAnAppCarriesTheRequestsItself() async throws {
        let relay = try Relay()
        let diary = try await diary()
        try await diary.setRelay(url: relay.address)
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
        struct Away: Error {}
        let away = await refused { try await diary.sync(over: { _ in throw Away() }) }
        guard case .Relay(let code, _, _, _) = away else { return XCTFail("\(String(describing: away))") }
        XCTAssertEqual(code, "sync.unreachable")
        let report = try await diary.sync(over: { request in
            var call = URLRequest(url: URL(string: request.url)!)
            call.httpMethod = request.method
            call.httpBody = request.body.isEmpty ? nil : request.body
            for header in request.headers { call.setValue(header.value, forHTTPHeaderField: header.name) }
            let (body, answer) = try await URLSession.shared.data(for: call)
            let response = answer as! HTTPURLResponse
            let headers = response.allHeaderFields.map { Header(name: "\($0.key)", value: "\($0.value)") }
            return .response(status: Int32(response.statusCode), headers: headers, body: body)
        })
        XCTAssertTrue(report.complete && report.pushed > 0)
    }

    func testAFullDiskIsSaidAndWhatWasThereStays() async throws {
        let diary = try await diary()
        try await diary.limitSize(bytes: 1)
        let full = await refused {
            for _ in 0..<200 {
                _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3, note: String(repeating: "x", count: 4000)), at: at)
            }
        }
        guard case .StorageFull = full else { return XCTFail("\(String(describing: full))") }
        let before = try await diary.history(query: HistoryQuery()).count
        try await diary.limitSize(bytes: 1 << 30)
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
        let after = try await diary.history(query: HistoryQuery()).count
        XCTAssertEqual(after, before + 1)
    }

    func testAnObserverThatThrowsHarmsNoWriteAndIsToldAgain() async throws {
        let diary = try await diary()
        let observer = Observer(fails: true)
        let subscription = try await diary.observe(observer: observer)
        _ = await observer.heard.next()
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
        let told = await observer.heard.next()
        XCTAssertEqual(told?.first, false)
        let rows = try await diary.history(query: HistoryQuery())
        XCTAssertEqual(rows.count, 1)
        subscription.cancel()
    }

    func testAPanicIsAnErrorThatTellsItsPlaceAndNoWords() async throws {
        let diary = try await diary()
        let lines = Lines()
        setLogSink(level: .error, sink: lines)
        let error = await refused { try await diary.hookPanic() }
        XCTAssertEqual(error, .Internal(code: "internal.panic"))
        let line = await lines.heard.next()
        XCTAssertTrue(line?.detail.contains("hooks.rs") == true && line?.detail.contains("pain") == false)
        clearLogSink()
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
    }

    func testTheMainActorKeepsTickingWhileACommitIsHeldForTwoSeconds() async throws {
        let (ticks, longest, rows) = try await tickWhileHeld(options("phone"))
        XCTAssertGreaterThan(ticks, 20)
        XCTAssertLessThan(longest, 1)
        XCTAssertEqual(rows, [0, 1], "it was recorded after the hold, and not before")
    }

    func testTheSecretIsWhereTheAppKeepsIt() async throws {
        let keys = Keys()
        let diary = try await Diary.create(options: options("phone"), keys: keys)
        let secret = try keys.with { $0[.present] } ?? Data()
        let (phrase, words) = (try await diary.phrase(), try phraseOfSecret(secret: secret))
        XCTAssertEqual(phrase, words)
        try await diary.closeDiary()
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder.appendingPathComponent("phone/secret").path))
        keys.setLocked(true)
        let options = options("phone")
        let locked = await refused { try await Diary.open(options: options, keys: keys) }
        guard case .Storage(let code, _) = locked else { return XCTFail("\(String(describing: locked))") }
        XCTAssertEqual(code, "error.file")
        keys.setLocked(false)
        try await Diary.open(options: options, keys: keys).closeDiary()
    }

    func testAWidgetLooksAndASuspendedDiarySaysSo() async throws {
        let diary = try await diary()
        _ = try await diary.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at)
        let widget = keep(try await Diary.openReadOnly(options: options("phone")))
        let seen = try await widget.history(query: HistoryQuery()).count
        XCTAssertEqual(seen, 1)
        let refusal = await refused { try await widget.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: at) }
        guard case .ReadOnly = refusal else { return XCTFail("\(String(describing: refusal))") }
        try await diary.suspend()
        let suspended = await refused { try await diary.history(query: HistoryQuery()) }
        XCTAssertEqual(suspended, .Suspended)
        try await diary.resume()
        try await diary.closeDiary()
        try await diary.closeDiary()
        let closed = await refused { try await diary.history(query: HistoryQuery()) }
        XCTAssertEqual(closed, .Closed)
    }

    func testPlansSafetyAndToday() async throws {
        let diary = try await diary()
        let request = PlanRequest(weekdays: [0, 1, 2, 3, 4, 5, 6], minutes: 15, pain: 3)
        let locked = await refused { try await diary.makePlan(request: request, at: at) }
        XCTAssertNotNil(locked?.errorDescription)
        var answers: [String] = []
        while let question = try nextQuestion(answers: answers, purpose: .first) {
            answers.append("\(question.id)=\(question.isAge ? "47" : "no")")
        }
        let screened = try await diary.recordScreening(answers: answers, purpose: .first, at: at, country: "DE")
        XCTAssertFalse(screened.locks)
        _ = try await diary.makePlan(request: request, at: at)
        let today = try await diary.today(day: LocalDay(at.date, in: TimeZone(secondsFromGMT: 3600)!))
        XCTAssertTrue(today.safety.cleared)
        XCTAssertFalse(today.session?.items.isEmpty ?? true)
    }

    func testAThousandOpenAndCloseLeaveNothingBehind() async throws {
        try await diary().closeDiary()
        let options = options("phone")
        func count(_ path: String) throws -> Int { try FileManager.default.contentsOfDirectory(atPath: path).count }
        func settled(_ path: String, _ wanted: Int) async throws -> Int {
            for _ in 0..<1000 where try count(path) > wanted { try await Task.sleep(nanoseconds: 10_000_000) }
            return try count(path)
        }
        func kib() throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
            return Int(line.filter(\.isNumber)) ?? 0
        }
        func cycle() async throws {
            let diary = try await Diary.open(options: options)
            _ = try await diary.history(query: HistoryQuery())
            try await diary.closeDiary()
        }
        for _ in 0..<200 { try await cycle() }
        let (files, memory) = (try count("/proc/self/fd"), try kib())
        let threads = try count("/proc/self/task")
        for _ in 0..<1000 { try await cycle() }
        let (tasks, open) = (try await settled("/proc/self/task", threads + 2), try await settled("/proc/self/fd", files))
        XCTAssertLessThanOrEqual(tasks, threads + 2, "Swift's own pool may grow")
        XCTAssertLessThanOrEqual(open, files)
        let grown = try kib() - memory
        print("1,000 cycles: \(grown) KiB more")
        XCTAssertLessThan(grown, 1024)
    }
}
