extension Rule {
    static let scenarioNames = Rule(
        "scenario-names",
        because: "A scenario's path is its address: area, then behaviour in kebab-case."
    ) { repository in
        repository.files.filter { file in
            file.path.hasPrefix("Scenarios/")
                && (file.name.hasSuffix(".yaml") || file.name.hasSuffix(".yml"))
        }
        .filter { !isAddress($0) }
        .map { file in
            Violation(
                path: file.path, line: 1, what: "the name \(file.name)",
                cure: "name it AREA/behaviour-in-kebab-case.yaml")
        }
    }

    private static func isAddress(_ file: SourceFile) -> Bool {
        guard file.folders.count >= 2, file.name.hasSuffix(".yaml") else { return false }
        let parts = file.folders.dropFirst() + [String(file.name.dropLast(".yaml".count))]
        return parts.allSatisfy { part in
            part.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy { byte in
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    }
            }
        }
    }
}
