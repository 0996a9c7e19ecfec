/// One value of a YAML file with its place: all that the reader sees of YAML.
struct YamlNode: Equatable, Sendable {
    enum Style: Equatable, Sendable {
        case plain, quoted, block
    }
    enum Content: Equatable, Sendable {
        case null
        case scalar(String, Style)
        case sequence([YamlNode])
        case mapping([YamlEntry])
    }
    var content: Content
    var position: SourcePosition
    /// How many columns it has in the file, when variables in it were replaced since.
    var writtenWidth: Int?

    /// Text of a scalar of any style.
    var text: String? {
        if case .scalar(let text, _) = content { return text }
        return nil
    }

    var isNull: Bool { content == .null }

    /// How many columns a diagnostic underlines.
    var width: Int {
        if let writtenWidth { return writtenWidth }
        return switch content {
        case .scalar(let text, .plain): max(1, text.unicodeScalars.count)
        case .scalar(let text, .quoted): text.unicodeScalars.count + 2
        case .scalar(_, .block), .null, .sequence, .mapping: 1
        }
    }

    /// What it is, for "found ...".
    var described: String {
        switch content {
        case .null: "nothing"
        case .scalar(_, .block): "a block of text"
        case .scalar(let text, _): text.count <= 40 ? "'\(text)'" : "'\(text.prefix(37))...'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// One `key: value`.
struct YamlEntry: Equatable, Sendable {
    var key: String
    var keyPosition: SourcePosition
    var value: YamlNode

    var keyWidth: Int { max(1, key.unicodeScalars.count) }
}
