import CommyBase
import Testing

@Suite struct ElementaryFunctionsTests {
    @Test(arguments: [
        (2.0, 0.693_147_180_559_945_3), (10, 2.302_585_092_994_046),
        (0.5, -0.693_147_180_559_945_3),
        (1e-300, -690.775_527_898_213_7), (1, 0), (1e300, 690.775_527_898_213_7),
    ])
    func `the logarithm has its published value`(x: Double, expected: Double) {
        #expect(
            (ElementaryFunctions.ln(x) - expected).magnitude <= 4e-16 * max(1, expected.magnitude))
    }

    @Test(arguments: [
        (1.0, 2.718_281_828_459_045), (0, 1), (-1, 0.367_879_441_171_442_3),
        (10, 22_026.465_794_806_718), (0.5, 1.648_721_270_700_128_2), (-800, 0),
    ])
    func `the exponential has its published value`(x: Double, expected: Double) {
        #expect((ElementaryFunctions.exp(x) - expected).magnitude <= 5e-16 * max(1, expected))
    }

    @Test func `exp undoes ln over many magnitudes`() {
        var stream = RandomStream(key: RandomKey(seed: 1))
        for _ in 0..<2_000 {
            let x = (stream.nextUnit() - 0.5) * 1_000
            #expect((ElementaryFunctions.ln(ElementaryFunctions.exp(x)) - x).magnitude <= 1e-12)
        }
    }

    @Test(arguments: [
        (0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.25, -0.674_489_750_196_081_7),
        (0.999, 3.090_232_306_167_813_5), (1e-20, -9.262_340_089_798_408),
    ])
    func `the normal quantile has its published value`(p: Double, expected: Double) {
        #expect((NormalQuantile.value(atProbability: p) - expected).magnitude <= 1e-13)
    }
}
