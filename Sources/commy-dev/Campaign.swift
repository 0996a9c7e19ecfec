internal import ArgumentParser

/// A named piece of work that runs for hours and ends with an exit status like a test's.
struct Campaign: Sendable {
    let name: String
    /// What a pass shows, in one sentence.
    let purpose: String
    /// Returns the process's exit status: 0 when every round held.
    let run: @Sendable () throws -> Int32

    /// All campaigns, in the order in which `commy-dev soak` lists them.
    static let all: [Campaign] = [kill9, verdicts]

    private static let kill9 = Campaign(
        name: "kill9",
        purpose: "A harness that is killed at any instant leaves nothing behind.",
        run: { throw ValidationError("the campaign kill9 has no rounds yet") })

    private static let verdicts = Campaign(
        name: "verdicts",
        purpose: "The same scenario gets the same verdict in every run on a loaded machine.",
        run: { throw ValidationError("the campaign verdicts has no rounds yet") })
}
