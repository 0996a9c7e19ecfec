/// Finds `((name))` in a text. `$((` begins shell arithmetic and is never one; what is no name
/// between the brackets is none either.
enum VariableText {
    struct Use: Equatable {
        var name: String
        var range: Range<Int>
    }

    /// The uses in order, with their places in Unicode scalars.
    static func uses(in scalars: [Unicode.Scalar]) -> [Use] {
        var uses: [Use] = []
        var index = 0
        while index + 1 < scalars.count {
            guard scalars[index] == "(", scalars[index + 1] == "(" else {
                index += 1
                continue
            }
            let isArithmetic = index > 0 && scalars[index - 1] == "$"
            if !isArithmetic, let use = use(in: scalars, from: index) {
                uses.append(use)
                index = use.range.upperBound
            } else {
                // After `$((` the second bracket may not begin one either.
                index += isArithmetic ? 2 : 1
            }
        }
        return uses
    }

    private static func use(in scalars: [Unicode.Scalar], from start: Int) -> Use? {
        var end = start + 2
        var name = String.UnicodeScalarView()
        while end < scalars.count, scalars[end] != ")", name.count <= Limits.nameLength {
            name.append(scalars[end])
            end += 1
        }
        guard end + 1 < scalars.count, scalars[end] == ")", scalars[end + 1] == ")",
            Names.isValid(String(name))
        else { return nil }
        return Use(name: String(name), range: start..<(end + 2))
    }

    /// The text with every use replaced; nil when it has none.
    static func replaced(_ text: String, by value: (String) -> String?) -> String? {
        guard text.contains("((") else { return nil }
        let scalars = Array(text.unicodeScalars)
        let uses = uses(in: scalars)
        guard !uses.isEmpty else { return nil }
        var result = String.UnicodeScalarView()
        var next = 0
        for use in uses {
            guard let value = value(use.name) else { continue }
            result.append(contentsOf: scalars[next..<use.range.lowerBound])
            result.append(contentsOf: value.unicodeScalars)
            next = use.range.upperBound
        }
        result.append(contentsOf: scalars[next...])
        return String(result)
    }
}
