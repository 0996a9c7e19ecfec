/// A named piece of work that takes long and ends like a test.
struct Campaign: Sendable {
    let name: String
    /// What a pass shows, in one sentence.
    let purpose: String
    /// How many rounds are run when the command line does not say.
    let rounds: Int
    /// Runs so many rounds with this seed, tells how it goes, and returns what did not hold.
    let run: @Sendable (_ rounds: Int, _ seed: UInt64, _ tell: (String) -> Void) throws -> [String]

    /// All campaigns, in the order in which `commy-dev soak` lists them.
    static let all: [Campaign] = [kill9, verdicts, lockstep, wireFuzz]

    private static let kill9 = Campaign(
        name: "kill9",
        purpose: "A harness that is killed at any instant leaves nothing behind.",
        rounds: 100,
        run: { rounds, seed, tell in
            try KillCampaign(seed: seed).run(rounds: rounds, tell: tell)
        })

    private static let lockstep = Campaign(
        name: "lockstep",
        purpose:
            "A lockstep scenario leaves the same trace in every run, with all processors busy.",
        rounds: 20,
        run: { rounds, _, tell in try LockstepCampaign().run(rounds: rounds, tell: tell) })

    private static let verdicts = Campaign(
        name: "verdicts",
        purpose: "A scenario gets the same verdict in every run, also with both processors busy.",
        rounds: 20,
        run: { rounds, _, tell in try VerdictCampaign().run(rounds: rounds, tell: tell) })

    private static let wireFuzz = Campaign(
        name: "wire-fuzz",
        purpose: "No bytes make a decoder or a machine trap, hoard memory, or break its own rules.",
        rounds: 1_000,
        run: { rounds, seed, tell in
            try FuzzCampaign(seed: seed).run(rounds: rounds, tell: tell)
        })
}
