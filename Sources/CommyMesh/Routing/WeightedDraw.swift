internal import CommyBase

/// Draws places in proportion to weights: Walker's alias method in the form of Vose ("A linear
/// algorithm for generating random numbers with a given distribution", 1991), in whole numbers, so
/// every machine draws the same and shares are exact.
///
/// Each of `n` places is a column of height `total`. Its own weight, times `n`, fills the column
/// from below; the rest belongs to one other place, which has too much. A draw is a column and a
/// height: two random numbers, whatever the count. Equal weights need no table and one number.
///
/// Built anew in O(n) at the first pick after a change of the tier; the arrays stay allocated, so
/// a rebuild allocates only when the tier has grown.
struct WeightedDraw: Sendable, Equatable {
    private var count = 0
    /// Sum of the weights; at most 2^16 for each of 2^16 places, so products fit into 64 bits.
    private var total: UInt64 = 0
    /// Up to where each column is its own place; empty when all weights are equal.
    private var heights: [UInt64] = []
    private var others: [Int32] = []
    // Used while it is built.
    private var short: [Int32] = []
    private var tall: [Int32] = []

    /// `weight` gives the weight of each place from 0 on; none is 0.
    mutating func build(count: Int, weight: (Int) -> UInt16) {
        self.count = count
        total = 0
        heights.removeAll(keepingCapacity: true)
        others.removeAll(keepingCapacity: true)
        var isEven = true
        for place in 0..<count {
            total += UInt64(weight(place))
            if weight(place) != weight(0) { isEven = false }
        }
        guard !isEven else { return }
        for place in 0..<count {
            heights.append(UInt64(weight(place)) * UInt64(count))
            others.append(Int32(place))
            if heights[place] < total {
                short.append(Int32(place))
            } else {
                tall.append(Int32(place))
            }
        }
        while let low = short.popLast(), let high = tall.last {
            others[Int(low)] = high
            // The tall one gives what fills the short one's column.
            heights[Int(high)] -= total - heights[Int(low)]
            if heights[Int(high)] < total {
                tall.removeLast()
                short.append(high)
            }
        }
        short.removeAll(keepingCapacity: true)
        tall.removeAll(keepingCapacity: true)
    }

    /// A place below `count`, which is not 0.
    func draw(_ random: inout RandomStream) -> Int {
        let column = random.below(count)
        guard !heights.isEmpty else { return column }
        return random.below(Int(total)) < Int(heights[column]) ? column : Int(others[column])
    }
}
