internal import CommyBase
internal import CommyMesh
internal import CommyWire

/// How an instance presents itself to the mesh.
public struct ServiceOptions: Sendable {
    /// Words about the instance, for people and for callers that ask for them.
    public var labels: [String: String]
    /// Its share of calls relative to other instances; 0 means none.
    public var weight: Int
    /// Services that it cannot work without.
    public var dependencies: [String]
    /// Requests that its handlers work on at once; more fail with `overloaded`, which the mesh
    /// tries elsewhere.
    public var concurrency: Int

    public init(
        labels: [String: String] = [:], weight: Int = 100, dependencies: [String] = [],
        concurrency: Int = 1_024
    ) {
        self.labels = labels
        self.weight = weight
        self.dependencies = dependencies
        self.concurrency = concurrency
    }

    func offer(_ service: String) throws(CommyError) -> ServiceOffer {
        guard let name = ServiceName(service) else {
            throw CommyError(.invalidArgument, "service '\(service)': \(NameRule.words)")
        }
        guard let weight = UInt16(exactly: weight) else {
            throw CommyError(.invalidArgument, "weight \(weight): 0 to \(UInt16.max)")
        }
        guard concurrency > 0 else {
            throw CommyError(.invalidArgument, "concurrency \(concurrency): at least 1")
        }
        var list: [Label] = []
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            guard let label = Label(key, value) else {
                throw CommyError(.invalidArgument, "label '\(key)': \(NameRule.words)")
            }
            list.append(label)
        }
        var needed: [ServiceName] = []
        for text in dependencies {
            guard let name = ServiceName(text) else {
                throw CommyError(.invalidArgument, "dependency '\(text)': \(NameRule.words)")
            }
            needed.append(name)
        }
        do {
            return try ServiceOffer(
                service: name, labels: list, weight: weight, dependencies: needed)
        } catch {
            throw CommyError(.invalidArgument, "labels or dependencies: too many, or one twice")
        }
    }
}
