// Deliberately nothing of the package but the library itself.
import Commy
import Testing

/// A program that imports `Commy` alone can name everything that its API mentions.
@Suite struct PublicNamesTests {
    @Test func `the types of options and messages have names here`() {
        let metadata: Metadata? = nil
        let trace: TraceContext? = nil
        let state: TraceState? = nil
        let correlation: CorrelationID? = nil
        let format: PayloadFormat? = nil
        let code: ErrorCode? = nil
        let error: CommyError? = nil
        #expect(metadata == nil && trace == nil && state == nil && correlation == nil)
        #expect(format == nil && code == nil && error == nil)
        let options = CallOptions(trace: trace, correlation: correlation)
        #expect(options.require == CallRequirement())
    }
}
