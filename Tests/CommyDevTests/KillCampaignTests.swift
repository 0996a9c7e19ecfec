import Foundation
import Testing

@testable import commy_dev

/// The short version of `commy-dev soak kill9`.
@Suite struct KillCampaignTests {
    @Test func `a harness that is killed leaves nothing behind`() throws {
        let left = try KillCampaign(seed: 7).run(rounds: 6) { _ in }
        #expect(left == [])
    }
}
