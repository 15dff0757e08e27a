import Foundation

public protocol TimelineEntry { var date: Date { get } }

public struct TimelineReloadPolicy: Sendable {
    public static func after(_ date: Date) -> TimelineReloadPolicy { TimelineReloadPolicy() }
}

public struct Timeline<Entry: TimelineEntry> {
    public init(entries: [Entry], policy: TimelineReloadPolicy) {}
}
