/// The targets and the arrows between them, stated once for the rules about imports.
///
/// The table is the design; `Package.swift` is what the build uses. `package-arrows` holds the
/// second to the first, and `declared-imports` holds every file to `Package.swift`. A table was
/// chosen over asking the package manager for its own dump because a dump takes seconds and says
/// what is, not what may be.
enum Architecture {
    /// The targets that decide: the standard library and each other, nothing else.
    static let pure: Set<String> = ["CommyBase", "CommyWire", "CommyMesh", "SimModel"]

    /// What each target may depend on. A target that is not listed may not exist.
    static let arrows: [String: Set<String>] = {
        let c: Set<String> = ["CLibCap", "CLinux", "COpenSSL"]
        let runtime: Set<String> = [
            "CommyBase", "CommyWire", "CommyMesh", "CommyLinux", "CommyTLS", "CommyShm",
            "CommyReactor",
            "CommySession", "CommyNode",
        ]
        let harness: Set<String> = [
            "SimModel", "SimScenario", "SimTraffic", "SimWorkload", "SimLab", "SimInProcess",
            "SimReport", "MeshBench", "Conformance",
        ]
        return [
            "CommyBase": [],
            "CommyWire": ["CommyBase"],
            "CommyMesh": ["CommyBase", "CommyWire"],
            "SimModel": ["CommyBase"],
            "CLibCap": [],
            // Counts allocations in tests; lies with them.
            "CAllocations": [],
            // Real nodes and programs for tests; lies with them.
            "LiveNode": ["CommyBase", "CommyLinux"],
            "CLinux": [],
            "CommyClock": [],
            "COpenSSL": [],
            "CommyLinux": ["CLibCap", "CLinux", "CommyBase"],
            "CommyTLS": ["CLinux", "COpenSSL", "CommyBase"],
            "CommyShm": ["CLinux", "CommyBase", "CommyLinux"],
            "CommyReactor": ["CLinux", "CommyBase", "CommyLinux", "CommyShm", "CommyTLS"],
            "CommySession": [
                "CLinux", "CommyBase", "CommyWire", "CommyMesh", "CommyLinux", "CommyReactor",
            ],
            "CommyNode": runtime.subtracting(["CommyNode"]).union(["CLinux"]),
            "SimScenario": ["CommyBase", "SimModel"],
            "SimTraffic": [
                "CLinux", "CommyBase", "CommyLinux", "CommyReactor", "CommyShm", "CommyTLS",
            ],
            "SimWorkload": [
                "CommyBase", "CommyWire", "CommyMesh", "CommyLinux", "CommyReactor",
                "CommySession", "SimTraffic",
            ],
            "SimLab": [
                "CLinux", "COpenSSL", "CommyBase", "CommyLinux", "CommyReactor", "CommyShm",
                "CommyTLS", "SimModel", "SimTraffic",
            ],
            "MeshBench": runtime.union(["CommyNode", "SimLab"]),
            "SimInProcess": ["CommyBase", "CommyMesh", "CommyWire", "SimModel"],
            "SimReport": ["CommyBase", "SimModel"],
            "Conformance": ["CommyBase", "CommyLinux", "CommyWire", "SimModel", "SimScenario"],
            "Commy": runtime,
            "CommyABI": runtime.union(["Commy", "CLinux"]),
            "commyd": runtime.union(c),
            "commy-init": c,
            "commy-traffic": ["CommyBase", "CommyLinux", "SimTraffic"],
            "commy-workload": ["CommyBase", "CommyLinux", "SimWorkload"],
            "commy": runtime.union(harness).union(c)
                .union(["Commy", "commy-init", "commy-traffic", "commy-workload", "commyd"]),
            "CommyFuzz": ["CommyBase", "CommyMesh", "CommyWire"],
            "commy-dev": ["CommyBase", "CommyFuzz"],
        ]
    }()

    /// The targets whose processes stay small: no Foundation in them.
    static let withoutFoundation: Set<String> = pure.union([
        "CommyLinux", "CommyNode", "CommyReactor", "CommySession", "SimTraffic", "SimWorkload",
        "commy-traffic", "commy-workload", "commyd",
    ])
}
