import Testing

@testable import commy_dev

@Suite struct PackageManifestTests {
    @Test func `targets and their own dependencies are read, products are left out`() {
        let text = """
            let package = Package(
                dependencies: [.package(url: "u", from: "1.0.0")],
                targets: [
                    .systemLibrary(name: "CLibCap", providers: [.apt(["libcap-dev"])]),
                    .executableTarget(
                        name: "commy",
                        dependencies: ["A", yams, .product(name: "P", package: "p"), "B"]),
                    .testTarget(name: "ATests", dependencies: ["A"]),
                ])
            """
        let file = SourceFile(path: "Package.swift", bytes: Array(text.utf8))
        let targets = PackageManifest(file).targets
        #expect(targets.map(\.name) == ["CLibCap", "commy", "ATests"])
        #expect(targets.map { $0.dependencies.map(\.name) } == [[], ["A", "B"], ["A"]])
        #expect(targets.map(\.isTest) == [false, false, true])
        #expect(targets[1].dependencies.map(\.line) == [7, 7])
    }

    @Test func `the design's own arrows have no cycle`() {
        var open = Architecture.arrows
        while !open.isEmpty {
            let leaves = open.filter { $0.value.allSatisfy { open[$0] == nil } }.keys
            if leaves.isEmpty { break }
            for leaf in leaves { open[leaf] = nil }
        }
        #expect(open.isEmpty, "\(open.keys.sorted())")
    }

    @Test func `the design knows every target that it points to`() {
        for (name, targets) in Architecture.arrows {
            #expect(targets.allSatisfy { Architecture.arrows[$0] != nil }, "\(name)")
        }
    }

    @Test func `judges never reach the mesh that they judge`() {
        var reached: Set<String> = ["SimModel", "SimLab", "SimReport", "SimScenario"]
        var before = 0
        while before != reached.count {
            before = reached.count
            for name in reached { reached.formUnion(Architecture.arrows[name] ?? []) }
        }
        #expect(!reached.contains("CommyMesh"))
    }
}
