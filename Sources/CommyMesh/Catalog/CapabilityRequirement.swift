public import CommyWire

/// What a caller needs of an instance. The empty requirement is met by all.
public struct CapabilityRequirement: Sendable, Hashable {
    /// The payload format of the request.
    public var format: PayloadFormat?
    /// At least one of these versions must be read, in `format` if it is given, else in any.
    public var versions: ClosedRange<UInt16>?
    /// All must hold; at most `labelLimit`.
    public var labels: [LabelRequirement]
    /// The instance must stand in this zone or below it; `.unknown` allows all.
    public var within: Zone
    /// The size of the request; 0 when it is not known, which it never is for a call that a node
    /// routes (see `ServiceOffer.maxPayloadBytes`).
    public var payloadBytes: UInt32

    /// Conditions on labels in one requirement.
    public static let labelLimit = 16
    public static let none = CapabilityRequirement()

    public init(
        format: PayloadFormat? = nil, versions: ClosedRange<UInt16>? = nil,
        labels: [LabelRequirement] = [], within: Zone = .unknown, payloadBytes: UInt32 = 0
    ) {
        self.format = format
        self.versions = versions
        self.labels = labels
        self.within = within
        self.payloadBytes = payloadBytes
    }

    public var isEmpty: Bool {
        format == nil && versions == nil && labels.isEmpty && within.parts.isEmpty
            && payloadBytes == 0
    }

    /// The first thing that the offer lacks; nil when it meets the requirement. Allocates nothing.
    public func mismatch(with offer: borrowing ServiceOffer) -> CapabilityMismatch? {
        if let mismatch = formatMismatch(with: offer) { return mismatch }
        if offer.maxPayloadBytes > 0, payloadBytes > offer.maxPayloadBytes { return .payload }
        guard within.encloses(offer.zone) else { return .zone }
        for index in labels.indices where !labels[index].holds(for: offer) {
            return .label(UInt8(clamping: index))
        }
        return nil
    }

    private func formatMismatch(with offer: borrowing ServiceOffer) -> CapabilityMismatch? {
        guard format != nil || versions != nil, !offer.formats.isEmpty else { return nil }
        var hasFormat = false
        for index in offer.formats.indices {
            let offered = offer.formats[index]
            guard format == nil || offered.format == format else { continue }
            hasFormat = true
            guard let versions else { return nil }
            if versions.overlaps(offered.versions) { return nil }
        }
        return hasFormat ? .version : .format
    }
}

/// A condition on the labels of an instance.
public enum LabelRequirement: Sendable, Hashable {
    case equals(key: String, value: String)
    case isOneOf(key: String, values: [String])
    case present(key: String)
    case absent(key: String)

    func holds(for offer: borrowing ServiceOffer) -> Bool {
        switch self {
        case .equals(let key, let value): Self.value(of: key, in: offer) == value
        case .isOneOf(let key, let values):
            if let value = Self.value(of: key, in: offer) { values.contains(value) } else { false }
        case .present(let key): Self.value(of: key, in: offer) != nil
        case .absent(let key): Self.value(of: key, in: offer) == nil
        }
    }

    private static func value(of key: String, in offer: borrowing ServiceOffer) -> String? {
        for index in offer.labels.indices where offer.labels[index].key == key {
            return offer.labels[index].value
        }
        return nil
    }
}

/// Why an instance does not meet a requirement.
public enum CapabilityMismatch: Sendable, Equatable {
    /// It reads other formats.
    case format
    /// It reads the format, in other versions.
    case version
    /// The request is larger than it takes.
    case payload
    /// It stands elsewhere.
    case zone
    /// The condition with this index, among the requirement's labels, does not hold.
    case label(UInt8)
}

extension Zone {
    /// Whether the other zone is this one or lies in it.
    func encloses(_ other: Zone) -> Bool {
        guard parts.count <= other.parts.count else { return false }
        for index in parts.indices where parts[index] != other.parts[index] { return false }
        return true
    }
}
