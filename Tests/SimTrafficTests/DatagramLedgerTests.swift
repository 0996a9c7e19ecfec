internal import CommyBase
internal import Testing

@testable internal import SimTraffic

@Suite struct DatagramLedgerTests {
    static func request(_ ordinal: UInt64) -> DatagramLedger.UnderWay {
        .init(ordinal: ordinal, due: .zero, sent: .zero)
    }

    static func words(_ answer: DatagramLedger.Answer) -> String {
        switch answer {
        case .first(let request, let isMisordered):
            "\(request.ordinal)\(isMisordered ? " late" : "")"
        case .repeated: "repeated"
        case .unknown: "unknown"
        }
    }

    @Test func `answers are first, late, repeated or unknown`() {
        var ledger = DatagramLedger()
        for ordinal in 0..<5 as Range<UInt64> { ledger.sent(Self.request(ordinal)) }
        ledger.gaveUp(3)
        let seen = ([1, 0, 1, 0, 3, 9, 4, 2] as [UInt64]).map { Self.words(ledger.answerCame($0)) }
        #expect(
            seen == [
                "1", "0 late", "repeated", "repeated", "unknown", "unknown", "4", "2 late",
            ])
        #expect(ledger.count == 0)
        #expect(ledger.oldest() == nil)
    }

    /// Against a plain set and a plain list, over random histories.
    @Test(arguments: 0..<20 as Range<UInt64>) func `it agrees with its definition`(_ seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var ledger = DatagramLedger()
        var underWay: [UInt64] = []
        var answered: Set<UInt64> = []
        var next: UInt64 = 0
        for _ in 0..<5_000 {
            switch random.next() % 5 {
            case 0, 1:
                ledger.sent(Self.request(next))
                underWay.append(next)
                // Some are never sent.
                next += 1 + random.next() % 2
            case 2 where !underWay.isEmpty:
                let oldest = underWay.removeFirst()
                #expect(ledger.oldest()?.ordinal == oldest)
                ledger.gaveUp(oldest)
            case _ where next > 0:
                let ordinal = next - 1 - random.next() % min(next, 40)
                let place = underWay.firstIndex(of: ordinal)
                let isLate = answered.max().map { ordinal < $0 } ?? false
                let expected =
                    place != nil
                    ? "\(ordinal)\(isLate ? " late" : "")"
                    : answered.contains(ordinal) ? "repeated" : "unknown"
                #expect(Self.words(ledger.answerCame(ordinal)) == expected)
                if let place {
                    underWay.remove(at: place)
                    answered.insert(ordinal)
                }
            case _: continue
            }
            #expect(ledger.count == underWay.count)
        }
    }
}
