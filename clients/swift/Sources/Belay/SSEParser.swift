// Parses an event stream (WHATWG HTML, "Server-sent events") from bytes that may be cut anywhere. The vectors in ../../../vectors
// define what it must deliver. `URLSession.AsyncBytes.lines` is not used: it drops empty lines, which end events, and splits at
// separators of Unicode, which do not.

public struct SSEEvent: Equatable, Sendable {
    /// Of the last `event:` line; `message` if there is none.
    public let type: String
    public let data: String
    /// The last id of the stream at this event.
    public let id: String
}

/// One value per stream. An event without its blank line is never delivered.
public struct SSEParser: Sendable {
    public struct TooLong: Error {}

    /// The id with which to reconnect. The id of an event counts when its blank line has arrived.
    public private(set) var lastEventID: String
    /// The last `retry:` in milliseconds.
    public private(set) var retry: Int?

    private let maxBytes: Int  // of a line, and of an event's data
    private var line: [UInt8] = []
    private var data: [UInt8]?
    private var type: [UInt8] = []
    private var id: String
    private var isFirstLine = true
    private var skipsLineFeed = false  // the last byte was a CR that ended a line

    public init(lastEventID: String = "", maxBytes: Int = 1 << 26) {
        self.lastEventID = lastEventID
        self.id = lastEventID
        self.maxBytes = maxBytes
    }

    /// Returns the event that this byte completes, if it does.
    public mutating func push(_ byte: UInt8) throws -> SSEEvent? {
        if skipsLineFeed {
            skipsLineFeed = false
            if byte == UInt8(ascii: "\n") { return nil }
        }
        guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
            guard line.count < maxBytes else { throw TooLong() }
            line.append(byte)
            return nil
        }
        skipsLineFeed = byte == UInt8(ascii: "\r")
        defer { line.removeAll(keepingCapacity: true) }
        return try takeLine()
    }

    private mutating func takeLine() throws -> SSEEvent? {
        var text = line[...]
        if isFirstLine, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        isFirstLine = false
        if text.isEmpty { return dispatch() }
        let colon = text.firstIndex(of: UInt8(ascii: ":"))
        let name = text[..<(colon ?? text.endIndex)]
        var value = colon.map { text[text.index(after: $0)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            if data == nil {
                data = Array(value)
            } else {
                data?.append(UInt8(ascii: "\n"))
                data?.append(contentsOf: value)
            }
            if let data, data.count > maxBytes { throw TooLong() }
        } else if name.elementsEqual("event".utf8) {
            type = Array(value)
        } else if name.elementsEqual("id".utf8) {
            if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        } else if name.elementsEqual("retry".utf8) {
            let isNumber = !value.isEmpty && value.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            if isNumber, let milliseconds = Int(String(decoding: value, as: UTF8.self)) { retry = milliseconds }
        }
        return nil
    }

    private mutating func dispatch() -> SSEEvent? {
        lastEventID = id
        defer {
            data = nil
            type = []
        }
        guard let data else { return nil }
        let name = type.isEmpty ? "message" : String(decoding: type, as: UTF8.self)
        return SSEEvent(type: name, data: String(decoding: data, as: UTF8.self), id: id)
    }
}
