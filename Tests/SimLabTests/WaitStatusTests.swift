import Testing

@testable import SimLab

struct WaitStatusTests {
    struct Row: Sendable {
        var status: Int32
        var code: Int32?
        var signal: Int32?
        var words: String
    }

    @Test(arguments: [
        Row(status: 0, code: 0, words: "ended with code 0"),
        Row(status: 1 << 8, code: 1, words: "ended with code 1"),
        Row(status: 255 << 8, code: 255, words: "ended with code 255"),
        Row(status: 9, signal: 9, words: "was killed by signal 9"),
        Row(status: 11 | 0x80, signal: 11, words: "was killed by signal 11"),
    ])
    func `a wait status is read as wait(2) means it`(row: Row) {
        let status = WaitStatus(row.status)
        #expect(status.code == row.code && status.signal == row.signal)
        #expect(status.words == row.words)
    }
}
