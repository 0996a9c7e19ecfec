extension Rule {
    /// Counts Unicode scalars; a comma at the end hangs free, as it does for the formatter.
    /// A line with a URL may be longer, and in tests a line whose excess
    /// lies in a string.
    static let lineLength = Rule(
        "line-length", because: "Two files fit beside each other: 100 columns."
    ) { repository in
        repository.files.filter { $0.isSwift || $0.isC || $0.path == "dev" }.flatMap { file in
            (0..<file.lineStarts.count).compactMap { index in
                var line = file.lineBytes(index + 1)
                if line.last == UInt8(ascii: ",") { line.removeLast() }
                guard line.count > columns else { return nil }
                let count = line.count { $0 & 0xC0 != 0x80 }
                guard count > columns, !isExempt(file, line) else { return nil }
                return Violation(
                    path: file.path, line: index + 1, what: "\(count) columns",
                    cure: "break the line at 100")
            }
        }
    }

    private static let columns = 100

    private static func isExempt(_ file: SourceFile, _ line: ArraySlice<UInt8>) -> Bool {
        if String(decoding: line, as: UTF8.self).contains("://") { return true }
        guard file.path.hasPrefix("Tests/") else { return false }
        let limit = line.startIndex + columns
        return file.tokens.contains {
            $0.kind == .string && $0.range.lowerBound < limit && $0.range.upperBound > limit
        }
    }
}
