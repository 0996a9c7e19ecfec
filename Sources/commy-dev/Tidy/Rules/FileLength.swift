extension Rule {
    static let fileLength = Rule(
        "file-length",
        because: "One concept per file: 150 lines is the aim, 400 a warning, 800 the end."
    ) { repository in
        repository.files.compactMap { file in
            let count = file.lineStarts.count
            guard file.isSwift || file.isC, count > warnLines else { return nil }
            return Violation(
                path: file.path, line: 1, severity: count > failLines ? .failure : .warning,
                what: "\(count) lines", cure: "cut it along its concepts")
        }
    }

    private static let warnLines = 400
    private static let failLines = 800
}
