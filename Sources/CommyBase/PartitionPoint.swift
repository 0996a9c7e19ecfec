extension RandomAccessCollection where Index == Int {
    /// The first place whose element does not lie before what is sought, by bisection: O(log n)
    /// calls of `isBefore`. All elements for which it is true must stand in front.
    @inlinable
    public func partitionPoint(where isBefore: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
