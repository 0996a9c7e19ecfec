import SimModel

/// `tls` of a traffic, and what an https URL says.
extension DocumentReader {
    /// `kind` is nil when it could not be read.
    func readTLS(_ fields: Fields, kind: TrafficSpec.Kind?) -> TLSServer? {
        let target: SocketTarget? =
            switch kind {
            case .http(let exchange): exchange.target
            case .tcp(let exchange): exchange.target
            case .udp, .exec, .mesh, nil: nil
            }
        let isSecureURL = fields.text("http")?.hasPrefix(Self.secureScheme) ?? false
        guard let node = fields.value("tls") else {
            return isSecureURL ? target.map { .host($0.host) } : nil
        }
        let server = readServer(node)
        let isWanted = server != .never
        if fields.has("http"), target != nil, isWanted != isSecureURL {
            fields.report(
                isWanted ? "'tls' beside an http URL" : "'tls' is false beside an https URL",
                key: "tls",
                expected: isWanted
                    ? "an https URL, which is how http asks for TLS" : "an http URL, or no 'tls'")
        }
        switch server {
        case .never: return nil
        case .target: return target.map { .host($0.host) }
        case .stated(let stated): return stated
        }
    }

    private enum Server: Equatable {
        case never
        /// The host that the request goes to.
        case target
        case stated(TLSServer)
    }

    private func readServer(_ node: YamlNode) -> Server {
        guard case .mapping = node.content else {
            guard node.text != nil else {
                sink.report(
                    "'tls' has \(node.described)", at: node,
                    expected: "true, false or { server: HOST }")
                return .target
            }
            let read = ScalarValue.read(node, as: .boolean, for: "tls", into: sink)
            return read?.boolean == false ? .never : .target
        }
        guard let inner = Fields(node, Shapes.tls, sink), let text = inner.text("server") else {
            return .target
        }
        if text == "any" { return .stated(.any) }
        guard names.hosts.contains(text) else {
            if names.nodesAreKnown, let value = inner.value("server") {
                reportUnknown("host", text, at: value, among: names.hosts + ["any"])
            }
            return .target
        }
        return .stated(.host(text))
    }
}
