import CommyBase

/// Turns one uniform draw into the jitter of one packet, by the inverse of the distribution
/// function.
struct JitterSampler: Sendable, Equatable {
    /// The distribution without its table, so that a packet touches no reference.
    private enum Shape: Sendable, Equatable {
        case none, uniform, normal, pareto, table
    }
    private let shape: Shape
    private let amountNanoseconds: Double
    private let table: [Double]

    init(_ jitter: Jitter?) {
        amountNanoseconds = Double(jitter?.amount.nanoseconds ?? 0)
        switch jitter?.distribution {
        case .none: (shape, table) = (.none, [])
        case .uniform: (shape, table) = (.uniform, [])
        case .normal: (shape, table) = (.normal, [])
        case .pareto: (shape, table) = (.pareto, [])
        case .table(let values):
            precondition(values.count >= 2, "a jitter table has at least two entries")
            (shape, table) = (.table, values)
        }
    }

    var isActive: Bool { shape != .none }

    /// The jitter in nanoseconds, which may be negative. `draw` has 53 random bits in [0, 1).
    func nanoseconds(draw: Double) -> Double {
        // The middle of the draw's interval: neither 0 nor 1, where the quantile functions are
        // infinite. Above one half the sum may round to 1, hence the bound.
        let probability = min(draw + 0x1p-54, 1 - 0x1p-53)
        switch shape {
        case .none:
            return 0
        case .uniform:
            return amountNanoseconds * (2 * probability - 1)
        case .normal:
            return amountNanoseconds * NormalQuantile.value(atProbability: probability)
        case .pareto:
            // X = (1 - u)^(-1/3) has mean 3/2 and standard deviation sqrt(3)/2.
            let x = ElementaryFunctions.exp(ElementaryFunctions.ln(1 - probability) / -3)
            return amountNanoseconds * (x - 1.5) / 0.866_025_403_784_438_6
        case .table:
            let position = probability * Double(table.count - 1)
            let index = min(Int(position), table.count - 2)
            let fraction = position - Double(index)
            return amountNanoseconds * (table[index] * (1 - fraction) + table[index + 1] * fraction)
        }
    }
}
