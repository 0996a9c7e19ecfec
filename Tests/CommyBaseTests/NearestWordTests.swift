import CommyBase
import Testing

struct NearestWordTests {
    @Test func `a swap of neighbours counts as one edit`() {
        #expect(NearestWord.distance(from: "crash", to: "carsh") == 1)
        #expect(NearestWord.distance(from: "", to: "abc") == 3)
        #expect(NearestWord.distance(from: "kitten", to: "sitting") == 3)
    }

    @Test func `a slip finds the word, and a word that is far from all finds none`() {
        #expect(NearestWord.nearest(to: "lisen", among: ["listen", "join"]) == "listen")
        #expect(NearestWord.nearest(to: "bandwidth", among: ["listen", "join"]) == nil)
    }
}
