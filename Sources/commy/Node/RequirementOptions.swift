internal import ArgumentParser
internal import CommyBase
internal import CommyMesh
internal import CommyWire

/// What an instance must be like to be called.
struct RequirementOptions: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Only instances that are so; may be repeated, all must hold.",
            discussion: """
                tier=gold or gpu: a label, with this value or any. version=3 or version=2-4: a \
                version of the payload's contents that it reads. zone=eu/a: it stands there or \
                below.
                """, valueName: "condition"))
    var require: [String] = []

    /// Puts the conditions beside a request, or says which one cannot be.
    func write(to metadata: inout Metadata) throws {
        for words in require {
            do throws(CommyError) {
                try RequirementKeys.append(words, to: &metadata)
            } catch {
                throw ValidationError("--require '\(words)': \(error.detail).")
            }
        }
    }
}
