internal import CommyBase

extension LinkConditions {
    /// The conditions in the scenario language's words, in one line: `latency 40ms, loss 5%`.
    public var words: String {
        if isCut { return "cut" }
        var parts: [String] = []
        if let cutFamily { parts.append("\(cutFamily.rawValue) cut") }
        if latency > .zero { parts.append("latency \(latency.shortText)") }
        if let jitter { parts.append("jitter \(jitter.amount.shortText)") }
        switch loss {
        case .none: break
        case .bernoulli(let probability): parts.append("loss \(Self.percent(probability))")
        case .gilbertElliott(let model):
            parts.append(
                "loss in bursts (\(Self.percent(model.goodToBad)) to bad, "
                    + "\(Self.percent(model.badToGood)) to good)")
        }
        if duplicate > 0 { parts.append("duplicate \(Self.percent(duplicate))") }
        if let reorder { parts.append("reorder \(Self.percent(reorder.probability))") }
        if corrupt > 0 { parts.append("corrupt \(Self.percent(corrupt))") }
        if let rateBitsPerSecond { parts.append("rate \(Self.bitRate(rateBitsPerSecond))") }
        if resetsConnections { parts.append("connections reset") }
        if let maximumPacketBytes { parts.append("black hole above \(maximumPacketBytes)B") }
        return parts.isEmpty ? "ideal" : parts.joined(separator: ", ")
    }

    /// At most three decimals, none that are zero.
    private static func percent(_ share: Double) -> String {
        let thousandths = Int((share * 100_000).rounded())
        if thousandths == 0 && share > 0 { return "<0.001%" }
        let fraction = String(thousandths % 1_000 + 1_000).dropFirst()
        var digits = fraction[...]
        while digits.last == "0" { digits.removeLast() }
        return "\(thousandths / 1_000)" + (digits.isEmpty ? "%" : ".\(digits)%")
    }

    private static func bitRate(_ bitsPerSecond: Double) -> String {
        let units: [(size: Double, unit: String)] = [(1e9, "gbit"), (1e6, "mbit"), (1e3, "kbit")]
        // What would be written as 1000 of a unit is 1 of the next: 999,990 bit/s is 1mbit.
        for (size, unit) in units where bitsPerSecond >= size * 0.999_95 {
            let value = (bitsPerSecond / size * 10).rounded() / 10
            return value == value.rounded() ? "\(Int(value))\(unit)" : "\(value)\(unit)"
        }
        return "\(Int(bitsPerSecond))bit"
    }
}
