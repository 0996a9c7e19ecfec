/// Times as scenario files write them, for command lines.
public enum TimeText {
    /// `12.3s`, `450ms`, `-200ms`; nil when the text is no time, and then `reason` says why.
    public static func duration(_ text: String) -> (value: Duration?, reason: String?) {
        switch Units.signedDuration(text) {
        case .success(let duration): (duration, nil)
        case .failure(let fault): (nil, fault.reason)
        }
    }
}
