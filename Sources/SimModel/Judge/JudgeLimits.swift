/// The numbers by which a verdict is called off instead of being red.
public enum JudgeLimits {
    /// The share of a latency bound that the fabric's own lateness may have before a broken bound says nothing:
    /// beyond a tenth, the network that was asked for is not the one that was there.
    public static let latenessShare = 0.1
    /// Requests are counted as disturbed this long after a stall: what had piled up is served late too.
    public static let stallAftermath = Duration.milliseconds(20)
    /// Requests that evidence shows one by one.
    public static let evidenceRequests = 3
}
