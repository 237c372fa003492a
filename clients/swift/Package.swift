// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "Belay",
    platforms: [.iOS(.v15), .macOS(.v12), .tvOS(.v15), .watchOS(.v8)],
    products: [.library(name: "Belay", targets: ["Belay"])],
    targets: [
        .target(name: "Belay"),
        .testTarget(name: "BelayTests", dependencies: ["Belay"]),
    ]
)
