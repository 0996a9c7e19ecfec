import CommyBase
import Foundation
import Testing

struct ErrorCodeTests {
    private static let goldenPath = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/error-codes.tsv")

    @Test func `the table equals its golden copy`() throws {
        var text = "code\tname\tarea\tdelivered\tmeaning\tcure\n"
        for entry in ErrorCode.table {
            let area = try #require(entry.code.area)
            text += "\(entry.code.rawValue)\t\(entry.name)\t\(area)\t\(entry.delivered)\t"
            text += "\(entry.meaning)\t\(entry.cure)\n"
        }
        if ProcessInfo.processInfo.environment["COMMY_UPDATE"] == "1" {
            try text.write(to: Self.goldenPath, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.goldenPath, encoding: .utf8) == text)
    }

    @Test func `codes ascend and no name stands twice`() {
        let codes = ErrorCode.table.map(\.code)
        #expect(zip(codes, codes.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Set(ErrorCode.table.map(\.name)).count == codes.count)
    }

    @Test func `every code finds its own row`() {
        for entry in ErrorCode.table { #expect(entry.code.entry == entry) }
    }

    @Test func `a number of a later version is kept and may have been delivered`() {
        let code = ErrorCode(rawValue: 2_999)
        #expect(code.entry == nil)
        #expect(code.description == "unknown(2999)")
        #expect(code.delivered == .maybe)
    }

    @Test func `an error tells what led to it`() {
        let lost = CommyError(.connectionLost, "reset by peer")
        let error = CommyError(.noHealthyInstance, cause: lost)
        #expect(error.cause == lost)
        #expect(error.description == "noHealthyInstance, because connectionLost: reset by peer")
    }

    @Test func `only an idempotent request is tried again when it may have been delivered`() {
        #expect(CommyError(.connectionRefused).allowsRetry(isIdempotent: false))
        #expect(!CommyError(.connectionLost).allowsRetry(isIdempotent: false))
        #expect(CommyError(.connectionLost).allowsRetry(isIdempotent: true))
    }
}
