/// Text as XML 1.0 takes it.
enum XMLText {
    /// For an element's content. Control characters that XML forbids, even as references, are shown
    /// by their pictures; newlines and tabs stay.
    static func content(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default: result += ForeignText.visible(String(scalar))
            }
        }
        return result
    }

    /// For an attribute in double quotes. A parser would turn a newline or a tab into a blank.
    static func attribute(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            default: result += content(String(scalar))
            }
        }
        return result
    }
}
