import Foundation
import Testing

@testable import SimLab

@Suite struct TraceDifferenceTests {
    private static func data(_ lines: [String]) -> Data {
        Data(lines.map { $0 + "\n" }.joined().utf8)
    }

    @Test func `the same bytes do not differ`() {
        #expect(TraceDifference(Self.data(["a", "b"]), Self.data(["a", "b"])) == nil)
        #expect(TraceDifference(Data(), Data()) == nil)
    }

    @Test func `the first different line is shown with what came before and after it`() throws {
        let before = ["one", "two", "three", "four"]
        let difference = try #require(
            TraceDifference(
                Self.data(before + ["five", "six"]), Self.data(before + ["fire", "six"])))
        #expect(difference.lineNumber == 5)
        #expect(difference.common == ["two", "three", "four"])
        #expect(difference.first == ["five", "six"])
        #expect(difference.second == ["fire", "six"])
    }

    @Test func `a trace that ends early differs at its end`() throws {
        let difference = try #require(
            TraceDifference(Self.data(["a", "b"]), Self.data(["a"])))
        #expect(difference.lineNumber == 2)
        #expect(difference.first == ["b"] && difference.second == [])
        #expect(difference.text.contains("> (the end)"))
        let first = try #require(TraceDifference(Self.data(["a"]), Self.data(["b"])))
        #expect(first.lineNumber == 1 && first.common == [])
    }
}
