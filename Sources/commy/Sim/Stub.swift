import SimLab

extension ScenarioRun.Outcome {
    var summaryJSON: String { "{}" }
    func summaryText(width: Int, colour: Bool) -> String { "\(verdict) \(reason ?? "") \(report)" }
}
