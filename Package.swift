// swift-tools-version: 6.3
import PackageDescription

/// The language settings of every Swift target (see the house style): the newest rules, all on,
/// and no warning survives.
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let c: [CSetting] = [.define("_GNU_SOURCE")]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "commy",
    products: [
        .executable(name: "commy", targets: ["commy"]),
        .executable(name: "commyd", targets: ["commyd"]),
        .library(name: "Commy", targets: ["Commy"]),
        .library(name: "commy-clock", type: .dynamic, targets: ["CommyClock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Pure: the standard library and each other, nothing else.
        .target(name: "CommyBase", swiftSettings: swift),
        .target(name: "SimModel", dependencies: ["CommyBase"], swiftSettings: swift),
        .target(
            name: "CommyWire", dependencies: ["CommyBase"], exclude: ["PROTOCOL.md"],
            swiftSettings: swift),
        .target(
            name: "CommyMesh", dependencies: ["CommyBase", "CommyWire"], swiftSettings: swift),

        // Tools of the developers.
        .target(
            name: "CommyFuzz", dependencies: ["CommyBase", "CommyWire", "CommyMesh"],
            swiftSettings: swift),

        // Effects.
        .systemLibrary(name: "CLibCap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CLinux", cSettings: c),
        .target(name: "CommyClock", cSettings: c),
        .target(
            name: "CommyLinux", dependencies: ["CommyBase", "CLinux"], swiftSettings: swift),

        .target(name: "CommyTLS", dependencies: ["CommyBase", "COpenSSL"], swiftSettings: swift),
        .target(
            name: "CommyShm", dependencies: ["CommyBase", "CLinux", "CommyLinux"],
            swiftSettings: swift),
        .target(
            name: "CommyReactor",
            dependencies: ["CommyBase", "CommyLinux", "CommyShm", "CommyTLS"],
            swiftSettings: swift),

        .target(
            name: "CommySession",
            dependencies: [
                "CLinux", "CommyBase", "CommyLinux", "CommyMesh", "CommyReactor", "CommyWire",
            ],
            swiftSettings: swift),
        .target(
            name: "Commy",
            dependencies: [
                "CommyBase", "CommyLinux", "CommyMesh", "CommyReactor", "CommySession",
                "CommyWire",
            ],
            swiftSettings: swift),
        .target(
            name: "CommyNode",
            dependencies: [
                "CLinux", "CommyBase", "CommyLinux", "CommyMesh", "CommyReactor", "CommySession",
                "CommyTLS", "CommyWire",
            ],
            swiftSettings: swift),

        // Harness.
        .target(
            name: "SimScenario", dependencies: ["CommyBase", "SimModel", yams],
            swiftSettings: swift),
        .target(
            name: "SimTraffic",
            dependencies: ["CommyBase", "CommyLinux", "CommyReactor", "CommyShm", "CommyTLS"],
            swiftSettings: swift),
        .target(
            name: "SimWorkload",
            dependencies: [
                "CommyBase", "CommyLinux", "CommyMesh", "CommyReactor", "CommySession",
                "CommyWire", "SimTraffic",
            ],
            swiftSettings: swift),
        .target(
            name: "SimLab",
            dependencies: [
                "CLinux", "COpenSSL", "CommyBase", "CommyLinux", "CommyReactor", "CommyShm",
                "CommyTLS", "SimModel", "SimTraffic", histogram,
            ],
            swiftSettings: swift),
        .target(
            name: "MeshBench",
            dependencies: [
                "CommyBase", "CommyLinux", "CommyMesh", "CommyNode", "CommyReactor",
                "CommySession", "CommyTLS", "CommyWire", "SimLab",
            ],
            swiftSettings: swift),
        .target(
            name: "SimReport", dependencies: ["CommyBase", "SimModel", histogram],
            swiftSettings: swift),

        // Products.
        .executableTarget(
            name: "commy-init", dependencies: ["CLibCap", "CLinux"], cSettings: c,
            linkerSettings: [.linkedLibrary("cap")]),
        .executableTarget(
            name: "commy-traffic", dependencies: ["SimTraffic"], swiftSettings: swift),
        .executableTarget(name: "commyd", dependencies: ["CommyNode"], swiftSettings: swift),
        .executableTarget(
            name: "commy-workload", dependencies: ["SimWorkload"], swiftSettings: swift),
        .executableTarget(
            name: "commy",
            dependencies: [
                "CommyBase", "CommyLinux", "CommyMesh", "CommyNode", "CommyReactor",
                "CommySession", "CommyTLS", "CommyWire", "MeshBench", "SimLab", "SimModel",
                "SimReport", "SimScenario", "commy-init", "commy-traffic", "commy-workload",
                argumentParser, histogram,
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "commy-dev", dependencies: ["CommyBase", "CommyFuzz", argumentParser],
            swiftSettings: swift),

        // Tests.
        .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: c),
        .target(
            name: "LiveNode", dependencies: ["CommyBase", "CommyLinux"], path: "Tests/LiveNode",
            swiftSettings: swift),
        .testTarget(name: "CommyBaseTests", dependencies: ["CommyBase"], swiftSettings: swift),
        .testTarget(
            name: "CommyWireTests", dependencies: ["CommyWire", "CommyBase"], swiftSettings: swift),
        .testTarget(
            name: "CommyFuzzTests", dependencies: ["CommyFuzz", "CommyWire"],
            swiftSettings: swift),
        .testTarget(
            name: "CommyMeshTests", dependencies: ["CommyMesh", "CommyWire", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "SimModelTests", dependencies: ["SimModel", "CommyBase"], swiftSettings: swift),
        .testTarget(
            name: "CommyLinuxTests", dependencies: ["CommyLinux", "CLinux", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "CommyTLSTests", dependencies: ["CommyTLS", "COpenSSL", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "CommyShmTests", dependencies: ["CommyShm", "CommyLinux", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "CommyReactorTests",
            dependencies: [
                "CAllocations", "CLinux", "CommyBase", "CommyLinux", "CommyReactor", "CommyTLS",
            ],
            swiftSettings: swift),
        .testTarget(
            name: "CommyNodeTests",
            dependencies: [
                "CommyNode", "CommyMesh", "CommyReactor", "CommyTLS", "CommyLinux", "CommyBase",
                "commyd",
            ],
            swiftSettings: swift),
        .testTarget(
            name: "SimScenarioTests", dependencies: ["SimScenario", "SimModel", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "SimTrafficTests",
            dependencies: ["SimTraffic", "CommyReactor", "CommyTLS", "CommyLinux", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "CommySessionTests",
            dependencies: [
                "CommyBase", "CommyLinux", "CommyMesh", "CommyReactor", "CommySession",
                "CommyWire", "LiveNode", "SimTraffic", "SimWorkload", "commy-workload", "commyd",
            ],
            swiftSettings: swift),
        .testTarget(
            name: "CommyTests",
            dependencies: ["Commy", "CommyBase", "CommyMesh", "CommyWire", "LiveNode", "commyd"],
            swiftSettings: swift),
        .testTarget(
            name: "SimLabTests",
            dependencies: [
                "SimLab", "SimModel", "SimScenario", "SimTraffic", "CLinux", "CommyBase",
                "CommyLinux", "CommyShm", "CommyTLS", "commy-init", "commy-traffic",
            ],
            swiftSettings: swift),
        .testTarget(
            name: "SimReportTests", dependencies: ["SimReport", "SimModel", "CommyBase"],
            swiftSettings: swift),
        .testTarget(
            name: "Suites",
            dependencies: [
                "LiveNode", "commy", "commy-init", "commy-traffic", "commy-workload", "commyd",
                yams,
            ],
            path: "Tests/suites", swiftSettings: swift),
        .testTarget(
            name: "CommyDevTests", dependencies: ["commy-dev"], swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
