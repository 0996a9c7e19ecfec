import Yams

/// One composition of a text: Yams's tree, copied into ours under the limits.
struct YamlComposer {
    private let text: String
    private let file: Int
    private let source: SourceText
    private var problems: [YamlProblem] = []
    private var nodeCount = 0
    /// Set when a limit was hit: the tree is not whole then.
    private var stopped: YamlProblem?
    /// Keys that were masked so that Yams accepts the mapping: the mask to the key.
    private var masked: [String: String] = [:]

    init(text: String, file: Int) {
        self.text = text
        self.file = file
        source = SourceText(text)
    }

    mutating func run() -> YamlOutcome {
        var attempt = text
        while true {
            do {
                guard let root = try Yams.compose(yaml: attempt) else {
                    return .tree(nil, [])
                }
                let node = converted(root, depth: 1)
                if let stopped { return .failed(stopped) }
                return .tree(node, problems)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let position = position(of: context.mark)
                guard let next = masking(keys, at: position, in: attempt) else {
                    return .failed(
                        YamlProblem(
                            message: "repeated key '\(keys.first ?? "")'", position: position,
                            expected: "each key once in a mapping"))
                }
                attempt = next
            } catch let error as YamlError {
                return .failed(Self.problem(of: error, in: source))
            } catch {
                return .failed(YamlProblem(message: "\(error)", position: .start))
            }
        }
    }

    /// Yams refuses a mapping with a repeated key and tells only the first one's place, so that all
    /// else in the file would stay unseen. The text with that key replaced by a mask of the same
    /// length composes; `entries` puts the key back and names both places.
    private mutating func masking(
        _ keys: [String], at position: SourcePosition, in attempt: String
    ) -> String? {
        guard masked.count < Limits.repeatedKeys else { return nil }
        guard let mask = Unicode.Scalar(0xe000 + UInt32(masked.count)) else { return nil }
        var scalars = Array(attempt.unicodeScalars)
        guard var index = Self.offset(of: position, in: scalars) else { return nil }
        let isQuoted = scalars[index] == "\"" || scalars[index] == "'"
        if isQuoted { index += 1 }
        for key in keys {
            let letters = Array(key.unicodeScalars)
            let end = index + letters.count
            guard !letters.isEmpty, end <= scalars.count,
                scalars[index..<end].elementsEqual(letters)
            else { continue }
            let replacement = [Unicode.Scalar](repeating: mask, count: letters.count)
            scalars.replaceSubrange(index..<end, with: replacement)
            masked[Self.string(replacement)] = key
            return Self.string(scalars)
        }
        return nil
    }

    private static func string(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func offset(
        of position: SourcePosition, in scalars: [Unicode.Scalar]
    ) -> Int? {
        var line = 1
        var index = scalars.first == "\u{feff}" ? 1 : 0
        while line < position.line {
            guard index < scalars.count else { return nil }
            switch scalars[index] {
            case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n":
                break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                line += 1
            default:
                break
            }
            index += 1
        }
        index += position.column - 1
        return index < scalars.count ? index : nil
    }

    private mutating func converted(_ node: Node, depth: Int) -> YamlNode {
        let position = position(of: node.mark)
        guard stopped == nil else { return YamlNode(content: .null, position: position) }
        nodeCount += 1
        if depth > Limits.nesting {
            stopped = YamlProblem(
                message: "nested more than \(Limits.nesting) levels deep", position: position,
                expected: "a scenario, which needs seven levels")
        } else if nodeCount > Limits.nodes {
            stopped = YamlProblem(
                message: "the file grows to more than \(Limits.nodes) values", position: position,
                expected: "aliases that do not multiply each other")
        }
        switch node {
        case .scalar(let scalar):
            return YamlNode(content: Self.content(of: scalar), position: position)
        case .sequence(let sequence):
            var items: [YamlNode] = []
            for item in sequence where stopped == nil {
                items.append(converted(item, depth: depth + 1))
            }
            return YamlNode(content: .sequence(items), position: position)
        case .mapping(let mapping):
            return YamlNode(
                content: .mapping(entries(of: mapping, depth: depth)), position: position)
        case .alias(let alias):
            problems.append(
                YamlProblem(
                    message: "the alias '\(alias.anchor.rawValue)' is not known",
                    position: position))
            return YamlNode(content: .null, position: position)
        }
    }

    private static func content(of scalar: Node.Scalar) -> YamlNode.Content {
        switch scalar.style {
        case .any, .plain:
            let nulls = ["", "~", "null", "Null", "NULL"]
            if nulls.contains(scalar.string) { return .null }
            return .scalar(scalar.string, .plain)
        case .singleQuoted, .doubleQuoted:
            return .scalar(scalar.string, .quoted)
        case .literal, .folded:
            return .scalar(scalar.string, .block)
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [YamlEntry] {
        var entries: [YamlEntry] = []
        var merged: [YamlEntry] = []
        for (key, value) in mapping where stopped == nil {
            let position = position(of: key.mark)
            guard case .scalar(let scalar) = key else {
                problems.append(
                    YamlProblem(
                        message: "a list or a mapping cannot be a key", position: position,
                        expected: "a word"))
                continue
            }
            if scalar.string == "<<", scalar.style == .plain {
                merged += mergedEntries(of: converted(value, depth: depth + 1), at: position)
                continue
            }
            let name = masked[scalar.string] ?? scalar.string
            let entry = YamlEntry(
                key: name, keyPosition: position, value: converted(value, depth: depth + 1))
            if let first = entries.first(where: { $0.key == name }) {
                let line = first.keyPosition.line
                problems.append(
                    YamlProblem(
                        message: "repeated key '\(name)' (first on line \(line))",
                        position: position, width: entry.keyWidth,
                        expected: "each key once in a mapping"))
                continue
            }
            entries.append(entry)
        }
        for entry in merged where !entries.contains(where: { $0.key == entry.key }) {
            entries.append(entry)
        }
        return entries
    }

    /// The entries that `<<: *anchor` or `<<: [*one, *two]` brings in; earlier ones win.
    private mutating func mergedEntries(
        of node: YamlNode, at position: SourcePosition
    ) -> [YamlEntry] {
        switch node.content {
        case .mapping(let entries):
            return entries
        case .sequence(let items):
            var all: [YamlEntry] = []
            for item in items { all += mergedEntries(of: item, at: position) }
            return all
        case .null, .scalar:
            problems.append(
                YamlProblem(
                    message: "'<<' merges \(node.described)", position: position, width: 2,
                    expected: "an alias of a mapping, such as '<<: *base'"))
            return []
        }
    }

    private func position(of mark: Mark?) -> SourcePosition {
        guard let mark else { return .start(of: file) }
        return source.clamped(
            SourcePosition(line: mark.line, column: mark.column, file: file))
    }

    private static func problem(of error: YamlError, in source: SourceText) -> YamlProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return syntaxProblem(context: context, problem: problem, mark: mark, in: source)
        case .reader(let problem, _, let value, _):
            return readerProblem(problem, value: value, in: source)
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded,
            .duplicatedKeysInMapping:
            return YamlProblem(message: "not YAML: \(error)", position: .start)
        }
    }

    private static func syntaxProblem(
        context: YamlError.Context?, problem: String, mark: Mark, in source: SourceText
    ) -> YamlProblem {
        let position = source.clamped(SourcePosition(line: mark.line, column: mark.column))
        var message = "not YAML: \(problem)"
        if let context, !context.text.isEmpty {
            message += " \(context.text) that began on line \(context.mark.line)"
        }
        let line = source.line(position.line) ?? ""
        let isIndentedByTab = line.drop { $0 == " " }.first == "\t"
        let expected: String? =
            if isIndentedByTab {
                "spaces: YAML is not indented with tabs"
            } else if problem.contains("mapping values are not allowed") {
                "one 'key: value' a line; quote a value that contains ': '"
            } else if problem.contains("another document") {
                "one scenario a file"
            } else {
                nil
            }
        return YamlProblem(message: message, position: position, expected: expected)
    }

    /// The reader stage knows no line; the character that it refused does.
    private static func readerProblem(
        _ problem: String, value: Int32, in source: SourceText
    ) -> YamlProblem {
        for (index, line) in source.lines.enumerated() {
            for (column, scalar) in line.unicodeScalars.enumerated()
            where Int32(bitPattern: scalar.value) == value {
                let position = SourcePosition(line: index + 1, column: column + 1)
                return YamlProblem(message: "not YAML: \(problem)", position: position)
            }
        }
        return YamlProblem(message: "not YAML: \(problem)", position: .start)
    }
}
