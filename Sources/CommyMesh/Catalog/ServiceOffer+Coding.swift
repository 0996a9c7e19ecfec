internal import CommyBase
public import CommyWire

extension ServiceOffer {
    /// Reads one offer from its place in a larger body; what is not in normal form is refused.
    public init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        let service = try Self.serviceName(&reader, bytes)
        let zoneText = try reader.text(limit: Zone.byteLimit, "zone", bytes)
        guard let zone = Zone(zoneText) else { throw .invalid("zone") }
        let weight = try reader.u16(bytes)
        let payload = try reader.varint(bytes)
        guard let maxPayloadBytes = UInt32(exactly: payload) else { throw .tooLarge("payload") }
        let labels = try Self.labels(&reader, bytes)
        let formats = try Self.formats(&reader, bytes)
        let count = try reader.count(limit: OfferLimits.dependencies, "dependencies", bytes)
        var dependencies: [ServiceName] = []
        for _ in 0..<count { dependencies.append(try Self.serviceName(&reader, bytes)) }
        self.init(
            checked: service, zone: zone, labels: labels, formats: formats, weight: weight,
            maxPayloadBytes: maxPayloadBytes, dependencies: dependencies)
        switch brokenField {
        case nil: break
        case .labels: throw .invalid("labels")
        case .formats: throw .invalid("formats")
        case .dependencies: throw .invalid("dependencies")
        case .size: throw .tooLarge("offer")
        }
    }

    public func encode(into writer: inout ByteWriter) {
        writer.text(service.text)
        writer.text(zone.description)
        writer.u16(weight)
        writer.varint(UInt64(maxPayloadBytes))
        writer.varint(UInt64(labels.count))
        for label in labels {
            writer.text(label.key)
            writer.text(label.value)
        }
        writer.varint(UInt64(formats.count))
        for offered in formats {
            writer.u8(offered.format.rawValue)
            writer.u16(offered.versions.lowerBound)
            writer.u16(offered.versions.upperBound)
        }
        writer.varint(UInt64(dependencies.count))
        for name in dependencies { writer.text(name.text) }
    }

    var encodedByteCount: Int {
        var writer = ByteWriter(capacity: 256)
        encode(into: &writer)
        return writer.count
    }

    private static func serviceName(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> ServiceName {
        let text = try reader.text(limit: NameRule.byteLimit, "service", bytes)
        guard let name = ServiceName(text) else { throw .invalid("service") }
        return name
    }

    private static func labels(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [Label] {
        let count = try reader.count(limit: OfferLimits.labels, "labels", bytes)
        var labels: [Label] = []
        for _ in 0..<count {
            let key = try reader.text(limit: NameRule.byteLimit, "label", bytes)
            let value = try reader.text(limit: OfferLimits.labelValueBytes, "label", bytes)
            guard let label = Label(key, value) else { throw .invalid("label") }
            labels.append(label)
        }
        return labels
    }

    private static func formats(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [FormatOffer] {
        let count = try reader.count(limit: OfferLimits.formats, "formats", bytes)
        var formats: [FormatOffer] = []
        for _ in 0..<count {
            let format = PayloadFormat(rawValue: try reader.u8(bytes))
            let low = try reader.u16(bytes)
            let high = try reader.u16(bytes)
            guard low <= high else { throw .invalid("versions") }
            formats.append(FormatOffer(format: format, versions: low...high))
        }
        return formats
    }
}
