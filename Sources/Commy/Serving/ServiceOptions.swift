internal import CommyBase
internal import CommyMesh
public import CommyWire

/// How an instance presents itself to the mesh.
public struct ServiceOptions: Sendable {
    /// Words about the instance, for people and for callers that ask for them.
    public var labels: [String: String]
    /// Its share of calls relative to other instances; 0 means none: only callers that name the
    /// instance reach it.
    public var weight: Int
    /// The payload formats that its handlers read; empty means any. Requests in others go
    /// elsewhere, opaque ones come all the same.
    public var formats: [PayloadFormat]
    /// The versions of its payloads' contents, as the program counts them, for callers that
    /// require some. Nil means any.
    public var versions: ClosedRange<Int>?
    /// Where it stands, such as `eu/a/rack-3`; empty means where its node does.
    public var zone: String
    /// Services that it cannot work without.
    public var dependencies: [String]
    /// Requests that its handlers work on at once; more fail with `overloaded`, which the mesh
    /// tries elsewhere.
    public var concurrency: Int

    public init(
        labels: [String: String] = [:], weight: Int = 100, formats: [PayloadFormat] = [],
        versions: ClosedRange<Int>? = nil, zone: String = "", dependencies: [String] = [],
        concurrency: Int = 1_024
    ) {
        self.labels = labels
        self.weight = weight
        self.formats = formats
        self.versions = versions
        self.zone = zone
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
        guard let place = Zone(zone) else {
            throw CommyError(.invalidArgument, "zone '\(zone)': \(NameRule.words)")
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
        let formatOffers = try formatOffers()
        do {
            return try ServiceOffer(
                service: name, zone: place, labels: list, formats: formatOffers,
                weight: weight, dependencies: needed)
        } catch {
            throw CommyError(
                .invalidArgument, "labels, formats or dependencies: too many, or one twice")
        }
    }

    /// A version is one of a format, so versions without formats are those of all.
    private func formatOffers() throws(CommyError) -> [FormatOffer] {
        guard let versions else { return formats.map { FormatOffer(format: $0) } }
        guard let numbers = versions.versionNumbers else {
            throw CommyError(.invalidArgument, "versions \(versions): 0 to \(UInt16.max)")
        }
        return (formats.isEmpty ? PayloadFormat.known : formats).map {
            FormatOffer(format: $0, versions: numbers)
        }
    }
}
