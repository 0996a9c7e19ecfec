internal import CommyBase
internal import CommyLinux

/// Where the nodes of a development mesh listen: a line `NAME ADDRESS` each, the newest last.
/// Whoever changes it holds the lock of the mesh's folder.
struct AddressBook {
    let path: String

    /// Older lines than this many are forgotten: nodes that are gone are dialled in vain.
    private static let lineLimit = 32

    private var lines: [(name: String, address: String)] {
        let bytes = (try? WholeFile.read(path)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 2 ? (words[0], words[1]) : nil
        }
    }

    func addresses(except name: NodeName) -> [NetworkAddress] {
        lines.filter { $0.name != name.text }.compactMap { NetworkAddress($0.address) }
    }

    func add(_ name: NodeName, _ addresses: [NetworkAddress]) throws(NodeError) {
        let others = lines.filter { $0.name != name.text }
        let all = others + addresses.map { (name.text, $0.description) }
        let text = all.suffix(Self.lineLimit).map { "\($0.0) \($0.1)\n" }.joined()
        try NodeError.about { () throws(SystemError) in
            try WholeFile.replace(path, with: Array(text.utf8))
        }
    }
}
