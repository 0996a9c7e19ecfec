/// Makes the `d` of SVG paths from values a bucket.
///
/// A bucket is two units wide; heights are given as places from 0 (bottom) to 1 (top) and drawn in
/// thousandths.
enum ChartPath {
    /// A line through the middles of the buckets; it breaks where there is no value, and a value
    /// that is alone is a dot. Where `isIdle` there was nothing to measure: the line goes on.
    static func line(_ places: [Double?], isIdle: [Bool] = []) -> String {
        var path = ""
        var isDrawing = false
        for (index, place) in places.enumerated() {
            guard let place else {
                isDrawing = isDrawing && index < isIdle.count && isIdle[index]
                continue
            }
            path += isDrawing ? "L" : "M"
            path += "\(index * 2 + 1) \(down(place))"
            // No line is as short as this: a round end makes a dot of it.
            if !isDrawing { path += "h0.1" }
            isDrawing = true
        }
        return path
    }

    /// A bar a bucket, from one place to another; none where they are the same.
    static func bars(from lower: [Double], to upper: [Double]) -> String {
        var path = ""
        var index = 0
        while index < lower.count {
            let (low, high) = (lower[index], upper[index])
            var next = index + 1
            // Bars of one height are one path: most of a healthy run is.
            while next < lower.count, lower[next] == low, upper[next] == high { next += 1 }
            if high > low {
                path += "M\(index * 2) \(down(low))V\(down(high))H\(next * 2)V\(down(low))z"
            }
            index = next
        }
        return path
    }

    private static func down(_ place: Double) -> Int {
        Int(((1 - min(1, max(0, place))) * 1_000).rounded())
    }
}
