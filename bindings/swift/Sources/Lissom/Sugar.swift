import Foundation

extension LissomError: LocalizedError {
    /// What to show to a person; nil where there is nothing but a code.
    public var errorDescription: String? {
        switch self {
        case .InvalidInput(_, _, _, _, _, let text), .NotFound(_, let text), .Kept(_, let text),
            .StorageFull(_, let text), .ReadOnly(_, let text), .Busy(_, let text), .Storage(_, let text),
            .UpdateNeeded(_, let text), .NoDiary(_, let text), .DiaryExists(_, let text), .VaultChanged(_, let text),
            .Relay(_, _, _, let text), .UnknownVault(_, let text), .Import(_, let text):
            return text
        case .Locked(_, _, let texts):
            return texts.joined(separator: "\n")
        case .Cancelled, .OutOfTurn, .Suspended, .Closed, .Callback, .Internal:
            return nil
        }
    }

    /// Whether the same call may do better a little later, by itself.
    public var isTemporary: Bool {
        switch self {
        case .Busy: return true
        case .Relay(_, let retry, _, _): return retry
        default: return false
        }
    }
}

extension Moment {
    /// This moment, with the zone of the device.
    public static func now(in zone: TimeZone = .current) -> Moment { Moment(Date(), in: zone) }

    /// A point in time as the diary keeps it.
    public init(_ date: Date, in zone: TimeZone = .current) {
        self.init(
            epochMs: Int64((date.timeIntervalSince1970 * 1000).rounded()),
            offsetMinutes: Int32(zone.secondsFromGMT(for: date) / 60))
    }

    /// The point in time, for showing.
    public var date: Date { Date(timeIntervalSince1970: Double(epochMs) / 1000) }
}

extension LocalDay {
    /// Today, where the device is.
    public static func today(in zone: TimeZone = .current) -> LocalDay { LocalDay(Date(), in: zone) }

    /// The day of a point in time.
    public init(_ date: Date, in zone: TimeZone = .current) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        self.init(year: Int32(parts.year ?? 0), month: Int32(parts.month ?? 0), day: Int32(parts.day ?? 0))
    }
}

private final class Forward: DiaryObserver {
    let stream: AsyncStream<DiaryChange>.Continuation

    init(_ stream: AsyncStream<DiaryChange>.Continuation) { self.stream = stream }

    func onChange(change: DiaryChange) throws { stream.yield(change) }

    func onEnd() throws { stream.finish() }
}

extension Diary {
    /// What is committed, by this object, a sync or another process; the present state first. Whoever takes them slowly gets
    /// all of them later, in order: each says since which revision, and none may be left out. Ends with the task that
    /// iterates, and when the diary is closed.
    public func changes() async throws -> AsyncStream<DiaryChange> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: DiaryChange.self, bufferingPolicy: .unbounded)
        let subscription = try await observe(observer: Forward(continuation))
        continuation.onTermination = { _ in subscription.cancel() }
        return stream
    }

    /// A sync that ends when its task is cancelled, with `CancellationError`.
    public func sync(startedBy: StartedBy = .person, budgetMs: Int32 = 60_000) async throws -> SyncReport {
        let token = CancelToken()
        return try await cancelling(token) {
            try await self.sync(options: SyncOptions(startedBy: startedBy, budgetMs: budgetMs), cancel: token)
        }
    }

    /// A sync over the app's own HTTP: `carry` performs one request, follows no redirect, and brings the answer. What it
    /// throws counts as no answer, unless the task was cancelled.
    public func sync(
        startedBy: StartedBy = .person, over carry: @Sendable (HttpRequest) async throws -> Answer
    ) async throws -> SyncReport {
        let session = syncSession(startedBy: startedBy)
        var step = try await session.begin()
        while case .exchange(let number, let request) = step {
            let answer: Answer
            do { answer = try await carry(request) } catch {
                // Left here, the session is over, and the next one goes on from what was committed.
                try Task.checkCancellation()
                answer = .noAnswer(reason: "no answer")
            }
            step = try await session.step(number: number, answer: answer)
        }
        guard case .finished(let report) = step else { throw LissomError.Cancelled }
        return report
    }

    /// An import that is not begun once its task is cancelled, with `CancellationError`.
    public func importFile(at url: URL) async throws -> Imported {
        let token = CancelToken()
        return try await cancelling(token) { try await self.importFile(path: url.path, cancel: token) }
    }
}

/// Cancelling a task does not reach the library by itself.
private func cancelling<T: Sendable>(_ token: CancelToken, _ work: @Sendable () async throws -> T) async throws -> T {
    do {
        return try await withTaskCancellationHandler(operation: work, onCancel: { token.cancel() })
    } catch LissomError.Cancelled where Task.isCancelled {
        // Else another sync took its place.
        throw CancellationError()
    }
}
