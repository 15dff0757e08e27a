// swift-tools-version: 6.0
// Compiles the blocks of the guide on Linux: Apple's frameworks are stand-ins of what the guide uses of them.
import PackageDescription

let package = Package(
    name: "Guide",
    dependencies: [.package(path: "../swift-package")],
    targets: [
        .target(name: "Security"),
        .target(name: "WidgetKit"),
        .target(name: "BackgroundTasks"),
        .target(
            name: "Guide", dependencies: ["Security", "WidgetKit", "BackgroundTasks", .product(name: "Lissom", package: "swift-package")]),
    ],
    swiftLanguageModes: [.v6]
)
