extension Rule {
    static let machinePaths = Rule(
        "machine-paths", because: "A path of one person's machine works on no other."
    ) { repository in
        repository.files.flatMap { file -> [Violation] in
            if Prose.isExempt(file.path) { return [] }
            return places.flatMap { place in
                file.offsets(of: place).map { offset in
                    Violation(
                        path: file.path, line: file.line(at: offset),
                        what: "a path below \(String(decoding: place, as: UTF8.self))",
                        cure: "make it relative to the repository, or take it as an argument")
                }
            }
        }
    }

    private static let places: [[UInt8]] = ["/home/", "/Users/", "/root/"].map {
        Array($0.utf8)
    }
}

extension SourceFile {
    /// Where an absolute path begins with `place`: a letter or dot before it makes it a relative
    /// one.
    fileprivate func offsets(of place: [UInt8]) -> [Int] {
        var found: [Int] = []
        var start = 0
        while let hit = bytes[start...].firstIndex(of: place[0]), hit + place.count <= bytes.count {
            if bytes[hit..<hit + place.count].elementsEqual(place), !continuesPath(at: hit) {
                found.append(hit)
            }
            start = hit + 1
        }
        return found
    }

    private func continuesPath(at offset: Int) -> Bool {
        guard offset > 0 else { return false }
        let before = Character(Unicode.Scalar(bytes[offset - 1]))
        return before.isLetter || before.isNumber || ".}_-)".contains(before)
    }
}
