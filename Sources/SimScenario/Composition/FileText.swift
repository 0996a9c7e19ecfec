import Foundation

/// Reads the text of a scenario file, within the limits.
enum FileText {
    struct Failure: Error {
        var message: String
        var expected: String
    }

    /// `mustBeRegular`: a pipe would be waited for. The file that a caller names may be one.
    static func read(path: String, mustBeRegular: Bool = false) -> Result<String, Failure> {
        func failure(_ message: String, expected: String) -> Result<String, Failure> {
            .failure(Failure(message: message, expected: expected))
        }
        if mustBeRegular, !isRegular(path) {
            let isThere = FileManager.default.fileExists(atPath: path)
            return failure(
                isThere ? "it is no file" : "there is no such file", expected: "a readable file")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return failure("the file cannot be opened", expected: "a readable file")
        }
        defer { try? handle.close() }
        // One byte more than the limit tells a file that is too large without reading all of it.
        guard let data = try? handle.read(upToCount: Limits.fileBytes + 1) else {
            return failure("the file cannot be read", expected: "a readable file")
        }
        guard data.count <= Limits.fileBytes else {
            return failure(
                "the file is too large", expected: "at most \(Limits.fileBytes) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            return failure("the file is not UTF-8", expected: "UTF-8 text")
        }
        return .success(text)
    }

    private static func isRegular(_ path: String) -> Bool {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    /// The path without `.` and `..`, and with links followed: the same for the same file.
    static func canonical(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }

    /// `path` as seen from the folder of `file`.
    static func sibling(_ path: String, of file: String) -> String {
        if path.hasPrefix("/") { return path }
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.isEmpty ? path : parts.joined(separator: "/") + "/" + path
    }
}
