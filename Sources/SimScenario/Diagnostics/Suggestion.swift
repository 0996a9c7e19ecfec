internal import CommyBase

/// The word that the author of a scenario probably meant.
public enum Suggestion {
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        NearestWord.nearest(to: word, among: candidates)
    }
}
