import CommyBase
import CommyMesh
import CommyNode
import Testing

struct SettingsReaderTests {
    @Test func `a file and flags say the same, and flags win`() throws {
        var reader = SettingsReader()
        reader.read(
            file: """
                # a node of the shop
                mesh = shop
                name = web
                listen = 10.0.0.1:7400
                listen = [fd00::1]:7400
                  zone = eu/a
                limit = heartbeat=100ms
                events = true
                """, named: "node.conf")
        #expect(reader.read(flags: ["--name", "web-2", "--join=10.0.0.9:7400"]) == [])
        #expect(reader.errors == [])
        #expect(reader.settings.mesh == MeshName("shop"))
        #expect(reader.settings.name == NodeName("web-2"))
        #expect(reader.settings.zone == Zone("eu/a"))
        #expect(reader.settings.listen.map(\.description) == ["10.0.0.1:7400", "[fd00::1]:7400"])
        #expect(reader.settings.join.map(\.description) == ["10.0.0.9:7400"])
        #expect(reader.settings.limits.link.heartbeatActive == .milliseconds(100))
        #expect(reader.settings.events)
    }

    @Test func `every error has its place and the nearest word, all at once`() {
        var reader = SettingsReader()
        reader.read(
            file: "mesh = Shop\n  lisen = 1.2.3.4:5\nzone\nlimit = heartbeat=5\n", named: "a.conf")
        let told = reader.errors.map(\.description)
        #expect(told.count == 4)
        #expect(told[0].hasPrefix("a.conf:1:8: 'Shop' is no value of 'mesh'; expected lower-case"))
        #expect(told[1] == "a.conf:2:3: there is no setting 'lisen'; expected 'listen'")
        #expect(told[2] == "a.conf:3:1: there is no '='; expected a line 'key = value'")
        #expect(told[3].hasPrefix("a.conf:4:9: 'heartbeat=5' is no value of 'limit'"))
    }

    @Test func `a flag without its value is named`() {
        var reader = SettingsReader()
        _ = reader.read(flags: ["--mesh", "shop", "--listen"])
        #expect(reader.errors.map(\.place) == ["--listen"])
    }

    @Test func `what a node cannot be without is asked for`() {
        var reader = SettingsReader()
        _ = reader.read(flags: ["--mesh", "shop", "--name", "web", "--key", "web.key"])
        reader.requireIdentity()
        #expect(reader.errors.map(\.place) == ["--certificate", "--trust"])
        // Who gives none of the three may not know what there is.
        var empty = SettingsReader()
        empty.requireIdentity()
        #expect(empty.errors.map(\.place) == ["commyd"])
        #expect(empty.errors[0].description.contains("--dev"))
    }
}
