internal import Foundation

/// The files that rules read, as values.
///
/// What git ignores is left out by name: build products, editors' leavings, and reports other than
/// the baseline.
struct Repository: Sendable {
    /// Sorted by path.
    let files: [SourceFile]
    /// The names at the top level, folders included, sorted.
    let topLevel: [String]

    /// A repository from texts, for tests.
    init(_ texts: [String: String]) {
        files = texts.map { SourceFile(path: $0.key, bytes: Array($0.value.utf8)) }
            .sorted { $0.path < $1.path }
        topLevel = Set(texts.keys.map { String($0.prefix { $0 != "/" }) }).sorted()
    }

    init(root: String) throws {
        let manager = FileManager.default
        var found: [SourceFile] = []
        var pending = [""]
        while let folder = pending.popLast() {
            for name in try manager.contentsOfDirectory(atPath: "\(root)/\(folder)") {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                if Self.isIgnored(path, name: name) { continue }
                let attributes = try manager.attributesOfItem(atPath: "\(root)/\(path)")
                let kind = attributes[.type] as? FileAttributeType
                if kind == .typeDirectory {
                    pending.append(path)
                } else if kind == .typeRegular {
                    let byteCount = (attributes[.size] as? Int) ?? 0
                    found.append(try Self.file(root: root, path: path, byteCount: byteCount))
                }
            }
        }
        files = found.sorted { $0.path < $1.path }
        topLevel = try manager.contentsOfDirectory(atPath: root)
            .filter { !Self.isIgnored($0, name: $0) }.sorted()
    }

    func file(at path: String) -> SourceFile? {
        files.first { $0.path == path }
    }

    /// The Swift files under `Sources/` and `Tests/`.
    var swiftFiles: [SourceFile] {
        files.filter { $0.isSwift && $0.target != nil }
    }

    var pureFiles: [SourceFile] { files.filter { $0.isSwift && $0.isPure } }

    /// The target folders under `Sources/`, sorted.
    var sourceTargets: [String] {
        Set(files.filter { $0.path.hasPrefix("Sources/") }.compactMap(\.target)).sorted()
    }

    private static func file(root: String, path: String, byteCount: Int) throws -> SourceFile {
        guard isText(path), byteCount <= readLimitBytes else {
            return SourceFile(path: path, bytes: [], byteCount: byteCount)
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)"))
        return SourceFile(path: path, bytes: Array(data))
    }

    /// Larger files break the size rule anyway; not reading them keeps the check fast.
    private static let readLimitBytes = 1 << 20

    private static func isText(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return name == "dev" || name == "run" }
        return textEndings.contains(String(name[name.index(after: dot)...]))
    }

    private static let textEndings: Set<String> = [
        "swift", "c", "h", "md", "yaml", "yml", "txt", "tsv", "json", "sh", "py", "js", "ts", "go",
        "rs",
        "php", "toml", "conf", "cfg",
    ]

    private static func isIgnored(_ path: String, name: String) -> Bool {
        if name == ".git" || name == ".build" || name.hasPrefix(".build-") { return true }
        if name == "__pycache__" || name == "node_modules" || name.hasSuffix(".swp") { return true }
        if path == "Package.resolved" { return true }
        let parts = path.split(separator: "/")
        guard parts.count > 1, parts[0] == "reports" else { return false }
        return parts[1] != "README.md" && parts[1] != "baseline"
    }
}
