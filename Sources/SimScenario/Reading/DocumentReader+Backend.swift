import SimModel

/// `backend:` of a traffic, and regular expressions.
extension DocumentReader {
    func readBackend(_ fields: Fields, kind: TrafficSpec.Kind?) -> TrafficSpec.Attribution? {
        guard !fields.has("to"), let node = fields.value("backend") else { return nil }
        guard case .mapping = node.content else {
            guard let text = node.text else {
                sink.report(
                    "'backend' has \(node.described)", at: node,
                    expected: "{ header: NAME }, { body: REGEX } or peer")
                return nil
            }
            guard text == "peer" else {
                let cure = Self.isToken(text) ? "{ header: \(text) } if a header is meant" : nil
                sink.report(
                    "'backend' is \(node.described)", at: node,
                    expected: cure ?? "{ header: NAME }, { body: REGEX } or peer",
                    suggestion: Suggestion.nearest(to: text, among: ["peer"]))
                return nil
            }
            if case .exec = kind {
                sink.report(
                    "a command has no peer", at: node,
                    expected: "backend: { body: REGEX }, which looks at its output")
            }
            return .peer
        }
        guard let inner = Fields(node, Shapes.backend, sink) else { return nil }
        return readBackend(of: inner, kind: kind)
    }

    private func readBackend(
        of inner: Fields, kind: TrafficSpec.Kind?
    ) -> TrafficSpec.Attribution? {
        if inner.has("header"), inner.has("body") {
            inner.report("'body' beside 'header'", key: "body", expected: "one of them")
        }
        if let text = inner.text("header") {
            if !Self.isToken(text) {
                inner.report(
                    "'\(text)' is no name of a header", value: "header",
                    expected: "a header name such as X-Backend")
            }
            switch kind {
            case .tcp, .udp, .exec, .mesh:
                inner.report(
                    "'header' without 'http'", key: "header",
                    expected: "body: REGEX, which looks at the answer")
            case .http, nil:
                break
            }
            return .header(text)
        }
        guard let text = inner.text("body") else {
            if !inner.has("header"), !inner.has("body"), !inner.hasUnknownKey {
                sink.report(
                    "a backend that says nothing", at: inner.node,
                    expected: "{ header: NAME }, { body: REGEX } or peer")
            }
            return nil
        }
        checkExpression(text, at: inner.value("body"), needsGroup: true)
        if Self.hasNoAnswer(kind) {
            inner.report(
                "'body' of an answer that is not waited for", key: "body",
                expected: "reply: any, or another reply than none")
        }
        return .body(text)
    }

    private static func hasNoAnswer(_ kind: TrafficSpec.Kind?) -> Bool {
        switch kind {
        case .tcp(let exchange): exchange.reply == .none
        case .udp(let exchange): exchange.reply == .none
        case .http, .exec, .mesh, nil: false
        }
    }

    /// Compiles a regular expression; with `needsGroup` it has exactly one capture group.
    func checkExpression(_ text: String, at node: YamlNode?, needsGroup: Bool) {
        guard let node else { return }
        let key = (needsGroup ? "1" : "0") + text
        guard !compiled.contains(key) else { return }
        guard text.count <= Limits.expressionLength else {
            sink.report(
                "a regular expression of \(text.count) letters", at: node,
                expected: "at most \(Limits.expressionLength)")
            return
        }
        guard (try? Regex(text)) != nil else {
            sink.report(
                "\(node.described) is no regular expression", at: node,
                expected: "a regular expression, with special characters after a backslash")
            return
        }
        // A group's name is part of the type that it is compared with.
        let unnamed = text.replacing(/\(\?P?<[A-Za-z][A-Za-z0-9_]*>/, with: "(")
        let hasOneGroup =
            (try? Regex(unnamed, as: (Substring, Substring).self)) != nil
            || (try? Regex(unnamed, as: (Substring, Substring?).self)) != nil
        if needsGroup, !hasOneGroup {
            sink.report(
                "\(node.described) has not one capture group", at: node,
                expected: "(...) once, around the backend's name; (?:...) for other groups")
            return
        }
        compiled.insert(key)
    }
}
