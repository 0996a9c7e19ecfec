extension Rule {
    static let names = Rule(
        "names",
        because: "A name says what a thing is; these say only that there was no better place."
    ) { repository in
        repository.files.flatMap { file -> [Violation] in
            guard file.isSwift || file.isC else { return [] }
            var violations: [Violation] = []
            let stem = file.name.prefix { $0 != "." }
            let parts = [String(stem)] + file.folders
            for part in parts where isVague(part) {
                violations.append(violation(file.path, 1, part))
            }
            for type in file.declaredTypes where isVague(type.name) {
                violations.append(violation(file.path, type.line, type.name))
            }
            return violations
        }
    }

    /// Vague as part of a name.
    private static let vagueParts: Set<String> = [
        "Util", "Utils", "Utilities", "Helper", "Helpers", "Manager",
    ]
    /// Vague as a whole name.
    private static let vagueNames: Set<String> = ["New", "Common", "Misc", "Stuff", "Old"]

    private static func violation(_ path: String, _ line: Int, _ name: String) -> Violation {
        Violation(
            path: path, line: line, what: "the name \(name) says nothing",
            cure: "name the concept that it holds")
    }

    private static func isVague(_ name: String) -> Bool {
        let capitalised = name.prefix(1).uppercased() + name.dropFirst()
        if vagueNames.contains(capitalised) { return true }
        var part = ""
        for character in capitalised + "_" {
            if character.isUppercase || !character.isLetter {
                if vagueParts.contains(part) { return true }
                part = ""
            }
            part.append(character)
        }
        return false
    }
}
