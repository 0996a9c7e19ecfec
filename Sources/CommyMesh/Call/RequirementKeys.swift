public import CommyBase
public import CommyWire

/// The metadata keys by which a caller says what an instance must be like; the other side of
/// `CapabilityRequirement`. They travel with the request, so the service sees them too.
public enum RequirementKeys {
    /// `key=value`, or `key` for any value; may stand more than once, all must hold.
    public static let label = "require.label"
    /// A version of the format's contents: `3` or `2-4`; not `03`, `+3` or `3-3`.
    public static let version = "require.version"
    /// The zone in which the instance must stand.
    public static let zone = "require.zone"

    /// Adds one condition as people write it: `version=3`, `version=2-4`, `zone=eu/a`; all else is
    /// about labels, `tier=gold` or `gpu`. Throws `invalidArgument` for what cannot be.
    public static func append(
        _ words: String, to metadata: inout Metadata
    ) throws(CommyError) {
        let parts = words.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let (key, value) =
            switch parts[0] {
            case "version" where parts.count == 2: (version, String(parts[1]))
            case "zone" where parts.count == 2: (zone, String(parts[1]))
            // Everything else is a label, or no condition at all.
            default: (label, words)
            }
        var result = metadata
        try result.append(key: key, value: value)
        try check(result)
        metadata = result
    }

    /// The value of `version` for this range, in its one form.
    public static func text(of versions: ClosedRange<UInt16>) -> String {
        versions.count == 1
            ? "\(versions.lowerBound)" : "\(versions.lowerBound)-\(versions.upperBound)"
    }

    /// Reads all conditions; `invalidArgument` names the key whose value cannot be understood, or
    /// says that there are too many.
    public static func check(_ metadata: Metadata) throws(CommyError) {
        var requirement = CapabilityRequirement.none
        do { try read(metadata, into: &requirement) } catch {
            let values = metadata.entries.filter { $0.key == error.key }.map(\.value)
            let shown = values.joined(separator: "', '")
            throw CommyError(.invalidArgument, "\(error.key) '\(shown)': \(rule(error.key))")
        }
    }

    private static func rule(_ key: String) -> String {
        switch key {
        case version: "a number below 65536, or two with '-' between"
        case zone: "names with '/' between"
        // The only other key.
        default: "KEY or KEY=VALUE, at most \(CapabilityRequirement.labelLimit) times"
        }
    }

    /// The key whose value says nothing that can be required.
    struct Unreadable: Error {
        let key: String
    }

    static func read(
        _ metadata: Metadata, into requirement: inout CapabilityRequirement
    ) throws(Unreadable) {
        for entry in metadata.entries {
            switch entry.key {
            case label:
                guard requirement.labels.count < CapabilityRequirement.labelLimit,
                    let condition = condition(entry.value)
                else { throw Unreadable(key: label) }
                requirement.labels.append(condition)
            case version:
                guard let range = range(entry.value) else { throw Unreadable(key: version) }
                requirement.versions = range
            case zone:
                guard let path = Zone(entry.value) else { throw Unreadable(key: zone) }
                requirement.within = path
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

    /// Each range has one form: decimal digits without zeros in front, and two numbers only where
    /// they differ.
    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, let low = number(first) else { return nil }
        switch parts.count {
        case 1: return low...low
        case 2:
            guard let high = number(parts[1]), low < high else { return nil }
            return low...high
        case _: return nil
        }
    }

    private static func number(_ text: Substring) -> UInt16? {
        guard let number = UInt16(text), String(number) == text else { return nil }
        return number
    }
}
