extension Rule {
    static let fileSize = Rule(
        "file-size", because: "Every clone carries every version of a large file for ever."
    ) { repository in
        repository.files.filter { $0.byteCount > 1 << 20 }.map { file in
            Violation(
                path: file.path, line: 1, what: "\(file.byteCount) bytes",
                cure: "generate it, or keep under 1 MiB")
        }
    }
}
