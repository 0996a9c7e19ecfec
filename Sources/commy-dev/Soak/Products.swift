internal import Foundation

/// The built programs, which lie beside this one, and the repository that they belong to.
struct Products {
    let directory: String
    /// The repository's root: the nearest directory above the programs with a Package.swift.
    let root: String

    init() throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        directory = URL(fileURLWithPath: own).deletingLastPathComponent().path
        var place = URL(fileURLWithPath: directory)
        while !FileManager.default.fileExists(atPath: place.appending(path: "Package.swift").path) {
            guard place.path != "/" else { throw CampaignError("no Package.swift above \(own)") }
            place.deleteLastPathComponent()
        }
        root = place.path
    }

    /// Runs a command of `commy sim` to its end, whatever its verdict: what it has written to its
    /// output.
    func output(of arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "\(directory)/commy")
        process.arguments = ["sim"] + arguments
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// Starts `commy sim run` on a scenario of the repository; its output goes nowhere.
    func startScenario(_ scenario: String, reports: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(directory)/commy")
        process.arguments = ["sim", "run", "\(root)/\(scenario)", "--report", reports]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }
}

/// Why a campaign cannot be run.
struct CampaignError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
