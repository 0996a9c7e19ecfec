internal import Foundation

/// Keeps every processor of the machine busy with work that is not ours.
final class ProcessorLoad {
    private var processes: [Process] = []

    /// Starts `perProcessor` endless loops for each processor.
    init(perProcessor: Int = 1) throws {
        for _ in 0..<(ProcessInfo.processInfo.activeProcessorCount * perProcessor) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            // It ends with whoever has started it, also when that was killed.
            let parent = ProcessInfo.processInfo.processIdentifier
            process.arguments = [
                "-c",
                "n=0; while [ $((n += 1)) -lt 200000 ] || { n=0; kill -0 \(parent); }; do :; done",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            processes.append(process)
        }
    }

    func stop() {
        for process in processes { process.terminate() }
        for process in processes { process.waitUntilExit() }
        processes = []
    }

    deinit { stop() }
}
