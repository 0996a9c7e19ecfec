internal import CommyBase

/// Makes the input number N of a target: the same one in every process, so that a seed and a number
/// are all that has to be said of a finding.
public struct FuzzMutator: Sendable {
    private let key: RandomKey
    private let target: FuzzTarget
    /// What mutations start from: the target's own seeds and the corpus.
    private let corpus: [[UInt8]]
    /// Bytes of an input at most; longer ones only make slower rounds.
    private static let byteLimit = 4_096

    public init(seed: UInt64, target: FuzzTarget, corpus: [[UInt8]]) {
        key = RandomKey(seed: seed).labelled("fuzz").labelled(target.name)
        self.target = target
        self.corpus = target.seeds + corpus
    }

    public func input(_ number: UInt64) -> [UInt8] {
        var random = RandomStream(key: key.numbered(number))
        var bytes = corpus[Int(random.next() % UInt64(corpus.count))]
        // One to eight steps, few more often than many.
        let steps = 1 + (random.next() & random.next() & 7)
        for _ in 0..<steps { mutate(&bytes, &random) }
        if bytes.count > Self.byteLimit { bytes.removeLast(bytes.count - Self.byteLimit) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream) {
        guard !bytes.isEmpty else {
            bytes.append(UInt8(truncatingIfNeeded: random.next()))
            return
        }
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 10 {
        case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes[place] = Self.borders[Int(random.next() % UInt64(Self.borders.count))]
        case 3: bytes[place] &+= random.next() % 2 == 0 ? 1 : 255
        case 4: number(at: place, &bytes, &random)
        case 5: bytes.removeSubrange(range(at: place, bytes.count, &random))
        case 6: bytes.insert(contentsOf: bytes[range(at: place, bytes.count, &random)], at: place)
        case 7:
            let other = corpus[Int(random.next() % UInt64(corpus.count))]
            guard !other.isEmpty else { return }
            let from = Int(random.next() % UInt64(other.count))
            bytes.replaceSubrange(place..., with: other[from...])
        case 8:
            guard !target.words.isEmpty else { return }
            let word = target.words[Int(random.next() % UInt64(target.words.count))]
            let isOver = random.next() % 2 == 0
            let end = isOver ? min(bytes.count, place + word.count) : place
            bytes.replaceSubrange(place..<end, with: word)
        // The one that is left: the input ends here.
        default: bytes.removeLast(bytes.count - place)
        }
    }

    private static let borders: [UInt8] = [0, 1, 0x1f, 0x20, 0x7f, 0x80, 0xc0, 0xfe, 0xff]

    /// Writes a number of 2, 4 or 8 bytes over what is there, either end first: counts and offsets.
    private func number(at place: Int, _ bytes: inout [UInt8], _ random: inout RandomStream) {
        let width = 2 << Int(random.next() % 3)
        let choices: [UInt64] = [
            0, 1, UInt64(bytes.count), UInt64(place), 0x7fff_ffff, 0xffff_ffff, 1 << 63, .max,
            random.next() % 1_024,
        ]
        let value = choices[Int(random.next() % UInt64(choices.count))]
        let isBig = random.next() % 2 == 0
        for index in 0..<width where place + index < bytes.count {
            let shift = UInt64(8 * (isBig ? width - 1 - index : index))
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }

    private func range(at place: Int, _ count: Int, _ random: inout RandomStream) -> Range<Int> {
        let longest = UInt64(count - place)
        // Short pieces are more useful than long ones.
        let length = 1 + Int(random.next() % longest) % (random.next() % 4 == 0 ? count : 8)
        return place..<min(count, place + length)
    }
}
