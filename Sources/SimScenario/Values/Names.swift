/// The rule for names that a scenario gives.
enum Names {
    /// For "expected ...".
    static let rule =
        "a name of at most \(Limits.nameLength) lowercase letters, digits, '-' and '.', which "
        + "begins and ends with a letter or digit"

    /// The same as a regular expression (ECMA 262), not anchored.
    static let bare = "[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?"
    static let pattern = "^\(bare)$"
    static let zonePattern = "^\(bare)(/\(bare)){0,7}$"

    static func isValid(_ name: String) -> Bool {
        guard (1...Limits.nameLength).contains(name.utf8.count) else { return false }
        guard let first = name.utf8.first, let last = name.utf8.last else { return false }
        return isWordByte(first) && isWordByte(last)
            && name.utf8.allSatisfy {
                isWordByte($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    /// A zone path: names separated by '/'.
    static func zone(_ text: String) -> [String]? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return parts.allSatisfy(isValid) && parts.count <= 8 ? parts : nil
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
