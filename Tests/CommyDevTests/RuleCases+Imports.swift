extension RuleCase {
    private static func package(_ dependencies: String) -> String {
        """
        import PackageDescription
        let package = Package(name: "p", targets: [
            .target(name: "CommyBase"),
            .target(name: "CommyMesh", dependencies: ["CommyBase"]),
            .target(
                name: "SimLab", dependencies: [\(dependencies)]),
        ])
        """
    }

    static let imports: [RuleCase] = [
        RuleCase(
            "package-arrows", "Package.swift", package("\"CommyBase\", .product(name: \"X\")"),
            lines: []),
        RuleCase("package-arrows", "Package.swift", package("\"CommyMesh\""), lines: [6]),
        RuleCase(
            "package-arrows", "Package.swift", package(".target(name: \"CommyMesh\")"), lines: [6]),
        RuleCase("package-arrows", "Package.swift", ".target(name: \"Rogue\")", lines: [1]),
        RuleCase(
            "declared-imports", "Sources/SimLab/A.swift",
            "internal import CommyBase\nimport Testing\n",
            lines: [], manifest: package("\"CommyBase\"")),
        RuleCase(
            "declared-imports", "Sources/SimLab/A.swift", "internal import CommyMesh\n",
            lines: [1], manifest: package("\"CommyBase\"")),
        RuleCase(
            "pure-imports", "Sources/CommyMesh/A.swift", "public import CommyBase\n", lines: []),
        RuleCase("pure-imports", "Sources/SimLab/A.swift", "import Glibc\n", lines: []),
        RuleCase("pure-imports", "Sources/SimModel/A.swift", "\nimport CommyMesh\n", lines: [2]),
        RuleCase(
            "pure-imports", "Sources/CommyBase/A.swift", "import struct Glibc.timespec\n",
            lines: [1]),
        RuleCase(
            "atomics-imports", "Sources/CommyShm/A.swift", "import Synchronization\n", lines: []),
        RuleCase(
            "atomics-imports", "Sources/Commy/A.swift",
            "import Synchronization\nlet m = Mutex(0)\n", lines: []),
        RuleCase(
            "atomics-imports", "Sources/Commy/A.swift", "let m = Atomic<Int>(0)\n", lines: [1]),
        RuleCase(
            "atomics-imports", "Sources/SimReport/A.swift", "import Synchronization\n",
            lines: [1]),
        RuleCase(
            "foundation-imports", "Sources/SimReport/A.swift", "import Foundation\n", lines: []),
        RuleCase(
            "foundation-imports", "Sources/CommyLinux/A.swift", "// import Foundation\n", lines: []),
        RuleCase(
            "foundation-imports", "Sources/CommyLinux/A.swift", "import FoundationEssentials\n",
            lines: [1]),
    ]
}
