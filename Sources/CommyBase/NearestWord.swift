/// Finds the word that was probably meant.
public enum NearestWord {
    /// Longer words are not looked at: the comparison takes time by their lengths' product.
    public static let lengthLimit = 64

    /// The nearest of `candidates`, if it is near enough to be a slip: a third of the letters or
    /// fewer differ (two letters in a short word). The first one wins a tie.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        guard word.count <= lengthLimit else { return nil }
        let plain = word.lowercased()
        var best: (distance: Int, candidate: String)?
        for candidate in candidates where candidate.count <= lengthLimit {
            let distance = distance(from: plain, to: candidate.lowercased())
            let longest = max(word.count, candidate.count)
            let allowed = longest <= 3 ? 1 : max(2, longest / 3)
            guard distance <= allowed, distance < longest else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
        }
        return best?.candidate
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other
    /// (Damerau-Levenshtein, optimal string alignment).
    public static func distance(from first: String, to second: String) -> Int {
        let left = Array(first)
        let right = Array(second)
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let same = left[row - 1] == right[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1)
                cost = min(cost, last[column - 1] + (same ? 0 : 1))
                let isSwap =
                    row > 1 && column > 1 && left[row - 1] == right[column - 2]
                    && left[row - 2] == right[column - 1]
                if isSwap { cost = min(cost, beforeLast[column - 2] + 1) }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
