import Testing

@testable import CommyNode

/// What becomes of events that nobody reads, or reads slowly.
@Suite struct EventBacklogTests {
    private var backlog = EventBacklog()

    /// All that waits, as if the reader had taken it.
    private mutating func take(_ count: Int? = nil) -> String {
        let text = unsafe backlog.withUnsent { bytes in
            unsafe String(decoding: bytes.prefix(count ?? bytes.count), as: UTF8.self)
        }
        backlog.sent(text.utf8.count)
        return text
    }

    @Test mutating func `lines leave in order, however little is taken at a time`() {
        backlog.add("@commy one")
        backlog.add("@commy two")
        #expect(take(5) == "@comm")
        backlog.add("@commy three")
        #expect(take() == "y one\n@commy two\n@commy three\n")
        #expect(backlog.isEmpty)
    }

    @Test mutating func `what does not fit is dropped as whole lines and told in its place`() {
        let line = "@commy line=" + String(repeating: "x", count: 87)
        let kept = EventBacklog.byteLimit / (line.utf8.count + 1)
        for _ in 0..<kept + 7 { backlog.add(line) }
        // A short line that would fit does not overtake those that are missing.
        backlog.add("@commy short")
        let text = take()
        #expect(text.utf8.count <= EventBacklog.byteLimit)
        #expect(text == String(repeating: line + "\n", count: kept))
        #expect(take() == "@commy dropped lines=8\n")
        backlog.add("@commy again")
        #expect(take() == "@commy again\n")
    }

    @Test mutating func `a partly taken backlog takes no more before it is gone`() {
        let line = String(repeating: "x", count: EventBacklog.byteLimit - 1)
        backlog.add(line)
        backlog.add("a")
        _ = take(EventBacklog.byteLimit - 1)
        backlog.add("b")
        #expect(take() == "\n")
        #expect(take() == "@commy dropped lines=2\n")
    }
}
