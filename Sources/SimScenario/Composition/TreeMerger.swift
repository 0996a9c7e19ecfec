/// Puts an included tree into the one that includes it, by the types that the tables state: names
/// are united, lists are put one after the other, of everything else the including file's is taken.
struct TreeMerger {
    let sink: DiagnosticSink

    func merged(included: YamlNode, into including: YamlNode) -> YamlNode {
        merged(included, into: including, shape: Shapes.scenario)
    }

    private func merged(
        _ included: YamlNode, into including: YamlNode, shape: Shape
    ) -> YamlNode {
        guard case .mapping(let old) = included.content,
            case .mapping(var entries) = including.content
        else { return including }
        for entry in old where !isReplaced(entry, by: entries, shape) {
            guard let key = shape.key(entry.key),
                let index = entries.firstIndex(where: { $0.key == entry.key })
            else {
                entries.append(entry)
                continue
            }
            entries[index].value = merged(entry, into: entries[index], key)
        }
        return YamlNode(content: .mapping(entries), position: including.position)
    }

    /// `phases` here replace a `duration` there, and the other way round; a file's own `include`
    /// has been followed.
    private func isReplaced(
        _ entry: YamlEntry, by entries: [YamlEntry], _ shape: Shape
    ) -> Bool {
        if entry.key == "include" { return true }
        return shape.choices.contains { choice in
            choice.keys.contains(entry.key)
                && entries.contains { $0.key != entry.key && choice.keys.contains($0.key) }
        }
    }

    private func merged(_ old: YamlEntry, into new: YamlEntry, _ key: Key) -> YamlNode {
        if old.value.isNull { return new.value }
        if new.value.isNull { return old.value }
        switch Self.rule(of: key) {
        case .replaced: return new.value
        case .shape(let shape):
            check(old, isMapping: true)
            return merged(old.value, into: new.value, shape: shape)
        case .overridden: return united(old, new, isClash: false)
        case .united: return united(old, new, isClash: true)
        case .joined: return joined(old, new)
        }
    }

    private enum Rule {
        case replaced, overridden, united, joined
        case shape(Shape)
    }

    private static func rule(of key: Key) -> Rule {
        switch key.name {
        // Phases are one plan, which parts of two plans do not make.
        case "phases": return .replaced
        case "variables": return .overridden
        default: break
        }
        switch key.type {
        case .mapping(let shape): return .shape(shape())
        case .named: return .united
        case .list: return .joined
        case .anyOf(_, let types):
            for type in types {
                if case .named = type { return .united }
                if case .list = type { return .joined }
            }
            return .replaced
        case .text, .formatted, .name, .reference, .boolean, .integer, .number, .duration, .drift,
            .probability, .percentage, .bitRate, .size, .requestRate, .word, .comparison, .keyed:
            return .replaced
        }
    }

    private func check(_ entry: YamlEntry, isMapping: Bool) {
        let isRight: Bool
        switch entry.value.content {
        case .mapping: isRight = isMapping
        case .sequence: isRight = !isMapping
        case .null: isRight = true
        case .scalar: isRight = false
        }
        guard !isRight else { return }
        sink.report(
            "'\(entry.key)' has \(entry.value.described)", at: entry.value,
            expected: isMapping ? "a mapping" : "a list")
    }

    private func united(_ old: YamlEntry, _ new: YamlEntry, isClash: Bool) -> YamlNode {
        guard let before = names(old), let after = names(new) else { return new.value }
        var entries = before
        for entry in after {
            guard let index = entries.firstIndex(where: { $0.key == entry.key }) else {
                entries.append(entry)
                continue
            }
            if isClash, before.contains(where: { $0.key == entry.key }) {
                sink.report(
                    "'\(entry.key)' is in two files: also in "
                        + sink.place(of: entries[index].keyPosition), at: entry.keyPosition,
                    width: entry.keyWidth,
                    expected: "each name of '\(old.key)' in one file")
            }
            entries[index] = entry
        }
        return YamlNode(content: .mapping(entries), position: new.value.position)
    }

    /// The entries of a mapping from names; of a list of names, with nothing to each. Nil after a
    /// diagnostic.
    private func names(_ entry: YamlEntry) -> [YamlEntry]? {
        switch entry.value.content {
        case .mapping(let entries):
            return entries
        case .sequence(let items) where entry.key == "hosts" || entry.key == "routers":
            return items.compactMap { item in
                guard let text = item.text else {
                    sink.report(
                        "'\(entry.key)' has \(item.described) in its list", at: item,
                        expected: Names.rule)
                    return nil
                }
                return YamlEntry(
                    key: text, keyPosition: item.position,
                    value: YamlNode(content: .null, position: item.position))
            }
        case .null:
            return []
        case .scalar, .sequence:
            check(entry, isMapping: true)
            return nil
        }
    }

    private func joined(_ old: YamlEntry, _ new: YamlEntry) -> YamlNode {
        guard let before = items(old), let after = items(new) else { return new.value }
        return YamlNode(content: .sequence(before + after), position: new.value.position)
    }

    private func items(_ entry: YamlEntry) -> [YamlNode]? {
        switch entry.value.content {
        case .sequence(let items): return items
        case .scalar where entry.key == "tags": return [entry.value]
        case .null: return []
        case .scalar, .mapping:
            check(entry, isMapping: false)
            return nil
        }
    }
}
