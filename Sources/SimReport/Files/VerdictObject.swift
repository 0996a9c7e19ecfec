/// The object of `verdict.json` and of `commy sim run --json`.
struct VerdictObject: Encodable {
    let scenario: String
    let file: String
    let world: String
    let seed: UInt64
    let verdict: String
    let reason: String?
    let traceHash: String?
    let virtualSeconds: Double?
    let wallSeconds: Double
    let expectations: [Expectation]

    struct Expectation: Encodable {
        let expectation: String
        let line: Int
        let verdict: String
        let observed: String
        let wanted: String
    }

    enum CodingKeys: String, CodingKey {
        case scenario, file, world, seed, verdict, reason, expectations
        case traceHash = "trace_hash"
        case virtualSeconds = "virtual_s"
        case wallSeconds = "wall_s"
    }

    /// What a world does not have is null, not missing: readers need not ask for the world first.
    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(scenario, forKey: .scenario)
        try object.encode(file, forKey: .file)
        try object.encode(world, forKey: .world)
        try object.encode(seed, forKey: .seed)
        try object.encode(verdict, forKey: .verdict)
        try object.encode(reason, forKey: .reason)
        try object.encode(traceHash, forKey: .traceHash)
        try object.encode(virtualSeconds, forKey: .virtualSeconds)
        try object.encode(wallSeconds, forKey: .wallSeconds)
        try object.encode(expectations, forKey: .expectations)
    }
}
