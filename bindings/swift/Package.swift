// swift-tools-version: 6.0
// On Linux the library is linked from where the build put it; on Apple's systems it is in an XCFramework that `just xcframework`
// makes on a Mac. `Sources/Lissom/Lissom.swift` and `Sources/LissomFFI` are written by the build and are not in the repository.
import PackageDescription

#if os(Linux)
    let library: Target = .systemLibrary(name: "LissomFFI")
    let linked: [LinkerSetting] = [.linkedLibrary("lissom_ffi")]
#else
    let library: Target = .binaryTarget(name: "LissomFFI", path: "LissomFFI.xcframework")
    // The system's SQLite: another copy in the same app would be mixed up with it.
    let linked: [LinkerSetting] = [.linkedLibrary("sqlite3")]
#endif

let package = Package(
    name: "Lissom",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Lissom", targets: ["Lissom"])],
    targets: [
        library,
        .target(name: "Lissom", dependencies: ["LissomFFI"], linkerSettings: linked),
        .executableTarget(name: "Story", dependencies: ["Lissom"]),
        .testTarget(name: "LissomTests", dependencies: ["Lissom"]),
    ],
    swiftLanguageModes: [.v6]
)
