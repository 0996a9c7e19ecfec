internal import CommyBase
internal import SimModel

/// How much a process has reported, so that one that floods its log fills no disk.
final class ReportCount {
    /// Reports of one incarnation that are recorded: at 2,000 a second, those of a minute and a
    /// half.
    static let reportLimit = 200_000
    /// Broken reports of one incarnation that are shown.
    static let brokenLimit = 20

    fileprivate var reports = 0
    fileprivate var broken = 0

    func incarnationBegins() {
        reports = 0
        broken = 0
    }
}

/// Lines by which programs tell what goes on in them.
extension ScenarioRun {
    /// Records a line that is a report, or that is a broken one; false for ordinary output.
    func noteReport(
        _ line: String, of process: String, on host: String, _ count: ReportCount
    ) -> Bool {
        switch ReportedLine(line) {
        case nil: return false
        case .malformed(let reason):
            count.broken += 1
            guard count.broken <= ReportCount.brokenLimit else { return true }
            recorder.record(
                .processMisreported(
                    ProcessMisreported(host: host, process: process, line: line, reason: reason)))
        case .report(let kind, let fields):
            count.reports += 1
            if count.reports <= ReportCount.reportLimit {
                recorder.record(
                    .processReported(
                        ProcessReported(host: host, process: process, kind: kind, fields: fields)))
            } else if count.reports == ReportCount.reportLimit + 1 {
                recorder.record(
                    .processMisreported(
                        ProcessMisreported(
                            host: host, process: process, line: line,
                            reason: ProcessMisreported.truncation)))
            }
        }
        return true
    }
}
