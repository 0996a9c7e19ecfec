internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import CommyMesh

/// Reads settings from a file of `key = value` lines and from flags; all errors at once.
public struct SettingsReader {
    public private(set) var settings = NodeSettings()
    public private(set) var errors: [SettingsError] = []

    public init() {}

    /// A line is `key = value`, a comment (`#`), or empty. A key may come again where lists are
    /// allowed.
    public mutating func read(file text: String, named path: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let content = Self.trimmed(line)
            guard let first = content.first, first != "#" else { continue }
            let column = line.distance(from: line.startIndex, to: content.startIndex) + 1
            guard let equals = content.firstIndex(of: "=") else {
                fail("\(path):\(index + 1):\(column)", "there is no '='", "a line 'key = value'")
                continue
            }
            let key = Self.trimmed(content[..<equals])
            let value = Self.trimmed(content[content.index(after: equals)...])
            guard let setting = SettingKey.all.first(where: { $0.name == key }) else {
                failUnknown("\(path):\(index + 1):\(column)", String(key))
                continue
            }
            let valueColumn = line.distance(from: line.startIndex, to: value.startIndex) + 1
            apply(setting, String(value), at: "\(path):\(index + 1):\(valueColumn)")
        }
    }

    /// All words behind the program's name; true when they ask for a development mesh.
    mutating func read(arguments: [String]) -> Bool {
        var rest = arguments
        while let index = rest.firstIndex(where: { $0 == "--config" || $0.hasPrefix("--config=") })
        {
            let word = rest.remove(at: index)
            if word != "--config" {
                read(fileAt: String(word.dropFirst("--config=".count)))
            } else if index < rest.count {
                read(fileAt: rest.remove(at: index))
            } else {
                fail("--config", "there is no file behind it", "a file of 'key = value' lines")
            }
        }
        let isDevelopment = rest.contains("--dev")
        rest.removeAll { $0 == "--dev" }
        failUnknown(flags: read(flags: rest))
        if unsafe clinux_environment("COMMY_EVENTS").map({ unsafe $0[0] == 0x31 }) == true {
            settings.events = true
        }
        // A file that cannot be read, or a word that is no setting, may have been meant to say it.
        if !isDevelopment, errors.isEmpty { requireIdentity() }
        requireSense()
        return isDevelopment
    }

    private mutating func read(fileAt path: String) {
        do throws(SystemError) {
            read(file: String(decoding: try WholeFile.read(path), as: UTF8.self), named: path)
        } catch {
            fail("--config", "\(error)", "a file of 'key = value' lines")
        }
    }

    /// `--key value`, `--key=value`, and `--events`. What is no setting is given back.
    public mutating func read(flags: [String]) -> [String] {
        var rest: [String] = []
        var index = 0
        while index < flags.count {
            let flag = flags[index]
            index += 1
            guard flag.hasPrefix("--") else {
                rest.append(flag)
                continue
            }
            let parts = flag.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let setting = SettingKey.all.first(where: { $0.name == parts[0] }) else {
                rest.append(flag)
                continue
            }
            if parts.count == 2 {
                apply(setting, String(parts[1]), at: "--\(setting.name)")
            } else if setting.placeholder == nil {
                apply(setting, "true", at: "--\(setting.name)")
            } else if index < flags.count {
                apply(setting, flags[index], at: "--\(setting.name)")
                index += 1
            } else {
                fail("--\(setting.name)", "there is no value behind it", setting.expected)
            }
        }
        return rest
    }

    /// What is no setting among the flags. The word behind an unknown flag is its value.
    private mutating func failUnknown(flags words: [String]) {
        var isValue = false
        for word in words {
            defer { isValue = word.hasPrefix("--") && !word.contains("=") }
            guard !isValue || word.hasPrefix("--") else { continue }
            guard word.hasPrefix("--") else {
                fail("'\(word)'", "there is no setting before it", "'--SETTING \(word)'")
                continue
            }
            let key = word.dropFirst(2).prefix { $0 != "=" }
            let near = NearestWord.nearest(to: String(key), among: SettingKey.all.map(\.name))
            fail(
                "--\(key)", "there is no such setting",
                near.map { "'--\($0)'" } ?? "one of those in 'commyd --help'")
        }
    }

    /// What must be given for a node that is no development node.
    public mutating func requireIdentity() {
        guard settings.certificate != nil || settings.key != nil || settings.trust != nil else {
            return fail(
                "commyd", "nothing says who this node is",
                "'--dev' for a mesh of your own, or --certificate, --key and --trust: the files "
                    + "that 'commy ca issue NODE' writes")
        }
        let missing: [(String, Bool)] = [
            ("certificate", settings.certificate == nil), ("key", settings.key == nil),
            ("trust", settings.trust == nil),
        ]
        for (name, isMissing) in missing where isMissing {
            let help = SettingKey.all.first { $0.name == name }?.help ?? name
            fail(
                "--\(name)", "it is not given",
                "\(help), which 'commy ca issue NODE' writes beside the other two")
        }
    }

    /// What no node can do, whatever it is.
    private mutating func requireSense() {
        if !settings.limits.areConsistent {
            fail("--limit", "the limits contradict each other", "heartbeat * 2 < silent-after")
        } else if let fault = settings.limits.membership.fault {
            fail("--limit", "the limits contradict each other", fault)
        }
        let isEverywhere = settings.listen.contains { $0.isUnspecified }
        if isEverywhere, settings.advertise.isEmpty {
            fail(
                "--listen", "nobody can dial the address of all interfaces",
                "--advertise with the address at which others reach this node")
        }
    }

    public mutating func failUnknown(_ place: String, _ key: String) {
        let names = SettingKey.all.map(\.name)
        let near = NearestWord.nearest(to: key, among: names)
        fail(
            place, "there is no setting '\(key)'",
            near.map { "'\($0)'" } ?? "one of " + names.joined(separator: ", "))
    }

    private mutating func apply(_ setting: SettingKey, _ value: String, at place: String) {
        if !setting.apply(value, &settings) {
            fail(place, "'\(value)' is no value of '\(setting.name)'", setting.expected)
        }
    }

    private mutating func fail(_ place: String, _ problem: String, _ expected: String) {
        errors.append(SettingsError(place: place, problem: problem, expected: expected))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    /// The settings as the help shows them.
    public static var help: String {
        let left = SettingKey.all.map { "--" + $0.name + ($0.placeholder.map { " " + $0 } ?? "") }
        let width = left.map(\.count).max() ?? 0
        return zip(left, SettingKey.all).map { flag, key in
            "  " + flag + String(repeating: " ", count: width - flag.count + 2) + key.help
        }.joined(separator: "\n")
    }
}
