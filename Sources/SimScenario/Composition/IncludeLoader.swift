/// Makes one tree of a scenario file and all that it includes.
struct IncludeLoader {
    /// Where relative file names are found; nil is the working directory.
    private let directory: String?
    private let sink: DiagnosticSink
    private let merger: TreeMerger
    /// Files that are part of the tree, by canonical path. A file that two others include is in it
    /// once.
    private var loaded: [String] = []

    init(directory: String?, sink: DiagnosticSink) {
        self.directory = directory
        self.sink = sink
        merger = TreeMerger(sink: sink)
    }

    /// The whole tree; what cannot be included is reported.
    mutating func tree(of root: YamlNode, name: String) -> YamlNode {
        let path = FileText.canonical(located(name))
        loaded.append(path)
        return merged(root, name: name, chain: [Link(name: name, path: path)])
    }

    /// A file on the way from the scenario's own to the one that is read.
    private struct Link {
        var name: String
        var path: String
    }

    private func located(_ name: String) -> String {
        guard let directory, !name.hasPrefix("/") else { return name }
        return "\(directory)/\(name)"
    }

    private mutating func merged(_ node: YamlNode, name: String, chain: [Link]) -> YamlNode {
        guard case .mapping(let entries) = node.content,
            let include = entries.first(where: { $0.key == "include" })
        else { return node }
        var result = YamlNode(content: .mapping([]), position: node.position)
        for (path, place) in paths(include.value) {
            guard let part = load(path, at: place, from: name, chain: chain) else { continue }
            // Of two files, the later one is the one that replaces.
            result = merger.merged(included: result, into: part)
        }
        return merger.merged(included: result, into: node)
    }

    private func paths(_ node: YamlNode) -> [(String, YamlNode)] {
        let form = "a path or a list of paths, relative to this file"
        let items: [YamlNode]
        switch node.content {
        case .scalar: items = [node]
        case .sequence(let all): items = all
        case .null: return []
        case .mapping:
            sink.report("'include' has \(node.described)", at: node, expected: form)
            return []
        }
        var seen: [String] = []
        return items.compactMap { item in
            guard let text = item.text, !text.isEmpty else {
                sink.report("'include' has \(item.described)", at: item, expected: form)
                return nil
            }
            guard !seen.contains(text) else {
                sink.report("'\(text)' is included twice", at: item, expected: "once")
                return nil
            }
            seen.append(text)
            return (text, item)
        }
    }

    private mutating func load(
        _ path: String, at place: YamlNode, from file: String, chain: [Link]
    ) -> YamlNode? {
        let name = FileText.sibling(path, of: file)
        let located = FileText.canonical(located(name))
        if let first = chain.firstIndex(where: { $0.path == located }) {
            let ring = chain[first...].map(\.name) + [name]
            sink.report(
                "files include each other: " + ring.joined(separator: " includes "), at: place,
                expected: "a file that does not lead back to this one")
            return nil
        }
        guard !loaded.contains(located) else { return nil }
        guard chain.count < Limits.includeDepth else {
            sink.report(
                "more than \(Limits.includeDepth) files include each other in a chain: "
                    + (chain.map(\.name) + [name]).joined(separator: " includes "), at: place,
                expected: "a shorter chain")
            return nil
        }
        guard loaded.count < Limits.includedFiles else {
            sink.report(
                "more than \(Limits.includedFiles) files", at: place, expected: "fewer files")
            return nil
        }
        loaded.append(located)
        switch FileText.read(path: self.located(name), mustBeRegular: true) {
        case .failure(let failure):
            sink.report(
                "'\(path)' cannot be included: \(failure.message)", at: place,
                expected: failure.expected)
            return nil
        case .success(let text):
            return part(text, name: name, path: located, place: place, chain: chain)
        }
    }

    private mutating func part(
        _ text: String, name: String, path: String, place: YamlNode, chain: [Link]
    ) -> YamlNode? {
        let number = sink.add(
            SourceFile(name: name, text: SourceText(text), includedFrom: place.position))
        let before = sink.count
        guard let root = YamlLoader.load(text, file: number, into: sink) else {
            if sink.count == before {
                sink.report(
                    "the file is empty", at: .start(of: number),
                    expected: "a mapping with topology, processes, traffic, ...")
            }
            return nil
        }
        guard case .mapping = root.content else {
            sink.report(
                "\(root.described) where a mapping belongs", at: root,
                expected: "a mapping with topology, processes, traffic, ...")
            return nil
        }
        return merged(root, name: name, chain: chain + [Link(name: name, path: path)])
    }
}
