// Records a session, syncs it with a relay, and shows a change that a second diary made: `Story RELAY_ADDRESS`.
import Foundation
import Lissom

guard CommandLine.arguments.count == 2 else { fatalError("usage: Story http://127.0.0.1:8460") }
let relay = CommandLine.arguments[1]
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("story-\(UUID().uuidString)")
defer { try? FileManager.default.removeItem(at: folder) }
func options(_ name: String) -> OpenOptions {
    OpenOptions(folder: folder.appendingPathComponent(name).path, deviceName: name)
}

let phone = try await Diary.create(options: options("Phone"))
_ = try await phone.recordSession(
    results: [ResultDraft(exercise: "pelvic-tilt", sets: 2, reps: 8, painAfter: 2)], at: .now())
try await phone.setRelay(url: relay)
print("phone: \(try await phone.sync().pushed) entries up")

let tablet = try await Diary.join(options: options("Tablet"), phrase: try await phone.phrase(), relay: relay)
print("tablet: \(try await tablet.sync().pulled) entries down")
_ = try await tablet.recordCheckIn(checkIn: CheckInDraft(pain: 3), at: .now())
_ = try await tablet.sync()

for await change in try await phone.changes() {
    if change.first {
        _ = try await phone.sync()
    } else if try await phone.history(query: HistoryQuery()).count == 2 {
        print("phone: saw the tablet's check-in, at revision \(change.revision)")
        break
    }
}
try await phone.closeDiary()
try await tablet.closeDiary()
