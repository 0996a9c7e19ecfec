public import CommyBase
public import CommyWire

/// What one instance of a service offers: the part of a catalog entry that the registering program
/// decides. A value in normal form: lists are sorted, nothing comes twice, all is within
/// `OfferLimits`; so equal offers have equal bytes.
public struct ServiceOffer: Sendable, Hashable {
    public let service: ServiceName
    /// Where it runs; `.unknown` is replaced by the node's zone when it is registered.
    public let zone: Zone
    /// Free words for people and for capability matching, sorted by key.
    public let labels: [Label]
    /// The payload formats it reads, sorted by format; empty means any.
    public let formats: [FormatOffer]
    /// Its share of calls relative to other instances; 0 means none. 100 is usual.
    public let weight: UInt16
    /// The largest request that it says it takes, in bytes; 0 says nothing. For people, and for
    /// who chooses with `CapabilityRequirement.payloadBytes`. Routing does not apply it to calls: a
    /// node chooses when OPEN comes, and OPEN does not say how long the request is. What is
    /// enforced is the process's own limit (`SessionLimits.messageBytes`, `messageTooLarge`).
    public let maxPayloadBytes: UInt32
    /// Services that it cannot work without, sorted.
    public let dependencies: [ServiceName]

    public static let usualWeight: UInt16 = 100

    /// Brings the parts into normal form. Throws `.invalidOffer` with the name of the field that
    /// breaks a limit, or names a key or format twice.
    public init(
        service: ServiceName, zone: Zone = .unknown, labels: [Label] = [],
        formats: [FormatOffer] = [], weight: UInt16 = Self.usualWeight,
        maxPayloadBytes: UInt32 = 0, dependencies: [ServiceName] = []
    ) throws(CatalogError) {
        self.init(
            checked: service, zone: zone, labels: labels.sorted { $0.key < $1.key },
            formats: formats.sorted { $0.format < $1.format }, weight: weight,
            maxPayloadBytes: maxPayloadBytes, dependencies: dependencies.sorted())
        if let field = brokenField { throw .invalidOffer(field) }
    }

    init(
        checked service: ServiceName, zone: Zone, labels: [Label], formats: [FormatOffer],
        weight: UInt16, maxPayloadBytes: UInt32, dependencies: [ServiceName]
    ) {
        self.service = service
        self.zone = zone
        self.labels = labels
        self.formats = formats
        self.weight = weight
        self.maxPayloadBytes = maxPayloadBytes
        self.dependencies = dependencies
    }

    /// The same offer at another place.
    func at(_ zone: Zone) -> ServiceOffer {
        ServiceOffer(
            checked: service, zone: zone, labels: labels, formats: formats, weight: weight,
            maxPayloadBytes: maxPayloadBytes, dependencies: dependencies)
    }

    /// The field that is not in normal form or too large; nil when all is well.
    var brokenField: CatalogError.Field? {
        guard labels.count <= OfferLimits.labels, Self.rises(labels, by: \.key) else {
            return .labels
        }
        guard formats.count <= OfferLimits.formats, Self.rises(formats, by: \.format) else {
            return .formats
        }
        guard dependencies.count <= OfferLimits.dependencies,
            Self.rises(dependencies, by: \.self)
        else { return .dependencies }
        return encodedByteCount <= OfferLimits.bytes ? nil : .size
    }

    private static func rises<Element, Key: Comparable>(
        _ list: [Element], by key: (Element) -> Key
    ) -> Bool {
        zip(list, list.dropFirst()).allSatisfy { key($0) < key($1) }
    }
}

/// One word about an instance: `tier=gold`.
public struct Label: Sendable, Hashable {
    public let key: String
    public let value: String

    /// Nil when the key breaks `NameRule`, or the value is longer than `OfferLimits` allows or has
    /// control characters in it.
    public init?(_ key: String, _ value: String) {
        guard NameRule.accepts(key), value.utf8.count <= OfferLimits.labelValueBytes,
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { return nil }
        self.key = key
        self.value = value
    }
}

/// A payload format that an instance reads, and the versions of its contents.
public struct FormatOffer: Sendable, Hashable {
    public let format: PayloadFormat
    /// The versions of what is said in that format, as the program counts them.
    public let versions: ClosedRange<UInt16>

    public init(format: PayloadFormat, versions: ClosedRange<UInt16> = 0...UInt16.max) {
        self.format = format
        self.versions = versions
    }
}
