extension Rule {
    static let pureClocks = Rule(
        "pure-clocks", because: "Time is handed in: the same code runs under the virtual clock."
    ) { repository in
        BannedNames.violations(
            of: [
                "ContinuousClock", "SuspendingClock", "Date", "DispatchTime", "clock_gettime",
                "gettimeofday",
            ],
            in: repository, what: "reads a clock in a pure target",
            cure: "take `now: MeshInstant` as an argument")
    }
}
