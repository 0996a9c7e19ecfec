import SimModel
import Testing

struct LinkConditionsTests {
    private func words(_ change: (inout LinkConditions) -> Void) -> String {
        var conditions = LinkConditions()
        change(&conditions)
        return conditions.words
    }

    @Test func `each property has its word`() {
        #expect(LinkConditions.ideal.words == "ideal")
        #expect(words { $0.latency = .milliseconds(40) } == "latency 40ms")
        #expect(words { $0.jitter = Jitter(amount: .microseconds(1_500)) } == "jitter 1.5ms")
        #expect(words { $0.loss = .bernoulli(0.05) } == "loss 5%")
        #expect(
            words { $0.loss = .gilbertElliott(GilbertElliott(goodToBad: 0.001, badToGood: 0.25)) }
                == "loss in bursts (0.1% to bad, 25% to good)")
        #expect(words { $0.duplicate = 1 } == "duplicate 100%")
        #expect(
            words { $0.reorder = Reorder(probability: 0.125, holdBack: .milliseconds(1)) }
                == "reorder 12.5%")
        #expect(words { $0.corrupt = 0.000_01 } == "corrupt 0.001%")
        #expect(words { $0.maximumPacketBytes = 1_400 } == "black hole above 1400B")
    }

    @Test(arguments: [
        (300.0, "300bit"), (1_000, "1kbit"), (56_000, "56kbit"), (1_500_000, "1.5mbit"),
        (1_000_000_000, "1gbit"), (2_500_000_000, "2.5gbit"), (999_990, "1mbit"),
        (999_999_999, "1gbit"),
    ])
    func `a rate is written with its largest unit`(rate: Double, text: String) {
        #expect(words { $0.rateBitsPerSecond = rate } == "rate \(text)")
    }

    @Test func `a probability that is not zero is not written as zero`() {
        #expect(words { $0.loss = .bernoulli(1e-7) } == "loss <0.001%")
    }

    @Test func `all words stand in one line and a cut says everything`() {
        let all = { (conditions: inout LinkConditions) in
            conditions.latency = .milliseconds(1)
            conditions.loss = .bernoulli(0.5)
            conditions.rateBitsPerSecond = 10_000
        }
        #expect(words(all) == "latency 1ms, loss 50%, rate 10kbit")
        #expect(
            words {
                all(&$0)
                $0.isCut = true
            } == "cut")
    }
}
