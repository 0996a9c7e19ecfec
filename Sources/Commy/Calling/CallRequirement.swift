internal import CommyBase
internal import CommyMesh
internal import CommyWire

/// What an instance must be like to get a call. All conditions must hold; the empty requirement is
/// met by all.
///
///     var options = CallOptions()
///     options.require.labels["tier"] = "gold"
///     options.require.zone = "eu/a"
///
/// A call that no instance meets fails with `capabilityMismatch`. The conditions travel beside the
/// request, so the service sees them in its metadata.
public struct CallRequirement: Sendable, Equatable {
    /// Labels with these values.
    public var labels: [String: String]
    /// Labels with any value.
    public var labelKeys: [String]
    /// At least one of these versions must be read, in the request's format. An instance that
    /// names no formats reads them all.
    public var versions: ClosedRange<Int>?
    /// The instance must stand in this zone or below it; empty allows all.
    public var zone: String

    public init(
        labels: [String: String] = [:], labelKeys: [String] = [],
        versions: ClosedRange<Int>? = nil, zone: String = ""
    ) {
        self.labels = labels
        self.labelKeys = labelKeys
        self.versions = versions
        self.zone = zone
    }

    /// Puts the conditions beside a request. Throws `invalidArgument` naming the field that cannot
    /// be.
    func write(to metadata: inout Metadata) throws(CommyError) {
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            guard Label(key, value) != nil else {
                throw CommyError(.invalidArgument, "require.labels '\(key)': \(NameRule.words)")
            }
            try metadata.append(key: RequirementKeys.label, value: "\(key)=\(value)")
        }
        for key in labelKeys {
            guard NameRule.accepts(key) else {
                throw CommyError(
                    .invalidArgument, "require.labelKeys '\(key)': \(NameRule.words)")
            }
            try metadata.append(key: RequirementKeys.label, value: key)
        }
        if let versions {
            guard let range = versions.versionNumbers else {
                throw CommyError(
                    .invalidArgument, "require.versions \(versions): 0 to \(UInt16.max)")
            }
            try metadata.append(
                key: RequirementKeys.version, value: RequirementKeys.text(of: range))
        }
        guard !zone.isEmpty else { return }
        guard Zone(zone) != nil else {
            throw CommyError(.invalidArgument, "require.zone '\(zone)': \(NameRule.words)")
        }
        try metadata.append(key: RequirementKeys.zone, value: zone)
    }
}

extension ClosedRange<Int> {
    /// The same range as the mesh counts versions; nil when it has no such number.
    var versionNumbers: ClosedRange<UInt16>? {
        guard let low = UInt16(exactly: lowerBound), let high = UInt16(exactly: upperBound) else {
            return nil
        }
        return low...high
    }
}
