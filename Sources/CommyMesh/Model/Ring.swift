/// First in, first out, in a circle of memory that only grows: the queue of pure code.
///
/// Who appends answers for the bound; nothing here limits the count.
struct Ring<Element> {
    private var storage: [Element?] = []
    private var head = 0
    private(set) var count = 0

    init() {}

    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : storage[head] }

    mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[place(count)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = storage[head].take()
        head = head + 1 == storage.count ? 0 : head + 1
        count -= 1
        return element
    }

    /// Takes out what `isUnwanted` says, and keeps the order of the rest.
    mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        for _ in 0..<count {
            guard let element = popFirst() else { return }
            if !isUnwanted(element) { append(element) }
        }
    }

    private func place(_ offset: Int) -> Int {
        let sum = head + offset
        return sum >= storage.count ? sum - storage.count : sum
    }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(8, storage.count * 2))
        for offset in 0..<count { larger.append(storage[place(offset)].take()) }
        while larger.count < max(8, storage.count * 2) { larger.append(nil) }
        storage = larger
        head = 0
    }
}

extension Ring: Sendable where Element: Sendable {}
