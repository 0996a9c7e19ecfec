import Foundation
import SimModel
import SimReport
import Testing

struct EventLogTests {
    /// As the recorder writes it.
    static func log(_ events: [RunEvent]) throws -> Data {
        let encoder = EventLog.makeEncoder()
        var data = Data()
        for event in events {
            data.append(try encoder.encode(event))
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }

    @Test func `the sample has an event of every kind`() {
        let kinds = Set(SampleRun.failing.map(\.fact.kind.rawValue))
        #expect(kinds == Set(RunEvent.Kind.allCases.map(\.rawValue)))
    }

    @Test func `what is written is read again`() throws {
        let events = SampleRun.failing
        #expect(try EventLog.read(Self.log(events)) == events)
    }

    @Test func `the same events are the same bytes`() throws {
        #expect(try Self.log(SampleRun.failing) == Self.log(SampleRun.failing))
    }

    @Test func `every line begins with its instant and has its event`() throws {
        let text = String(decoding: try Self.log(SampleRun.failing), as: UTF8.self)
        for line in text.split(separator: "\n") {
            #expect(line.hasPrefix(#"{"#) && line.hasSuffix("}"))
            #expect(line.contains(#""at_ns":"#) && line.contains(#""event":""#))
        }
    }

    @Test func `an event of a later version is left out`() throws {
        var data = try Self.log(SampleRun.passing)
        data.append(Data(#"{"at_ns":1,"event":"moon_landed","crew":3}"#.utf8 + [10]))
        #expect(try EventLog.read(data) == SampleRun.passing)
    }

    @Test func `an unknown field is left out`() throws {
        let line = #"{"at_ns":5,"event":"machine_stalled","length_ns":9,"mood":"bad"}"#
        let events = try EventLog.read(Data(line.utf8))
        #expect(events.map(\.fact) == [.machineStalled(MachineStalled(lengthNanoseconds: 9))])
    }

    @Test(arguments: ["", "{", #"{"at_ns":"x","event":"request"}"#, #"{"event":"host_up"}"#, "[]"])
    func `a broken line is named by its number`(line: String) throws {
        let data = try Self.log(SampleRun.passing) + Data((line + "!\n").utf8)
        let error = #expect(throws: EventLog.Malformed.self) { try EventLog.read(data) }
        #expect(error?.line == SampleRun.passing.count + 1)
    }

    @Test func `an empty line counts as a line and is passed over`() throws {
        let data = Data("\n".utf8) + (try Self.log(SampleRun.passing))
        #expect(try EventLog.read(data) == SampleRun.passing)
        let error = #expect(throws: EventLog.Malformed.self) {
            try EventLog.read(data + Data("nonsense\n".utf8))
        }
        #expect(error?.line == SampleRun.passing.count + 2)
    }

    /// An old log must stay readable: this one changes only together with the manual.
    @Test func `the log on record is what is written, and is read`() throws {
        let events = SampleRun.everyField
        let text = String(decoding: try Self.log(events), as: UTF8.self)
        try Snapshot.expect("event-logs/every-field.jsonl", text)
        #expect(
            try EventLog.read(Data(Snapshot.text("event-logs/every-field.jsonl").utf8)) == events)
    }

    @Test func `names survive the way into the log and back`() {
        for event in SampleRun.everyField {
            for name in Self.members(of: event.fact) {
                #expect(EventKeys.swiftName(of: EventKeys.logName(of: name)) == name)
            }
        }
    }

    /// The names of all stored properties of a fact's payload, whether or not they have a value.
    static func members(of fact: RunEvent.Fact) -> [String] {
        guard let payload = Mirror(reflecting: fact).children.first?.value else { return [] }
        return Mirror(reflecting: payload).children.compactMap(\.label)
    }
}
