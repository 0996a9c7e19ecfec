/// A numeric IPv4 or IPv6 address and a port: where a node can be dialled.
public struct NetworkAddress: Sendable, Hashable, Comparable {
    public enum Host: Sendable, Hashable {
        /// In host byte order: 127.0.0.1 is 0x7f00_0001.
        case v4(UInt32)
        case v6(high: UInt64, low: UInt64)
    }
    public var host: Host
    public var port: UInt16

    public init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads a numeric address such as `10.77.0.2` or `fd00::2`; nil when it is none.
    public init?(numeric text: String, port: UInt16) {
        if let bits = Self.v4(text) {
            self.init(host: .v4(bits), port: port)
        } else if let groups = Self.v6Groups(text) {
            let halves = stride(from: 0, to: 8, by: 4).map { start in
                groups[start..<start + 4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            }
            self.init(host: .v6(high: halves[0], low: halves[1]), port: port)
        } else {
            return nil
        }
    }

    /// Reads `10.77.0.2:80` or `[fd00::2]:80`; nil when it is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Self.decimal(text[text.index(after: colon)...], limit: 65_535)
        else { return nil }
        var host = text[..<colon]
        if host.first == "[" {
            guard host.last == "]" else { return nil }
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        self.init(numeric: String(host), port: UInt16(port))
    }

    public static func loopback(port: UInt16) -> NetworkAddress {
        NetworkAddress(host: .v4(0x7f00_0001), port: port)
    }

    /// The address of all interfaces (0.0.0.0, ::): to listen at, not to dial.
    public var isUnspecified: Bool { host == .v4(0) || host == .v6(high: 0, low: 0) }

    /// IPv4 before IPv6, then by number.
    public static func < (left: NetworkAddress, right: NetworkAddress) -> Bool {
        left.order < right.order
    }

    private var order: (UInt8, UInt64, UInt64, UInt16) {
        switch host {
        case .v4(let number): (4, 0, UInt64(number), port)
        case .v6(let high, let low): (6, high, low, port)
        }
    }
}

/// As people write them.
extension NetworkAddress: CustomStringConvertible {
    /// `10.77.0.2:80` or `[fd00::2]:80`.
    public var description: String {
        switch host {
        case .v4: "\(hostText):\(port)"
        case .v6: "[\(hostText)]:\(port)"
        }
    }

    /// The address without the port; IPv6 as RFC 5952 wants it.
    public var hostText: String {
        switch host {
        case .v4(let bits): Self.dotted(bits)
        case .v6(let high, let low): Self.text(ofGroups: Self.groups(high) + Self.groups(low))
        }
    }

    private static func dotted(_ bits: UInt32) -> String {
        [24, 16, 8, 0].map { String(bits >> UInt32($0) & 0xff) }.joined(separator: ".")
    }

    private static func groups(_ half: UInt64) -> [UInt16] {
        [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
    }

    private static func text(ofGroups groups: [UInt16]) -> String {
        // An IPv4-mapped address is written with its IPv4 part (RFC 5952, section 5).
        if groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xffff {
            return "::ffff:" + dotted(UInt32(groups[6]) << 16 | UInt32(groups[7]))
        }
        // The longest run of two or more zeros, the first of equals (section 4.2).
        var longest = 0..<0
        var index = 0
        while index < 8 {
            let length = groups[index...].prefix { $0 == 0 }.count
            if length >= 2, length > longest.count { longest = index..<index + length }
            index += max(1, length)
        }
        func words(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if longest.isEmpty { return words(groups[...]) }
        return words(groups[..<longest.lowerBound]) + "::" + words(groups[longest.upperBound...])
    }
}

/// Reading.
extension NetworkAddress {
    /// A number of decimal digits without a leading zero.
    private static func decimal(_ text: Substring, limit: Int) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 5, text == "0" || text.first != "0",
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), number <= limit
        else { return nil }
        return number
    }

    private static func v4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard let byte = decimal(part, limit: 255) else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    /// The eight groups of an IPv6 address (RFC 4291, section 2.2).
    private static func v6Groups(_ text: String) -> [UInt16]? {
        let halves = split(text, atFirst: "::")
        guard let left = groups(of: halves.left) else { return nil }
        guard let rightText = halves.right else { return left.count == 8 ? left : nil }
        guard let right = groups(of: rightText), left.count + right.count <= 7 else { return nil }
        // Only the last part may hold an IPv4 address.
        if halves.left.contains(".") { return nil }
        return left + [UInt16](repeating: 0, count: 8 - left.count - right.count) + right
    }

    private static func split(
        _ text: String, atFirst mark: String
    ) -> (left: Substring, right: Substring?) {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(mark) {
                return (text[..<index], text[text.index(index, offsetBy: mark.count)...])
            }
            index = text.index(after: index)
        }
        return (text[...], nil)
    }

    private static func groups(of text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let words = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, word) in words.enumerated() {
            if index == words.count - 1, word.contains(".") {
                guard let bits = v4(String(word)) else { return nil }
                groups += [UInt16(bits >> 16), UInt16(bits & 0xffff)]
            } else {
                guard (1...4).contains(word.utf8.count),
                    word.utf8.allSatisfy({ byte in
                        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
                    }), let group = UInt16(word, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups.count <= 8 ? groups : nil
    }
}
