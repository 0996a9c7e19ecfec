internal import CommyBase
internal import CommyWire

/// The metadata keys by which a caller says what an instance must be like; the other side of
/// `CapabilityRequirement`. They travel with the request, so the service sees them too.
public enum RequirementKeys {
    /// `key=value`, or `key` for any value; may stand more than once, all must hold.
    public static let label = "require.label"
    /// A version of the format's contents: `3` or `2-4`.
    public static let version = "require.version"
    /// The zone in which the instance must stand.
    public static let zone = "require.zone"

    static func read(
        _ metadata: Metadata, into requirement: inout CapabilityRequirement
    ) throws(WireError) {
        for entry in metadata.entries {
            switch entry.key {
            case label:
                guard requirement.labels.count < CapabilityRequirement.labelLimit,
                    let condition = condition(entry.value)
                else { throw .invalid("require.label") }
                requirement.labels.append(condition)
            case version:
                guard let range = range(entry.value) else { throw .invalid("require.version") }
                requirement.versions = range
            case zone:
                guard let zone = Zone(entry.value) else { throw .invalid("require.zone") }
                requirement.within = zone
            // Every other key is the application's own.
            default: continue
            }
        }
    }

    private static func condition(_ text: String) -> LabelRequirement? {
        guard let sign = text.firstIndex(of: "=") else {
            return NameRule.accepts(text) ? .present(key: text) : nil
        }
        return Label(String(text[..<sign]), String(text[text.index(after: sign)...]))
            .map { .equals(key: $0.key, value: $0.value) }
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, let low = UInt16(parts[0]),
            let high = parts.count == 2 ? UInt16(parts[1]) : low, low <= high
        else { return nil }
        return low...high
    }
}
