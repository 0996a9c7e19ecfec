extension NetworkAddress: CustomStringConvertible {
    /// `10.0.0.1:7400`, or `[2001:db8::1]:7400` with the address as RFC 5952 writes it.
    public var description: String {
        switch host {
        case .v4: "\(host):\(port)"
        case .v6: "[\(host)]:\(port)"
        }
    }

    /// Reads what `description` writes; nil for anything else, names of hosts among it.
    public init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: 0x3a) else { return nil }
        let portText = text[text.index(after: colon)...]
        guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(portText)
        else { return nil }
        var hostText = text[..<colon]
        let isBracketed = hostText.first == "[" && hostText.last == "]"
        if isBracketed { hostText = hostText.dropFirst().dropLast() }
        guard let host = Host(String(hostText)) else { return nil }
        switch host {
        case .v4: guard !isBracketed else { return nil }
        case .v6: guard isBracketed else { return nil }
        }
        self.init(host: host, port: port)
    }
}

extension NetworkAddress.Host: CustomStringConvertible {
    public var description: String {
        switch self {
        case .v4(let number):
            return [24, 16, 8, 0].map { String(number >> UInt32($0) & 0xff) }
                .joined(separator: ".")
        case .v6(let high, let low):
            let groups = (0..<8).map { index in
                UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
            }
            guard let gap = Self.longestZeros(groups) else { return Self.joined(groups[...]) }
            return Self.joined(groups[..<gap.lowerBound]) + "::"
                + Self.joined(groups[gap.upperBound...])
        }
    }

    /// Reads dotted decimal or RFC 4291 text (without an embedded IPv4 address); nil otherwise.
    public init?(_ text: String) {
        if text.utf8.contains(0x3a) {
            guard let host = Self.version6(text) else { return nil }
            self = host
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            // A leading zero means octal to some readers, so no reader gets to guess.
            guard (1...3).contains(part.utf8.count), part == "0" || part.first != "0",
                part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part)
            else { return nil }
            number = number << 8 | UInt32(byte)
        }
        self = .v4(number)
    }

    private static func version6(_ text: String) -> Self? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let left = groups(halves[0]) else { return nil }
        var all = left
        if halves.count == 2 {
            guard let right = groups(halves[1]), left.count + right.count <= 7 else { return nil }
            all += Array(repeating: 0, count: 8 - left.count - right.count) + right
        }
        guard all.count == 8 else { return nil }
        let words = [0, 4].map { start in
            all[start..<start + 4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        }
        return .v6(high: words[0], low: words[1])
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    private static func joined(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of at least two zero groups (RFC 5952 section 4.2).
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best.count >= 2 ? best : nil
    }
}
