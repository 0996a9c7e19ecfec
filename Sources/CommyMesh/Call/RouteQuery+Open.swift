internal import CommyBase
internal import CommyWire

/// Why a call cannot be routed.
enum OpenFault: Error {
    /// The OPEN cannot be read, which ends the connection.
    case wire(WireError)
    /// The application requires what is none under this key.
    case requirement(key: String)
}

extension RouteQuery {
    /// What the payload of an OPEN asks for.
    init(opening layout: OpenLayout, _ payload: borrowing RawSpan) throws(OpenFault) {
        let service: ServiceName
        do { service = try layout.service(payload) } catch { throw .wire(error) }
        var requirement = CapabilityRequirement.none
        let format = layout.fixed.format
        if format != .opaque { requirement.format = format }
        // One byte is the count of an empty list.
        if layout.metadata.count > 1 {
            var reader = ByteReader(at: layout.metadata.lowerBound)
            let metadata: Metadata
            do { metadata = try Metadata(reading: &reader, payload) } catch { throw .wire(error) }
            do { try RequirementKeys.read(metadata, into: &requirement) } catch {
                throw .requirement(key: error.key)
            }
        }
        self.init(
            service: service, instance: layout.fixed.instance, requirement: requirement)
    }
}

extension OpenLayout {
    func service(_ payload: borrowing RawSpan) throws(WireError) -> ServiceName {
        var reader = ByteReader(at: service.lowerBound)
        let text = try reader.utf8(service.count, "service", payload)
        guard let name = ServiceName(text) else { throw .invalid("service") }
        return name
    }

    func method(_ payload: borrowing RawSpan) throws(WireError) -> MethodName {
        var reader = ByteReader(at: method.lowerBound)
        let text = try reader.utf8(method.count, "method", payload)
        guard let name = MethodName(text) else { throw .invalid("method") }
        return name
    }

    /// Whether the OPEN is for this service; compared byte by byte, so that no name is made for it.
    func names(_ name: ServiceName, _ payload: borrowing RawSpan) -> Bool {
        guard name.text.utf8.count == service.count else { return false }
        var reader = ByteReader(at: service.lowerBound)
        for byte in name.text.utf8 {
            guard let other = try? reader.u8(payload), other == byte else { return false }
        }
        return true
    }
}
