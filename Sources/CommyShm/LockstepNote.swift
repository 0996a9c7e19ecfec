/// One application event while it is written into the mailbox: a line of words.
///
/// Bytes below 32 become spaces, so that a line stays a line. Valid only inside `note`.
@safe
public struct LockstepNote: ~Copyable {
    private let room: UnsafeMutableRawBufferPointer
    private var count = 0
    private var isCut = false

    init(_ room: UnsafeMutableRawBufferPointer) { unsafe self.room = unsafe room }

    /// A word, or words: the kind of the event comes first.
    public mutating func add(_ word: String) {
        separate()
        put(word)
    }

    /// `name=value`; a value with spaces in it is two words to whoever reads the trace.
    public mutating func add(_ name: StaticString, _ value: String) {
        begin(name)
        put(value)
    }

    public mutating func add(_ name: StaticString, _ value: some FixedWidthInteger) {
        begin(name)
        if value < 0 { put(UInt8(ascii: "-")) }
        put(digitsOf: UInt64(value.magnitude))
    }

    /// Ends the line; how many bytes it has, or nil when it did not fit.
    mutating func end() -> Int? {
        put(UInt8(ascii: "\n"))
        return isCut ? nil : count
    }

    private mutating func begin(_ name: StaticString) {
        separate()
        name.withUTF8Buffer { bytes in
            for index in bytes.indices { unsafe put(bytes[index]) }
        }
        put(UInt8(ascii: "="))
    }

    private mutating func separate() { if count > 0 { put(0x20) } }

    private mutating func put(_ text: String) {
        for byte in text.utf8 { put(max(byte, 0x20)) }
    }

    private mutating func put(digitsOf number: UInt64) {
        if number >= 10 { put(digitsOf: number / 10) }
        put(UInt8(ascii: "0") + UInt8(number % 10))
    }

    private mutating func put(_ byte: UInt8) {
        guard unsafe count < room.count else {
            isCut = true
            return
        }
        unsafe room[count] = byte
        count += 1
    }
}
