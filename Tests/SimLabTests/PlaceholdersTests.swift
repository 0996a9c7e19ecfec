import Testing

@testable import SimLab

struct PlaceholdersTests {
    private let placeholders = Placeholders(
        host: 1, directory: "/run/commy/web", scenarioDirectory: "/scenarios",
        traffic: "/bin/commy-traffic", hostNames: ["a", "web", "c"])

    @Test(arguments: [
        ("plain", "plain"), ("", ""),
        ("{{host}}", "web"), ("{{ host }}", "web"),
        ("{{dir}}/x:{{scenario}}", "/run/commy/web/x:/scenarios"),
        ("{{commy-traffic}} echo --udp 7", "/bin/commy-traffic echo --udp 7"),
        ("{{tls}}/key.pem", "/run/commy/tls/key.pem"),
        ("{{address}} {{address6}}", "10.77.0.2 fd77::2"),
        ("{{address:c}},{{address6:a}}", "10.77.0.3,fd77::1"),
        ("{{address:nobody}}", "{{address:nobody}}"),
        ("{{unknown}} {{host}}", "{{unknown}} web"),
        ("{{host", "{{host"), ("host}}", "host}}"), ("{{host}} {{", "web {{"),
        ("{a:{{host}}}", "{a:web}"), ("{{{host}}}", "{web}"), ("{{}}", "{{}}"),
    ])
    func `a placeholder is replaced and all else is kept`(text: String, filled: String) {
        #expect(placeholders.fill(text) == filled)
    }

    @Test func `what was filled in is not filled again`() {
        let tricky = Placeholders(
            host: 0, directory: "{{host}}", scenarioDirectory: "/", traffic: "/t",
            hostNames: ["a"])
        #expect(tricky.fill("{{dir}}{{host}}") == "{{host}}a")
    }
}
