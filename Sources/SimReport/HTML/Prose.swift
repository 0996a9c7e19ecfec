/// What an author has written over several lines, as paragraphs and lists.
///
/// An empty line ends a paragraph, and `- ` at the begin of a line is an item of a list, which goes
/// on to the next one; other line breaks are the width of somebody's editor and mean nothing.
struct Prose: Equatable {
    /// A paragraph, or a list.
    enum Block: Equatable {
        case paragraph(String)
        case list([String])
    }

    private(set) var blocks: [Block] = []

    init(_ text: String) {
        var isOpen = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ")
            guard let first = words.first else {
                isOpen = false
                continue
            }
            let isItem = first == "-" && words.count > 1
            let rest = (isItem ? words.dropFirst() : words[...]).joined(separator: " ")
            if isItem {
                addItem(rest)
            } else if isOpen {
                extend(with: rest)
            } else {
                blocks.append(.paragraph(rest))
            }
            isOpen = true
        }
    }

    private mutating func addItem(_ text: String) {
        guard case .list(let items) = blocks.last else {
            blocks.append(.list([text]))
            return
        }
        blocks[blocks.count - 1] = .list(items + [text])
    }

    /// A line that goes on with the paragraph or the item before it.
    private mutating func extend(with text: String) {
        guard let last = blocks.popLast() else { return }
        switch last {
        case .paragraph(let start): blocks.append(.paragraph("\(start) \(text)"))
        case .list(let items):
            let item = "\(items.last ?? "") \(text)"
            blocks.append(.list(items.dropLast() + [item]))
        }
    }

    var html: HTML {
        let parts = blocks.map { block -> HTML in
            switch block {
            case .paragraph(let text): return "<p>\(text)</p>"
            case .list(let items):
                let lines = items.map { item -> HTML in "<li>\(item)</li>" }
                return "<ul>\(lines)</ul>"
            }
        }
        return "\(parts)"
    }
}
