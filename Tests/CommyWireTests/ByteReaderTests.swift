import CommyWire
import Testing

struct ByteReaderTests {
    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, UInt64(UInt32.max), UInt64.max])
    func `a varint is read as it was written`(_ value: UInt64) throws {
        var writer = ByteWriter()
        writer.varint(value)
        try ByteReader.reading(writer.bytes) { reader, bytes throws(WireError) in
            let read = try reader.varint(bytes)
            #expect(read == value)
            let isAtEnd = reader.isAtEnd(bytes)
            #expect(isAtEnd)
        }
    }

    @Test func `a varint that is longer than it need be is refused`() {
        #expect(throws: WireError.invalid("varint")) {
            try ByteReader.reading([0x80, 0x00]) { reader, bytes throws(WireError) in
                try reader.varint(bytes)
            }
        }
    }

    @Test func `a text that claims more than there is is truncated`() {
        #expect(throws: WireError.truncated) {
            try ByteReader.reading([5, 0x61]) { reader, bytes throws(WireError) in
                try reader.text(limit: 10, "name", bytes)
            }
        }
    }
}
