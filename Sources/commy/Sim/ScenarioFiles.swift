internal import Foundation
internal import SimScenario

/// Which files a list of paths means.
enum ScenarioFiles {
    /// A path below the working directory, written relative to it.
    static func shortened(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    /// Files as they are, directories searched for `*.yaml`, in a stable order.
    static func find(_ paths: [String]) throws -> [String] {
        var files: [String] = []
        for path in paths {
            var isDirectory = ObjCBool(false)
            guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            else {
                throw ToolError("there is no '\(path)'")
            }
            guard isDirectory.boolValue else {
                files.append(path)
                continue
            }
            // An enumerator does not follow a link, not even the one that it begins at.
            let root = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let found = (FileManager.default.enumerator(atPath: root)?.allObjects ?? [])
                .compactMap { $0 as? String }
                .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
                .filter { !ScenarioReader.isPart(path: $0) }
                .sorted()
            guard !found.isEmpty else {
                throw ToolError("there is no scenario (*.yaml) below '\(path)'")
            }
            files += found.map { "\(path)/\($0)" }
        }
        return files
    }
}
