// NOT COMPILED HERE: there is no SwiftUI on the machines that build this. `KeychainKeys` is that of docs/mobile.md.
import Lissom
import SwiftUI

@MainActor @Observable
final class DiaryModel {
    private(set) var rows: [HistoryRow] = []
    private(set) var unsynced: Int32 = 0
    private(set) var message = ""
    private var diary: Diary?

    /// Opens the diary and follows it for as long as its task runs.
    func run() async {
        let folder = URL.applicationSupportDirectory.appending(path: "diary")
        await act {
            let options = OpenOptions(folder: folder.path(percentEncoded: false), deviceName: "Phone")
            let diary = try await Diary.openOrCreate(options: options, keys: KeychainKeys(group: nil))
            self.diary = diary
            for await change in try await diary.changes() {
                self.rows = try await diary.history(query: HistoryQuery(newest: 30))
                self.unsynced = change.unsynced
            }
        }
    }

    func recordSet() async {
        await act {
            let set = ResultDraft(exercise: "pelvic-tilt", sets: 1, reps: 8)
            _ = try await self.diary?.recordResult(result: set, at: .now())
            self.message = "Saved"
        }
    }

    func sync() async {
        await act {
            guard let report = try await self.diary?.sync() else { return }
            self.message = "\(report.pushed) went up"
        }
    }

    /// iOS ends an app that holds a lock while it is suspended.
    func phase(_ phase: ScenePhase) async {
        await act {
            if phase == .background { try await self.diary?.suspend() }
            if phase == .active { try await self.diary?.resume() }
        }
    }

    private func act(_ work: () async throws -> Void) async {
        // For the person, and not for a log: it may say what was recorded.
        do { try await work() } catch is CancellationError {} catch { message = error.localizedDescription }
    }
}

struct DiaryView: View {
    @State private var model = DiaryModel()
    @Environment(\.scenePhase) private var phase

    var body: some View {
        List {
            Button("One set of pelvic tilts") { Task { await model.recordSet() } }
            Button(model.unsynced == 0 ? "Sync" : "Sync \(model.unsynced) changes") { Task { await model.sync() } }
            Text(model.message)
            ForEach(model.rows, id: \.id) { row in
                Text("\(row.day.day).\(row.day.month).: \(name(of: row))")
            }
        }
        .task { await model.run() }
        .onChange(of: phase) { _, new in Task { await model.phase(new) } }
    }

    private func name(of row: HistoryRow) -> String {
        if case .result(let values) = row.entry { values.exercise } else { "check-in" }
    }
}
