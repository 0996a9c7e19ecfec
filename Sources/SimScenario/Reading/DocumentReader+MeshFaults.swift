import SimModel

/// The faults on identities of a mesh: `certificate` and `trust`.
extension DocumentReader {
    func readCertificate(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.certificate, sink) else { return nil }
        guard let hosts = nodeHosts(inner, node),
            let change = inner.word("is", as: CertificateChange.self)
        else { return nil }
        return .certificate(hosts: hosts, change)
    }

    func readTrust(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.trust, sink) else { return nil }
        guard let hosts = nodeHosts(inner, node),
            let change = inner.word("step", as: TrustChange.self)
        else { return nil }
        return .trust(hosts: hosts, change)
    }

    /// Hosts with nodes: those that `on` names, or all.
    private func nodeHosts(_ inner: Fields, _ node: YamlNode) -> [String]? {
        guard let mesh = scenario.mesh else {
            sink.report(
                "\(inner.shape.title) without a mesh", at: node,
                expected: "a section 'mesh' or 'services'")
            return nil
        }
        guard inner.has("on") else { return mesh.nodes }
        let hosts = hostList(inner, "on")
        for host in hosts where !mesh.nodes.contains(host) {
            inner.report(
                "'\(host)' has no node", value: "on",
                expected: "one of " + mesh.nodes.prefix(12).joined(separator: ", "))
        }
        return hosts.isEmpty ? nil : hosts
    }
}
